import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CATALOG } from '../../src/catalog/index.ts';
import type { MetricSpec } from '../../src/catalog/metric.ts';
import type { RealtimeMetrics } from '../../src/index.ts';
import { prometheusName } from '../../src/catalog/prometheus-name.ts';
import { childrenOf, isRunning } from '../support/child-processes.ts';
import { CommandLine } from '../support/command-line.ts';
import { parseSamples } from '../support/prometheus-text.ts';
import type { Sample } from '../support/prometheus-text.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(30_000);

const leftovers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of leftovers.splice(0).reverse()) await close();
});

function run(...args: string[]): CommandLine {
  const command = new CommandLine(...args);
  leftovers.push(() => command.close());
  return command;
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

/** Moves only where a service hands in too many label values, which the demo does not. */
const STAYS_WITHOUT_SERIES = ['telemetry.overflow', 'telemetry.worker.age'];

/** Has series from the start, and a count of 0 until the first garbage collection. */
const MAY_BE_ZERO = ['v8js.gc.duration'];

function hasMoved(spec: MetricSpec, samples: readonly Sample[]): boolean {
  const name = prometheusName(spec.name, spec.unit, spec.kind)!.name;
  const series = samples.filter((sample) => sample.name === (spec.kind === 'histogram' ? `${name}_count` : name));
  const isHistogramOfNothing = spec.kind === 'histogram' && !MAY_BE_ZERO.includes(spec.name);
  return series.some(({ value }) => Number.isFinite(value) && (!isHistogramOfNothing || value > 0));
}

describe('telemetry-dashboard demo', () => {
  it('ends well after its duration, with equal counts and all figures as the last line of --json', async () => {
    const { code, stdout, stderr } = await run('demo', '--duration', '3s', '--json', '--port', '0').ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/: equal\n$/) });
    expect(stdout.split('\n')).toHaveLength(2);
    const metrics = JSON.parse(lastLine(stdout)) as RealtimeMetrics;
    expect(metrics).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      uptimeSeconds: expect.any(Number),
      windowSeconds: 60,
      connections: { active: 20, idle: 0, total: 20, opened: expect.any(Number) },
      latency: { source: 'app', ...figures() },
      roundTrip: figures(),
      messages: flow(),
      bandwidth: flow(),
      errors: { total: expect.any(Number), byComponent: expect.any(Object), rate: expect.any(Number) },
      sessions: { active: 20, total: expect.any(Number) },
      queues: { storage: expect.any(Number), moderation: expect.any(Number) },
      resources: { memoryBytes: expect.any(Number), memoryPercent: expect.any(Number), cpuPercent: expect.any(Number) },
      alerts: [],
    });
    expect(metrics.messages.incoming).toBeGreaterThan(200);
    expect(stderr).toContain(`server received ${metrics.messages.incoming.toLocaleString('en-US')} `);
  });

  it('moves every metric of the catalogue within five seconds', async () => {
    const demo = run('demo', '--port', '0');
    const [, url = ''] = await demo.printed(/metrics {2}(http:\S+)/);
    let missing: string[] = [];
    const allMoved = async (): Promise<boolean> => {
      const samples = parseSamples(await (await fetch(url)).text());
      missing = CATALOG.filter((spec) => !hasMoved(spec, samples)).map(({ name }) => name);
      return missing.every((name) => STAYS_WITHOUT_SERIES.includes(name));
    };
    await waitFor('every metric to move', allMoved).catch(() => undefined);
    expect(missing).toEqual(STAYS_WITHOUT_SERIES);
  });

  it('listens on the address that is asked for', async () => {
    const [, url = ''] = await run('demo', '--host', '0.0.0.0', '--port', '0').printed(/health {3}(http:\S+)/);
    expect(url).toMatch(/^http:\/\/0\.0\.0\.0:/);
    expect((await fetch(url)).status).toBe(200);
  });

  it('answers on /healthz of the URL that it prints', async () => {
    const [, url = ''] = await run('demo', '--port', '0').printed(/health {3}(http:\S+)/);
    expect((await fetch(url)).status).toBe(200);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends well within two seconds of %s, with a last summary', async (signal) => {
    const demo = run('demo', '--port', '0');
    await demo.printed(/ s \| \d+ open/);
    const children = childrenOf(demo.pid);
    const startMs = performance.now();
    demo.signal(signal);
    const { code, stdout, stderr } = await demo.ended;
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/: equal\n$/) });
    expect(stdout).toMatch(/^running .*\nconnections [^]*\nprocess .*\n$/m);
    expect(children.filter(isRunning)).toEqual([]);
  });

  it('names the port that is in use and fails', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    leftovers.push(() => server.close());
    await waitFor('the server to listen', () => server.listening);
    const { port } = server.address() as AddressInfo;
    const { code, stdout, stderr } = await run('demo', '--port', String(port)).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^.*127\\.0\\.0\\.1:${port}: the port is in use.*\n$`));
  });

  it('leaves no process behind when it is killed', async () => {
    const demo = run('demo', '--port', '0');
    await demo.printed(/ s \| \d+ open/);
    const children = childrenOf(demo.pid);
    expect(children.length).toBeGreaterThan(0);
    demo.signal('SIGKILL');
    await waitFor('its processes to end', () => !children.some(isRunning));
  });

  it('fails where the process of its clients is lost', async () => {
    const demo = run('demo', '--port', '0');
    await demo.printed(/ s \| \d+ open/);
    for (const child of childrenOf(demo.pid)) process.kill(child, 'SIGKILL');
    expect(await demo.ended).toMatchObject({
      code: 1,
      stderr: "telemetry-dashboard: the clients' process has ended (SIGKILL)\n",
    });
  });

  it.each([
    [['demo', '--nonsense'], "Unknown option '--nonsense'; see telemetry-dashboard demo --help"],
    [['demo', 'more'], "Unexpected argument 'more'; see telemetry-dashboard demo --help"],
    [
      ['demo', '--clients', '0'],
      "--clients takes a whole number from 1 to 10000, not '0'; see telemetry-dashboard demo --help",
    ],
    [
      ['demo', '--duration', '5'],
      "--duration takes a time such as 500ms, 5s or 2m, not '5'; see telemetry-dashboard demo --help",
    ],
    [['dance'], "there is no command 'dance'; see telemetry-dashboard --help"],
    [['--nonsense'], "there is no option '--nonsense'; see telemetry-dashboard --help"],
    [[], 'no command given; see telemetry-dashboard --help'],
  ])('says in one line what is wrong with %j', async (args, message) => {
    expect(await run(...args).ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: `telemetry-dashboard: ${message}\n`,
    });
  });

  it.each([['--help'], ['demo', '--help'], ['--version']])('answers %s %s', async (...args) => {
    expect(await run(...args).ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^(Usage: |\d+\.\d+)/),
      stderr: '',
    });
  });
});

function figures(): object {
  const number: unknown = expect.any(Number);
  return { count: number, avg: number, min: number, max: number, p50: number, p95: number, p99: number };
}

function flow(): object {
  const number: unknown = expect.any(Number);
  return { incoming: number, outgoing: number, total: number, perSecond: number };
}

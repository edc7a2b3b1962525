import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { Child } from '../support/child-process.ts';

const RUN = resolve(__dirname, '../../examples/fleet/run.mjs');

afterEach(closeLeftovers);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the example where none of its programs is on the PATH. */
function run(...args: string[]): Promise<Ended> {
  return runWith({}, ...args);
}

/** Runs the example where just these programs are on the PATH: shell scripts, by name. */
async function runWith(programs: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const child = new Child(process.execPath, [RUN, ...args], { cwd: folder, env: { PATH: folder } });
  closeLater(() => child.stop());
  const { code } = await child.waitForEnd();
  return { code, stdout: child.stdout, stderr: child.stderr };
}

describe('examples/fleet', () => {
  test('says in a line each which programs are missing and where they are, and fails', async () => {
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^no OpenTelemetry Collector: put otelcol on the PATH, from https:\/\//),
      expect.stringMatching(/^no store: put victoria-metrics on the PATH, from https:\/\/.*prometheus/),
    ]);
  });

  test('takes no Prometheus that has no OTLP receiver', async () => {
    const { code, stderr } = await runWith({ otelcol: 'exit 0', prometheus: 'echo "usage: prometheus [<flags>]"' });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^no store \(.*prometheus was built without its OTLP receiver\): put [^\n]*\n$/),
    ]);
  });

  test('says why a program does not start, and fails', async () => {
    const broken = 'echo "cannot listen: address already in use" >&2; exit 3';
    const { code, stderr } = await runWith({ otelcol: 'exit 0', 'victoria-metrics': broken });
    expect([code, stderr]).toEqual([
      1,
      'the fleet has failed: the store: it ended (exit code 3)\ncannot listen: address already in use\n',
    ]);
  });

  test('tells its options', async () => {
    const { code, stdout } = await run('--help');
    expect([code, stdout]).toEqual([0, expect.stringContaining('--processes N')]);
  });

  test.each([
    [['--processes', '0'], '--processes 0: not a whole number from 1 on'],
    [['--processes', '1.5'], '--processes 1.5: not a whole number from 1 on'],
    [['--seconds', 'soon'], '--seconds soon: not a number from 1 on'],
    [['--proceses', '8'], "Unknown option '--proceses'"],
    [['--store', 'http://127.0.0.1:9090'], '--collector and --store go together'],
    [['--store', 'here', '--collector', 'there'], 'there: not a URL'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Child } from '../support/child-process.ts';
import { FakeGrafana } from '../support/fake-grafana/fake-grafana.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';

const ROOT = resolve(__dirname, '../..');
const CLI = join(ROOT, 'dist/cli.js');
const API_KEY = 'glsa_admin_5e6f';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const ENV = { GRAFANA_KEY: API_KEY };

async function run(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = ENV): Promise<Ended> {
  const child = new Child(process.execPath, args, { cwd, env });
  const { code } = await child.ending;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

/** A folder with a configuration for that Grafana. */
function folderFor(url: string, more: object = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-push-'));
  closeLater(() => rmSync(folder, { recursive: true, force: true }));
  const grafana = { url, api_key: '${GRAFANA_KEY}' };
  writeFileSync(join(folder, 'mine.json'), JSON.stringify({ service_name: 'chat', grafana: { ...grafana, ...more } }));
  return folder;
}

const push = (folder: string, ...more: string[]): Promise<Ended> =>
  run(folder, [CLI, 'grafana', 'push', '--config', 'mine.json', ...more]);

afterEach(closeLeftovers);

describe('telemetry-dashboard grafana push', () => {
  it('sets Grafana up, says what became of each thing, and the second time changes nothing', async () => {
    const grafana = await FakeGrafana.start();
    const folder = folderFor(grafana.url);
    const first = await push(folder);
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining(`Grafana: ${grafana.url}/\n`) });
    expect(first.stdout.split('\n').slice(0, 3)).toEqual([
      'created   data source Telemetry Dashboard (Prometheus)',
      'created   folder      Telemetry Dashboard',
      'created   dashboard   chat: Service',
    ]);
    const second = await push(folder);
    expect(second.code).toBe(0);
    expect(second.stdout).toBe(first.stdout.replaceAll('created  ', 'unchanged'));
  });

  it('leaves what was changed by hand, says how to replace it, and does so when told', async () => {
    const grafana = await FakeGrafana.start();
    const folder = folderFor(grafana.url);
    await push(folder);
    grafana.state.editByHand('telemetry-chat-service', (dashboard) => (dashboard['title'] = 'Mine'));
    const kept = await push(folder);
    expect(kept).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^kept {6}dashboard {3}chat: Service: it was /m),
    });
    expect(kept.stderr).toContain('1 of 7 was left as it is; --overwrite replaces what was changed by hand');
    const replaced = await push(folder, '--overwrite');
    expect(replaced).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('updated   dashboard   chat: Service\n'),
    });
  });

  it('exits with 1 where something failed, and says what is missing', async () => {
    const grafana = await FakeGrafana.start();
    const ended = await push(folderFor(grafana.url, { api_key: 'glsa_viewer_1a2b' }));
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/^failed {4}folder {6}.*403.*Editor/m) });
  });

  it.each([
    ['away', 'http://127.0.0.1:1', {}, /ECONNREFUSED.*grafana\.url/],
    ['not for this token', undefined, { api_key: 'geheim' }, /401.*grafana\.api_key/],
  ])('exits with 1 where Grafana is %s, in one line and without the token', async (_, away, more, message) => {
    const url = away ?? (await FakeGrafana.start()).url;
    const ended = await push(folderFor(url, more));
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).not.toMatch(/geheim|glsa|\n\s+at /);
  });

  it.each([
    [[], /what shall be done with Grafana\? There is: push/],
    [['pull'], /there is no grafana pull, only grafana push/],
    [['push', 'now'], /unexpected argument 'now'/],
    [['push', '--force'], /'--force'/],
  ])('exits with 2 on wrong use: %j', async (args, message) => {
    const ended = await run(tmpdir(), [CLI, 'grafana', ...args]);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
  });

  it('tells its options', async () => {
    expect(await run(tmpdir(), [CLI, 'grafana', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/--overwrite/),
    });
  });
});

/** Runs a program under `register`, with a configuration for that Grafana. */
function runApplication(grafana: FakeGrafana, program: string, register = true): Promise<Ended> {
  const folder = folderFor(grafana.url, { enabled: true });
  writeFileSync(join(folder, 'app.cjs'), program);
  const env = { ...ENV, TELEMETRY_DASHBOARD_CONFIG: 'mine.json', REGISTER };
  return run(folder, [...(register ? ['--import', REGISTER] : []), 'app.cjs'], env);
}

const REGISTER = join(ROOT, 'dist/register.js');

/** A program lives so long: the first visit comes within 5 s. */
const LIFE_MS = 6500;

/** A worker waits so long for its primary, with time to start. */
const JOIN_MS = 2500;

const visits = (grafana: FakeGrafana): number => grafana.requests.filter(({ path }) => path === '/api/health').length;

const HEAD = 'const cluster = require("node:cluster"), { Worker, isMainThread } = require("node:worker_threads");';
const ENDS = `setTimeout(() => process.exit(), ${LIFE_MS + JOIN_MS});`;

/** By what they are: programs, and whether all their processes have a dashboard. */
const PROGRAMS = {
  alone: [`setTimeout(() => process.stdout.write("done"), ${LIFE_MS});`, true],
  cluster: [`${HEAD} if (cluster.isPrimary) cluster.fork(); ${ENDS}`, true],
  worker_threads: [`${HEAD} if (isMainThread) new Worker(__filename); ${ENDS}`, true],
  worker: [`${HEAD} if (cluster.isPrimary) cluster.fork(); else require(process.env.REGISTER); ${ENDS}`, false],
} as const;

describe('a process that sets Grafana up in the background', () => {
  const ran = new Map<string, { readonly ended: Ended; readonly visits: number }>();

  // at once: each takes seconds, and does nothing
  beforeAll(async () => {
    const all = Object.entries(PROGRAMS).map(async ([name, [program, register]]) => {
      const grafana = await FakeGrafana.start();
      if (name === 'alone') grafana.faultOf = () => ({ kind: 'slow', delayMs: 60_000 });
      const ended = await runApplication(grafana, program, register);
      ran.set(name, { ended, visits: visits(grafana) });
    });
    await Promise.all(all);
    await closeLeftovers();
  }, 30_000);

  it('ends when its work is done, whatever Grafana does', () => {
    expect(ran.get('alone')?.ended).toMatchObject({ code: 0, stdout: 'done' });
    // the request was on its way
    expect(ran.get('alone')?.visits).toBe(1);
  });

  it.each(['cluster', 'worker_threads'])('is the primary alone: %s', (name) => {
    expect(ran.get(name)?.visits).toBe(1);
  });

  it('is a worker where its primary has no dashboard', () => {
    expect(ran.get('worker')?.visits).toBe(1);
  });
});

describe('a script that awaits a call', () => {
  it('lives until it is answered', async () => {
    const grafana = await FakeGrafana.start();
    const program =
      'require(process.env.REGISTER.replace("register.js", "index.js"))' +
      '.initializeTelemetryDashboard({ config: { prometheus: { enabled: false } } })' +
      '.then(({ grafana }) => grafana.sync()).then((items) => console.log(items.length));';
    expect(await runApplication(grafana, program, false)).toMatchObject({ code: 0, stdout: '7\n' });
  });
});

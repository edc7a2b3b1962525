import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrafanaError } from '../../src/index.ts';
import type { SyncOptions, TelemetryConfig } from '../../src/index.ts';
import { closeDashboard, startDashboard } from '../support/dashboard.ts';
import type { TestDashboard } from '../support/dashboard.ts';
import { FakeGrafana } from '../support/fake-grafana/fake-grafana.ts';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(async () => {
  await closeDashboard();
  await closeLeftovers();
});

const API_KEY = 'glsa_admin_5e6f';
const SERVICE = 'telemetry-chat-service';
const SETTLED_MS = 10_000;

/** The background comes within this time, if at all. */
const VISIT_MS = 5500;

function dashboardFor(url: string, grafana: TelemetryConfig['grafana'] = {}): Promise<TestDashboard> {
  const section = { enabled: true, url, api_key: API_KEY, ...grafana };
  return startDashboard({ config: { service_name: 'chat', grafana: section } });
}

/** A configuration file for that Grafana, looked at again and again, and what writes it anew. */
function configFileFor({ url }: FakeGrafana): { readonly configFile: string; readonly write: (more: object) => void } {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-grafana-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const configFile = join(folder, 'monitoring.json');
  const base = { service_name: 'chat', reload_interval_ms: 50, grafana: { enabled: true, url, api_key: API_KEY } };
  return { configFile, write: (more) => writeFileSync(configFile, JSON.stringify({ ...base, ...more })) };
}

const written = (grafana: FakeGrafana): string[] =>
  grafana.requests.filter(({ method }) => method !== 'GET').map(({ path }) => path);

describe('a running dashboard with `grafana.enabled`', () => {
  it('sets Grafana up by itself, once', async () => {
    const grafana = await FakeGrafana.start();
    const { log } = await dashboardFor(grafana.url);
    await waitFor('Grafana to be set up', () => log.lines.some((line) => line.includes('is set up')), SETTLED_MS);
    expect(log.lines).toEqual([`info Grafana (${grafana.url}/) is set up: 7 created`]);
    expect([...grafana.state.dashboards.all.keys()].sort()).toEqual([
      'telemetry-chat-fleet',
      'telemetry-chat-runtime',
      SERVICE,
      'telemetry-chat-websocket',
    ]);
    expect(grafana.state.dataSources.all.size).toBe(1);
    expect(grafana.state.alertRules.all.size).toBeGreaterThan(5);
  });

  it('does nothing by itself with `sync: "manual"`, and all of it when asked', async () => {
    const grafana = await FakeGrafana.start();
    const { dashboard, log } = await dashboardFor(grafana.url, { sync: 'manual' });
    const items = await dashboard.grafana.sync();
    expect(grafana.requests[0]).toMatchObject({ path: '/api/health' });
    expect(items.map(({ outcome }) => outcome)).toEqual(Array(7).fill('created'));
    expect(log.lines).toEqual([]);
  });

  it('says in one line what to do about a Grafana that is away, and goes on', async () => {
    const port = await freePort();
    const { dashboard, log } = await dashboardFor(`http://127.0.0.1:${port}`, { timeout_ms: 500 });
    dashboard.recordLatency(5);
    await waitFor('a line in the log', () => log.lines.length > 0, SETTLED_MS);
    expect(log.lines).toEqual([expect.stringMatching(/^warn Grafana \(.*ECONNREFUSED.*; .*grafana\.url/)]);
    expect(dashboard.displayRealtimeMetrics().latency.count).toBe(1);
    expect(log.lines.join()).not.toContain(API_KEY);
  });

  it('says what is missing where the token may not do it', async () => {
    const grafana = await FakeGrafana.start();
    const { log } = await dashboardFor(grafana.url, { api_key: 'glsa_viewer_1a2b' });
    await waitFor('a line for each thing', () => log.lines.length >= 6, SETTLED_MS);
    expect(log.lines).toContainEqual(expect.stringMatching(/^warn .*folder .* is not set up: .*403.*Editor/));
    expect(written(grafana).length).toBeLessThan(20);
  });

  it('takes up the section and the thresholds of a configuration file that changes', async () => {
    const grafana = await FakeGrafana.start();
    const { configFile, write } = configFileFor(grafana);
    write({ grafana: { enabled: false } });
    const { log } = await startDashboard({ configFile });
    const times = (): number => log.lines.filter((line) => line.includes('is set up')).length;
    write({});
    await waitFor('Grafana to be set up', () => times() === 1, SETTLED_MS);
    write({ alerts: { latency_threshold_ms: 321 } });
    await waitFor('Grafana to be brought up to date', () => times() === 2, SETTLED_MS);
    expect(JSON.stringify(grafana.state.dashboard(SERVICE))).toContain('0.321');
    expect(log.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('lets what is under way be, and comes not again, for a change that does not concern Grafana; else it gives that up', async () => {
    const grafana = await FakeGrafana.start();
    const { configFile, write } = configFileFor(grafana);
    write({});
    const { dashboard, log } = await startDashboard({ configFile });
    await waitFor('Grafana to be set up', () => log.lines.some((line) => line.includes('is set up')), SETTLED_MS);
    grafana.fail({ kind: 'slow', delayMs: 500 }, 1, ({ path }) => path === '/api/dashboards/db');
    const edit = dashboard.grafana.updateDashboard(SERVICE, (stored) => void (stored.title = 'Mine'));
    const visits = (): number => grafana.requests.filter(({ path }) => path === '/api/health').length;
    write({ service_name: 'other', logging: { level: 'debug' } });
    await waitFor('the change to be seen', () => log.lines.some((line) => line.includes('logging.level')), SETTLED_MS);
    expect(await edit).toMatchObject({ changed: true });
    await new Promise((resolve) => setTimeout(resolve, VISIT_MS));
    expect(visits()).toBe(1);

    grafana.fail({ kind: 'slow', delayMs: 500 }, 1, ({ path }) => path === '/api/dashboards/db');
    const other = dashboard.grafana.updateDashboard(SERVICE, (stored) => void (stored.title = 'Yours'));
    write({ service_name: 'other', alerts: { latency_threshold_ms: 77 } });
    await waitFor('the change to be seen', () => log.lines.some((line) => line.includes('thresholds')), SETTLED_MS);
    expect(await other).toMatchObject({ changed: true });
    await waitFor(
      'the second visit',
      () => log.lines.filter((line) => line.includes('is set up')).length > 1,
      SETTLED_MS,
    );
    expect([...grafana.state.dashboards.all.keys()].filter((uid) => uid.includes('other'))).toEqual([]);

    grafana.fail({ kind: 'slow', delayMs: 60_000 }, 1, ({ path }) => path === '/api/dashboards/db');
    const given = dashboard.grafana.updateDashboard(SERVICE, (stored) => void (stored.title = 'Ours'));
    write({ grafana: { enabled: false } });
    await expect(given).rejects.toMatchObject({ kind: 'aborted' });
  }, 60_000);

  it('does not come where the start has failed', async () => {
    const grafana = await FakeGrafana.start();
    const config = { grafana: { enabled: true, url: grafana.url, api_key: API_KEY } };
    const views = [{ instrumentName: 'a', aggregation: 'wrong' }] as never;
    await expect(startDashboard({ config, views })).rejects.toThrow(/views/);
    await new Promise((resolve) => setTimeout(resolve, VISIT_MS));
    expect(grafana.requests).toEqual([]);
  });

  it('reports a certificate that cannot be read as a wrong configuration', async () => {
    const tls = { ca_file: '/no/ca.pem' };
    await expect(dashboardFor('https://127.0.0.1:1', { tls })).rejects.toThrow(/grafana\.tls\.ca_file/);
  });

  it('gives up what is under way at its shutdown', async () => {
    const grafana = await FakeGrafana.start();
    grafana.faultOf = () => ({ kind: 'slow', delayMs: 60_000 });
    const { dashboard, log } = await dashboardFor(grafana.url, { sync: 'manual', timeout_ms: 60_000 });
    const health = dashboard.grafana.health().catch((error: unknown) => error);
    await waitFor('the request', () => grafana.requests.length === 1, SETTLED_MS);
    await dashboard.shutdown();
    expect(await health).toMatchObject({ kind: 'aborted' });
    expect(await dashboard.grafana.sync()).toEqual([]);
    expect(log.lines).toEqual([
      'warn Grafana is not reached: grafana.enabled is not true, or the dashboard was shut down',
    ]);
  });
});

describe('dashboard.grafana', () => {
  it('tells who answers', async () => {
    const grafana = await FakeGrafana.start({ version: '11.6.0' });
    const { dashboard } = await dashboardFor(grafana.url, { sync: 'manual' });
    expect(await dashboard.grafana.health()).toEqual({ version: '11.6.0', database: 'ok', major: 11 });
  });

  it('syncs each kind of thing alone', async () => {
    const grafana = await FakeGrafana.start();
    const { dashboard } = await dashboardFor(grafana.url, { sync: 'manual' });
    const kinds = async (items: Promise<readonly { kind: string }[]>): Promise<string[]> =>
      (await items).map(({ kind }) => kind);
    expect(await kinds(dashboard.grafana.syncDataSource())).toEqual(['data source']);
    expect(await kinds(dashboard.grafana.syncFolder())).toEqual(['folder']);
    expect(await kinds(dashboard.grafana.syncDashboards())).toEqual(['folder', ...Array<string>(4).fill('dashboard')]);
    expect(await kinds(dashboard.grafana.syncAlertRules())).toEqual(['folder', 'alert rules']);
  });

  it('overwrites what was changed by hand when it is told to, by each of its ways', async () => {
    const grafana = await FakeGrafana.start();
    const { dashboard } = await dashboardFor(grafana.url, { sync: 'manual' });
    const ways = [
      (options?: SyncOptions) => dashboard.grafana.sync(options),
      (options?: SyncOptions) => dashboard.grafana.syncDashboards(options),
    ];
    await dashboard.grafana.sync();
    for (const sync of ways) {
      const outcomes: (string | undefined)[] = [];
      grafana.state.editByHand(SERVICE, (stored) => (stored['title'] = 'Mine'));
      for (const overwrite of [false, 'false' as never, true]) {
        outcomes.push((await sync({ overwrite })).find(({ uid }) => uid === SERVICE)?.outcome);
      }
      expect(outcomes).toEqual(['kept', 'kept', 'updated']);
    }
    const source = grafana.state.dataSources.all.get('telemetry-dashboard')!;
    source['url'] = 'http://elsewhere:9090';
    expect(await dashboard.grafana.syncDataSource()).toMatchObject([{ outcome: 'kept' }]);
    expect(await dashboard.grafana.syncDataSource({ overwrite: true })).toMatchObject([{ outcome: 'updated' }]);
    for (const rule of grafana.state.alertRules.all.values()) Object.assign(rule, { provenance: '', for: '7m' });
    const rules = async (options?: SyncOptions) => (await dashboard.grafana.syncAlertRules(options)).at(-1)?.outcome;
    expect([await rules(), await rules({ overwrite: true })]).toEqual(['kept', 'updated']);
  });

  it('shows a metric that was declared while the service runs, by a sync or as a panel of its own', async () => {
    const grafana = await FakeGrafana.start();
    const { dashboard } = await dashboardFor(grafana.url, { sync: 'manual' });
    await dashboard.grafana.sync();
    const kept = (): string => JSON.stringify([...grafana.state.dashboards.all.values()]);
    expect(kept()).not.toContain('orders_placed_total');
    dashboard.prometheus.counter('orders.placed', { unit: '{order}', attributes: ['country'] });
    await dashboard.grafana.syncDashboards();
    expect(kept()).toContain('orders_placed_total');

    const id = await dashboard.grafana.addPanel(SERVICE, { metric: 'orders.placed' });
    const stored = await dashboard.grafana.getDashboard(SERVICE);
    const added = stored?.panels?.find((panel) => panel.id === id);
    expect(JSON.stringify(added)).toContain('orders_placed_total');
    await expect(dashboard.grafana.addPanel(SERVICE, { metric: 'orders.lost' })).rejects.toThrow(
      'there is no metric orders.lost',
    );
  });

  it('adds the panel of a metric once, however often and by however many it is asked for', async () => {
    const grafana = await FakeGrafana.start();
    const { dashboard } = await dashboardFor(grafana.url, { sync: 'manual' });
    await dashboard.grafana.sync();
    const add = () => dashboard.grafana.addPanel(SERVICE, { metric: 'realtime.latency' });
    const first = await add();
    const { version } = grafana.state.dashboard(SERVICE);
    expect(await Promise.all([add(), add()])).toEqual([first, first]);
    expect(grafana.state.dashboard(SERVICE)['version']).toBe(version);
  });

  it('says what it expects of calls that no type check has seen, and sends nothing', async () => {
    const grafana = await FakeGrafana.start();
    const { dashboard } = await dashboardFor(grafana.url, { sync: 'manual' });
    const calls = [
      dashboard.grafana.addPanel(SERVICE, undefined as never),
      dashboard.grafana.addPanel(SERVICE, {} as never),
      dashboard.grafana.addPanel(SERVICE, { type: undefined } as never),
      dashboard.grafana.addPanel(SERVICE, { metric: 5 } as never),
      dashboard.grafana.updateDashboard(SERVICE, undefined as never),
      dashboard.grafana.updatePanel(SERVICE, 'x' as never, () => undefined),
      dashboard.grafana.annotate('x', 'deployment' as never),
    ];
    for (const call of calls) {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ name: 'GrafanaError', kind: 'invalid' });
      expect((error as GrafanaError).message).toMatch(/^expected /);
    }
    expect(grafana.requests).toEqual([]);
  });

  it('edits dashboards and panels, and a sync then leaves them as they are', async () => {
    const grafana = await FakeGrafana.start();
    const { dashboard } = await dashboardFor(grafana.url, { sync: 'manual' });
    await dashboard.grafana.sync();
    await dashboard.grafana.updateDashboard(SERVICE, (stored) => void (stored.title = 'Chat'));
    const id = (await dashboard.grafana.addPanel(SERVICE, { type: 'text', title: 'Notes' }))!;
    await dashboard.grafana.updatePanel(SERVICE, id, (panel) => void (panel.title = 'News'));
    expect(await dashboard.grafana.getDashboard(SERVICE)).toMatchObject({ title: 'Chat', version: 4 });
    await dashboard.grafana.removePanel(SERVICE, id);
    const titles = (await dashboard.grafana.getDashboard(SERVICE))?.panels?.map(({ title }) => title);
    expect(titles).not.toContain('News');
    const items = await dashboard.grafana.syncDashboards();
    expect(items.find(({ uid }) => uid === SERVICE)).toMatchObject({ outcome: 'kept' });
    expect(await dashboard.grafana.getDashboard('no-such-dashboard')).toBeNull();
  });

  it('makes annotations', async () => {
    const grafana = await FakeGrafana.start();
    const { dashboard } = await dashboardFor(grafana.url, { sync: 'manual' });
    const beforeMs = Date.now();
    expect(await dashboard.grafana.annotate('Deployed 1.4.0', ['deployment'])).toEqual(expect.any(Number));
    const [made] = [...grafana.state.annotations.all.values()];
    expect(made).toMatchObject({ text: 'Deployed 1.4.0', tags: ['deployment'] });
    expect(Number(made!['time'])).toBeGreaterThanOrEqual(beforeMs);
  });

  it('rejects with an error that says what to do', async () => {
    const grafana = await FakeGrafana.start();
    const { dashboard } = await dashboardFor(grafana.url, { sync: 'manual', api_key: 'geheim' });
    const error: unknown = await dashboard.grafana.sync().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GrafanaError);
    expect(error).toMatchObject({
      code: 'TD_GRAFANA_FAILED',
      kind: 'unauthorized',
      advice: expect.stringContaining('grafana.api_key'),
    });
    expect(String(error)).not.toContain('geheim');
  });

  it('writes the files for provisioning with the metrics declared by now', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-files-'));
    closeLater(() => rmSync(folder, { recursive: true }));
    const { dashboard } = await startDashboard({ config: { service_name: 'chat' } });
    dashboard.prometheus.gauge('shop.stock', { unit: '{piece}' });
    const files = await dashboard.grafana.writeProvisioning(folder);
    expect(files.every(({ state }) => state === 'written')).toBe(true);
    expect(readdirSync(join(folder, 'grafana')).sort()).toEqual(['alerting', 'dashboards', 'datasources']);
    const texts = files.map(({ path }) => readFileSync(join(folder, path), 'utf8')).join('');
    expect(texts).toContain('shop_stock');
    expect((await dashboard.grafana.writeProvisioning(folder)).every(({ state }) => state === 'unchanged')).toBe(true);
  });

  it.each<[string, TelemetryConfig]>([
    ['`grafana.enabled` is false', {}],
    ['the dashboard is disabled', { enabled: false, grafana: { enabled: true, url: 'http://127.0.0.1:1' } }],
  ])('does nothing while %s, and says so once', async (_, config) => {
    const { dashboard, log } = await startDashboard({ config });
    const { grafana } = dashboard;
    expect(await grafana.health()).toBeNull();
    expect(await grafana.sync()).toEqual([]);
    expect(await grafana.getDashboard(SERVICE)).toBeNull();
    expect(await grafana.addPanel(SERVICE, { metric: 'realtime.latency' })).toBeNull();
    expect(await grafana.annotate('Deployed')).toBeNull();
    expect(log.lines).toEqual([
      'warn Grafana is not reached: grafana.enabled is not true, or the dashboard was shut down',
    ]);
  });
});

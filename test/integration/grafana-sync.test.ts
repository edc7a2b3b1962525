import type { GrafanaError } from '../../src/grafana/api/grafana-error.ts';
import { GrafanaClient } from '../../src/grafana/api/grafana-client.ts';
import { connectionOf } from '../../src/grafana/connection.ts';
import { GrafanaSync } from '../../src/grafana/grafana-sync.ts';
import type { SyncItem, SyncOptions } from '../../src/grafana/sync/sync-item.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { TelemetryConfig } from '../../src/index.ts';
import { FakeGrafana } from '../support/fake-grafana/fake-grafana.ts';
import { closeLeftovers } from '../support/leftovers.ts';

afterEach(closeLeftovers);

const ADMIN = 'glsa_admin_5e6f';
const SERVICE = 'telemetry-chat-service';
const FOLDER = 'telemetry-dashboard-d699b7dc';
const SOURCE = 'telemetry-dashboard';

interface Setting {
  readonly grafana?: TelemetryConfig['grafana'];
  readonly alerts?: TelemetryConfig['alerts'];
  readonly prometheus?: TelemetryConfig['prometheus'];
}

function syncTo(grafana: FakeGrafana, setting: Setting = {}, options: SyncOptions = {}): GrafanaSync {
  const config = resolveConfig('test', {
    service_name: 'chat',
    ...setting,
    grafana: { enabled: true, url: grafana.url, api_key: ADMIN, ...setting.grafana },
  });
  return new GrafanaSync(new GrafanaClient(connectionOf(config, 'test')), config, [], options);
}

const outcomes = (items: readonly SyncItem[]): string[] =>
  items.map(({ kind, uid, outcome }) => (kind === 'dashboard' ? `${uid} ${outcome}` : `${kind} ${outcome}`));

const all = (outcome: string): string[] => [
  `data source ${outcome}`,
  `folder ${outcome}`,
  `${SERVICE} ${outcome}`,
  `telemetry-chat-websocket ${outcome}`,
  `telemetry-chat-runtime ${outcome}`,
  `telemetry-chat-fleet ${outcome}`,
  `alert rules ${outcome}`,
];

const writes = (grafana: FakeGrafana): string[] =>
  grafana.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

const itemOf = (items: readonly SyncItem[], kind: SyncItem['kind'], uid?: string): SyncItem =>
  items.find((item) => item.kind === kind && (uid === undefined || item.uid === uid))!;

describe.each(['10.4.2', '11.6.0', '12.4.0', '13.2.1'])('a sync with Grafana %s', (version) => {
  it('creates all, and a second time changes nothing', async () => {
    const grafana = await FakeGrafana.start({ version });
    expect(outcomes(await syncTo(grafana).all())).toEqual(all('created'));
    grafana.requests.length = 0;
    expect(outcomes(await syncTo(grafana).all())).toEqual(all('unchanged'));
    expect(writes(grafana)).toEqual([]);
  });

  it('brings what an earlier one has written up to date', async () => {
    const grafana = await FakeGrafana.start({ version });
    await syncTo(grafana).all();
    const setting = { alerts: { latency_threshold_ms: 123 }, prometheus: { scrape_interval_ms: 5000 } };
    const changed = all('updated').map((line) => (line === 'folder updated' ? 'folder unchanged' : line));
    // no threshold of a latency is drawn there
    const expected = changed.map((line) => (/runtime/.test(line) ? 'telemetry-chat-runtime unchanged' : line));
    expect(outcomes(await syncTo(grafana, setting).all())).toEqual(expected);
    expect(grafana.state.dataSources.all.get(SOURCE)?.['jsonData']).toMatchObject({ timeInterval: '5s' });
    expect(JSON.stringify(grafana.state.dashboard(SERVICE))).toContain('0.123');
    expect(outcomes(await syncTo(grafana, setting).all())).toEqual(all('unchanged'));
  });

  it('leaves a dashboard that somebody changed, until it is told to overwrite it', async () => {
    const grafana = await FakeGrafana.start({ version });
    await syncTo(grafana).all();
    grafana.state.editByHand(SERVICE, (dashboard) => (dashboard['title'] = 'Mine'));
    const setting = { alerts: { latency_threshold_ms: 123 } };
    const kept = itemOf(await syncTo(grafana, setting).dashboards(), 'dashboard', SERVICE);
    expect(kept).toMatchObject({ outcome: 'kept', reason: expect.stringMatching(/^it was changed.* in version 2; /) });
    expect(grafana.state.dashboard(SERVICE)['title']).toBe('Mine');
    const items = await syncTo(grafana, setting, { overwrite: true }).dashboards();
    expect(itemOf(items, 'dashboard', SERVICE).outcome).toBe('updated');
    expect(grafana.state.dashboard(SERVICE)['title']).toBe('chat: Service');
    expect(itemOf(await syncTo(grafana, setting).dashboards(), 'dashboard', SERVICE).outcome).toBe('unchanged');
  });

  it('is run by eight replicas at once without harm', async () => {
    const grafana = await FakeGrafana.start({ version });
    const runs = await Promise.all(Array.from({ length: 8 }, () => syncTo(grafana).all()));
    for (const items of runs) expect(outcomes(items).filter((line) => /kept|failed/.test(line))).toEqual([]);
    for (const uid of [SERVICE, 'telemetry-chat-fleet']) expect(grafana.state.dashboard(uid)['version']).toBe(1);
    // each replica: seven looks, and no more writes than there are things
    expect(grafana.requests.length).toBeLessThan(8 * 40);
    grafana.requests.length = 0;
    expect(outcomes(await syncTo(grafana).all())).toEqual(all('unchanged'));
  });
});

describe('a sync of the data source', () => {
  it('leaves one that was changed by hand, until it is told to overwrite it', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).dataSource();
    const stored = grafana.state.dataSources.all.get(SOURCE)!;
    stored['url'] = 'http://elsewhere:9090';
    const [kept] = await syncTo(grafana).dataSource();
    expect(kept).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('by hand') });
    expect(outcomes(await syncTo(grafana, {}, { overwrite: true }).dataSource())).toEqual(['data source updated']);
    expect(grafana.state.dataSources.all.get(SOURCE)?.['url']).toBe('http://localhost:9090');
  });

  it('keeps what it does not know of one that it brings up to date', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).dataSource();
    const stored = grafana.state.dataSources.all.get(SOURCE)!;
    Object.assign(stored, { isDefault: true, basicAuth: true, basicAuthUser: 'reader' });
    Object.assign(stored['jsonData'] as object, { cacheLevel: 'High' });
    grafana.state.dataSources.secrets.set(SOURCE, { basicAuthPassword: 'x' });
    const moved = { grafana: { datasource: { url: 'http://prometheus:9090' } } };
    expect(outcomes(await syncTo(grafana, moved).dataSource())).toEqual(['data source updated']);
    expect(grafana.state.dataSources.all.get(SOURCE)).toMatchObject({
      url: 'http://prometheus:9090',
      isDefault: true,
      basicAuth: true,
      basicAuthUser: 'reader',
      jsonData: { cacheLevel: 'High', httpMethod: 'POST' },
    });
    expect(grafana.state.dataSources.secrets.get(SOURCE)).toEqual({ basicAuthPassword: 'x' });
  });

  it('leaves one that comes from a file', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).dataSource();
    grafana.state.provisionDataSource(SOURCE);
    const moved = { grafana: { datasource: { url: 'http://prometheus:9090' } } };
    const [kept] = await syncTo(grafana, moved, { overwrite: true }).dataSource();
    expect(kept).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('provisioning file') });
  });

  it('says how to use another one of the same name', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana, { grafana: { datasource: { uid: 'other' } } }).dataSource();
    const [kept] = await syncTo(grafana).dataSource();
    expect(kept).toMatchObject({ outcome: 'kept', reason: expect.stringContaining('grafana.datasource.uid') });
    expect([...grafana.state.dataSources.all.keys()]).toEqual(['other']);
  });
});

describe('a sync of the dashboards', () => {
  it('leaves one in the folder into which somebody moved it', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    const client = new GrafanaClient(
      connectionOf(resolveConfig('test', { grafana: { url: grafana.url, api_key: ADMIN } }), 'test'),
    );
    await client.createFolder({ uid: 'team', title: 'Team' });
    grafana.state.dashboards.all.get(SERVICE)!.folderUid = 'team';
    await syncTo(grafana, { alerts: { latency_threshold_ms: 123 } }).dashboards();
    expect(await client.getDashboard(SERVICE)).toMatchObject({ meta: { folderUid: 'team', version: 2 } });
    expect(await client.getDashboard('telemetry-chat-fleet')).toMatchObject({ meta: { folderUid: FOLDER } });
  });

  it('leaves one that comes from a file', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    grafana.state.provisionDashboard(SERVICE, 'service.json');
    const items = await syncTo(grafana, { alerts: { latency_threshold_ms: 123 } }, { overwrite: true }).dashboards();
    expect(itemOf(items, 'dashboard', SERVICE)).toMatchObject({
      outcome: 'kept',
      reason: expect.stringContaining('provisioning file'),
    });
  });

  it('takes a dashboard for its own work again once somebody has brought that back', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    const title = String(grafana.state.dashboard(SERVICE)['title']);
    grafana.state.editByHand(SERVICE, (dashboard) => (dashboard['title'] = 'Mine'));
    grafana.state.editByHand(SERVICE, (dashboard) => (dashboard['title'] = title));
    expect(itemOf(await syncTo(grafana).dashboards(), 'dashboard', SERVICE).outcome).toBe('unchanged');
  });

  it('lets who is first win where two configurations differ, and ends', async () => {
    const grafana = await FakeGrafana.start();
    const settings = [100, 200, 300].map((ms) => ({ alerts: { latency_threshold_ms: ms } }));
    const runs = await Promise.all(settings.map((setting) => syncTo(grafana, setting).dashboards()));
    for (const items of runs) expect(outcomes(items).filter((line) => /kept|failed/.test(line))).toEqual([]);
    expect(grafana.state.dashboard(SERVICE)['version']).toBeLessThanOrEqual(3);
  });
});

describe('a sync of the alert rules', () => {
  it('takes those out that are no more', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    const before = grafana.state.alertRules.all.size;
    const less = { alerts: { thresholds: { memory_warning_percent: null, memory_critical_percent: null } } };
    expect(outcomes(await syncTo(grafana, less).alertRules())).toEqual(['folder unchanged', 'alert rules updated']);
    expect(grafana.state.alertRules.all.size).toBe(before - 2);
  });

  it('leaves those that come from a file, and those that somebody made their own', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    const [first] = [...grafana.state.alertRules.all.values()];
    const other = { alerts: { latency_threshold_ms: 123 } };
    first!['provenance'] = '';
    expect(itemOf(await syncTo(grafana, other).alertRules(), 'alert rules')).toMatchObject({ outcome: 'kept' });
    first!['provenance'] = 'file';
    const items = await syncTo(grafana, other, { overwrite: true }).alertRules();
    expect(itemOf(items, 'alert rules')).toMatchObject({
      outcome: 'kept',
      reason: expect.stringContaining('provisioning file'),
    });
  });

  it('has none with `grafana.alert_rules: false`', async () => {
    const grafana = await FakeGrafana.start();
    const items = await syncTo(grafana, { grafana: { alert_rules: false } }).all();
    expect(outcomes(items)).toEqual(all('created').slice(0, -1));
  });
});

describe('a sync that Grafana does not let through', () => {
  it('goes on with the rest where one thing is forbidden, and says what is missing', async () => {
    const grafana = await FakeGrafana.start();
    const items = await syncTo(grafana, { grafana: { api_key: 'glsa_editor_3c4d' } }).all();
    expect(outcomes(items)).toEqual(['data source failed', ...all('created').slice(1)]);
    expect(items[0]?.reason).toMatch(/403 .*; .*Admin \(datasources:read\)/);
  });

  it.each([
    ['a wrong token', { api_key: 'glsa_geheim' }, 'unauthorized', 'grafana.api_key'],
    ['a wrong password', { api_key: undefined, username: 'admin', password: 'geheim' }, 'unauthorized', 'grafana.'],
  ])('gives up at %s without showing it', async (_, credentials, kind, advice) => {
    const grafana = await FakeGrafana.start();
    const { api_key, ...rest } = credentials as { api_key?: string };
    const config = resolveConfig('test', {
      grafana: { enabled: true, url: grafana.url, ...(api_key !== undefined && { api_key }), ...rest },
    });
    const sync = new GrafanaSync(new GrafanaClient(connectionOf(config, 'test')), config, []);
    const error = (await sync.all().catch((thrown: unknown) => thrown)) as GrafanaError;
    expect(error).toMatchObject({ kind, advice: expect.stringContaining(advice) });
    expect(error.message + error.advice).not.toContain('geheim');
  });

  it('gives up at a Grafana that is too old', async () => {
    const grafana = await FakeGrafana.start({ version: '9.5.3' });
    await expect(syncTo(grafana).all()).rejects.toMatchObject({ kind: 'too_old' });
  });
});

import type { GrafanaError } from '../../src/grafana/api/grafana-error.ts';
import { GrafanaClient } from '../../src/grafana/api/grafana-client.ts';
import { connectionOf } from '../../src/grafana/connection.ts';
import { GrafanaSync } from '../../src/grafana/grafana-sync.ts';
import type { SyncItem, SyncOptions } from '../../src/grafana/sync/sync-item.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { TelemetryConfig } from '../../src/index.ts';
import { FakeGrafana } from '../support/fake-grafana/fake-grafana.ts';
import { clientOf } from '../support/grafana-client.ts';
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
    // each replica: no more looks and writes than two or three for each thing
    expect(grafana.requests.length).toBeLessThan(8 * 25);
    grafana.requests.length = 0;
    expect(outcomes(await syncTo(grafana).all())).toEqual(all('unchanged'));
  });
});

it('keeps the environments of a service apart that have a folder each', async () => {
  const grafana = await FakeGrafana.start();
  const environment = (folder: string, uid: string): Setting => ({
    grafana: { folder, datasource: { uid, name: uid, url: `http://${uid}:9090` } },
  });
  const settings = [environment('Staging', 'prom-staging'), environment('Prod', 'prom-prod')];
  for (const setting of settings) {
    const items = await syncTo(grafana, setting).all();
    expect(items.map(({ outcome }) => outcome)).toEqual(Array(7).fill('created'));
  }
  for (const setting of settings) {
    const items = await syncTo(grafana, setting).all();
    expect(items.map(({ outcome }) => outcome)).toEqual(Array(7).fill('unchanged'));
  }
  expect(grafana.state.dashboards.all.size).toBe(8);
  const shared = { grafana: { folder: 'Test', datasource: { uid: 'prom-prod', name: 'prom-prod' } } };
  expect((await syncTo(grafana, shared).dataSource())[0]).toMatchObject({
    outcome: 'kept',
    reason: expect.stringContaining('that of chat in Prod'),
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
    const items = await syncTo(grafana).all();
    expect(outcomes(items)).toEqual(['data source failed', 'folder created', ...all('failed').slice(2)]);
    expect(items[0]).toMatchObject({ reason: expect.stringContaining('grafana.datasource.uid') });
    expect(items.at(-1)).toMatchObject({ reason: 'the data source it needs is not there' });
    expect([...grafana.state.dataSources.all.keys()]).toEqual(['other']);
  });

  it.each([
    ['that another service has made', { type: 'prometheus', telemetryDashboard: 'orders 0123' }, /that of orders/],
    ['that nobody has marked', { type: 'prometheus' }, /not made by a sync/],
    ['of another type', { type: 'loki', telemetryDashboard: 'chat 0123' }, /not made by a sync/],
  ])('never overwrites one %s', async (_, { type, ...jsonData }, reason) => {
    const grafana = await FakeGrafana.start();
    const foreign = {
      uid: SOURCE,
      name: 'Ours',
      type,
      access: 'proxy',
      url: 'http://mimir.example.com',
      jsonData,
    } as const;
    await clientOf(grafana).createDataSource(foreign);
    const [kept] = await syncTo(grafana, {}, { overwrite: true }).dataSource();
    expect(kept).toMatchObject({ outcome: 'kept', reason: expect.stringMatching(reason) });
    expect(grafana.state.dataSources.all.get(SOURCE)).toMatchObject(foreign);
  });

  it('is changed by fifty replicas at once without harm', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).dataSource();
    const moved = { grafana: { datasource: { url: 'http://prometheus:9090' } } };
    const runs = await Promise.all(Array.from({ length: 50 }, () => syncTo(grafana, moved).dataSource()));
    expect(outcomes(runs.flat()).filter((line) => /kept|failed/.test(line))).toEqual([]);
    expect(grafana.state.dataSources.all.get(SOURCE)).toMatchObject({ version: 2, url: 'http://prometheus:9090' });
  });
});

describe('a sync of the dashboards', () => {
  it('leaves one in the folder into which somebody moved it', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    const client = clientOf(grafana);
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

  it('knows its own work however Grafana has rewritten it', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    Object.assign(grafana.state.dashboard(SERVICE), { schemaVersion: 43, panels: [] });
    expect(itemOf(await syncTo(grafana).dashboards(), 'dashboard', SERVICE).outcome).toBe('unchanged');
    const changed = await syncTo(grafana, { alerts: { latency_threshold_ms: 123 } }).dashboards();
    expect(itemOf(changed, 'dashboard', SERVICE).outcome).toBe('updated');
  });

  it('takes a dashboard for its own work again once somebody has brought that back', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    const title = String(grafana.state.dashboard(SERVICE)['title']);
    grafana.state.editByHand(SERVICE, (dashboard) => (dashboard['title'] = 'Mine'));
    grafana.state.editByHand(SERVICE, (dashboard) => (dashboard['title'] = title));
    expect(itemOf(await syncTo(grafana).dashboards(), 'dashboard', SERVICE).outcome).toBe('unchanged');
  });

  it('lets one win where configurations differ, and ends', async () => {
    const grafana = await FakeGrafana.start();
    const settings = [111, 222, 333].map((ms) => ({ alerts: { latency_threshold_ms: ms } }));
    const runs = await Promise.all(settings.map((setting) => syncTo(grafana, setting).dashboards()));
    for (const items of runs) expect(outcomes(items).filter((line) => /kept|failed/.test(line))).toEqual([]);
    const kept = JSON.stringify(grafana.state.dashboard(SERVICE));
    expect([0.111, 0.222, 0.333].filter((seconds) => kept.includes(`"value":${seconds}`))).toHaveLength(1);
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
    expect(outcomes(items)).toEqual([...all('created').slice(0, -1), 'alert rules unchanged']);
    expect(grafana.state.alertRules.all.size).toBe(0);
  });

  it.each<[string, Setting]>([
    ['grafana.alert_rules', { grafana: { alert_rules: false } }],
    ['alerts.enabled', { alerts: { enabled: false } }],
  ])('removes them once `%s` is false, and a second time changes nothing', async (_, off) => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    expect(itemOf(await syncTo(grafana, off).all(), 'alert rules').outcome).toBe('removed');
    expect(grafana.state.alertRules.all.size).toBe(0);
    expect(itemOf(await syncTo(grafana, off).all(), 'alert rules').outcome).toBe('unchanged');
  });

  it('leaves those that are in another folder or group already', async () => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    for (const rule of grafana.state.alertRules.all.values()) rule['ruleGroup'] = 'mine';
    expect(itemOf(await syncTo(grafana).alertRules(), 'alert rules')).toMatchObject({
      outcome: 'kept',
      reason: expect.stringContaining('in another folder or group'),
    });
    for (const rule of grafana.state.alertRules.all.values()) rule['provenance'] = 'file';
    expect(itemOf(await syncTo(grafana).alertRules(), 'alert rules')).toMatchObject({
      outcome: 'kept',
      reason: expect.stringContaining('provisioning file'),
    });
  });

  it('tries again where Grafana was changing them itself', async () => {
    const grafana = await FakeGrafana.start();
    grafana.fail(
      { kind: 'status', status: 409 },
      2,
      ({ method, path }) => method === 'PUT' && /rule-groups/.test(path),
    );
    expect(itemOf(await syncTo(grafana).all(), 'alert rules').outcome).toBe('created');
  });
});

describe('a sync that Grafana does not let through', () => {
  it('goes on with the rest where one thing is forbidden, and says what is missing', async () => {
    const grafana = await FakeGrafana.start();
    const items = await syncTo(grafana, { grafana: { api_key: 'glsa_editor_3c4d' } }).all();
    expect(outcomes(items)).toEqual(['data source kept', ...all('created').slice(1)]);
    expect(items[0]?.reason).toBe('this token may not look at it (role Admin), so it is taken to be right');
  });

  it.each([
    [403, 'forbidden'],
    [400, 'invalid'],
    [413, 'too large'],
    [404, 'not found'],
  ])('goes on with the other dashboards where one is refused with %d', async (status) => {
    const grafana = await FakeGrafana.start();
    await syncTo(grafana).all();
    grafana.faultOf = ({ path }) =>
      path === `/api/dashboards/uid/${SERVICE}/versions` ? { kind: 'status', status } : undefined;
    const items = await syncTo(grafana, { alerts: { latency_threshold_ms: 123 } }).dashboards();
    const [service, ...others] = items.filter(({ kind }) => kind === 'dashboard');
    if (status !== 404)
      expect(service).toMatchObject({ outcome: 'failed', reason: expect.stringContaining(`${status}`) });
    expect(others.every(({ outcome }) => /updated|unchanged/.test(outcome))).toBe(true);
  });

  it('says so where another folder has the name', async () => {
    const grafana = await FakeGrafana.start({ version: '10.4.2' });
    await clientOf(grafana).createFolder({ uid: 'theirs', title: 'Telemetry Dashboard' });
    const [, folder] = await syncTo(grafana).all();
    expect(folder).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('grafana.folder') });
  });

  it('does not try what lies in a folder that is not there', async () => {
    const grafana = await FakeGrafana.start();
    grafana.fail(
      { kind: 'status', status: 403 },
      1,
      ({ method, path }) => method === 'POST' && path === '/api/folders',
    );
    expect(outcomes(await syncTo(grafana).all())).toEqual(['data source created', ...all('failed').slice(1)]);
    expect(writes(grafana)).toEqual(['POST /api/datasources', 'POST /api/folders']);
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

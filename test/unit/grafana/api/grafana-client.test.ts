import { createOnceLogger } from '../../../../src/base/logger.ts';
import { FakeGrafana } from '../../../support/fake-grafana/fake-grafana.ts';
import { clientOf, grafanaError } from '../../../support/grafana-client.ts';
import { grafanaRule } from '../../../support/grafana-rule.ts';
import { closeLeftovers } from '../../../support/leftovers.ts';
import { LogLines } from '../../../support/log-lines.ts';

afterEach(closeLeftovers);

const VERSIONS = ['10.4.2', '11.6.1', '12.3.0', '13.2.1'];
const SERVICE = { uid: 'service', title: 'Service', panels: [] };
const SAVE = { dashboard: SERVICE, folderUid: 'ours', message: 'Set up', overwrite: false };
const SOURCE = {
  uid: 'prom',
  name: 'Prometheus',
  type: 'prometheus',
  access: 'proxy',
  url: 'http://localhost:9090',
  jsonData: { httpMethod: 'POST' },
} as const;

async function started(version?: string): Promise<FakeGrafana> {
  const grafana = await FakeGrafana.start({ keepBodies: true, ...(version !== undefined && { version }) });
  grafana.state.putFolder('ours', 'Ours');
  return grafana;
}

describe.each(VERSIONS)('GrafanaClient with Grafana %s', (version) => {
  it('says who answers', async () => {
    const grafana = await started(version);
    const major = Number.parseInt(version, 10);
    expect(await clientOf(grafana).health()).toEqual({ version, database: 'ok', major });
  });

  it('saves a dashboard in its folder, reads it back with all fields, and tells who saved it last', async () => {
    const client = clientOf(await started(version));
    expect(await client.getDashboard('service')).toBeNull();
    expect(await client.lastChange('service')).toBeNull();
    const dashboard = { ...SERVICE, unknown: { deep: [1, null] } };
    const saved = { uid: 'service', version: 1, url: '/d/service/service' };
    expect(await client.saveDashboard({ ...SAVE, dashboard })).toEqual(saved);
    const stored = await client.getDashboard('service');
    expect(stored).toMatchObject({ dashboard: { ...dashboard, version: 1 }, meta: { folderUid: 'ours' } });
    const message = expect.stringMatching(/^Set up \[[\w-]{8}\]$/) as unknown;
    expect(await client.lastChange('service')).toEqual({ version: 1, message, createdBy: 'sa-1-admin' });
  });

  it('saves nothing over what somebody else has saved, unless it is told to', async () => {
    const grafana = await started(version);
    const client = clientOf(grafana);
    await client.saveDashboard(SAVE);
    grafana.state.editByHand('service', (dashboard) => (dashboard['title'] = 'Mine'), 'By hand');
    const stale = { ...SAVE, dashboard: { ...SERVICE, version: 1 } };
    expect(await grafanaError(client.saveDashboard(stale))).toMatchObject({
      kind: 'conflict',
      status: 412,
      reason: 'version-mismatch',
      message: 'POST /api/dashboards/db: 412 The dashboard has been changed by someone else',
      isTransient: false,
      mayHaveHappened: false,
    });
    expect(grafana.state.dashboard('service')['title']).toBe('Mine');
    expect(await client.lastChange('service')).toEqual({ version: 2, message: 'By hand', createdBy: 'a-person' });
    expect(await client.saveDashboard({ ...stale, overwrite: true })).toMatchObject({ version: 3 });
    expect((await client.changes('service')).map((change) => change.version)).toEqual([3, 2, 1]);
  });

  it('creates folders once', async () => {
    const client = clientOf(await started(version));
    expect(await client.getFolder('more')).toBeNull();
    expect(await client.createFolder({ uid: 'more', title: 'More' })).toMatchObject({ uid: 'more', title: 'More' });
    expect(await client.getFolder('more')).toMatchObject({ uid: 'more', title: 'More' });
    const again = await grafanaError(client.createFolder({ uid: 'more', title: 'More' }));
    expect(again).toMatchObject({ kind: 'conflict', status: version.startsWith('10') ? 412 : 409 });
  });

  it('creates and updates data sources, whose secrets it is never told', async () => {
    const grafana = await started(version);
    const client = clientOf(grafana);
    expect(await client.getDataSource('prom')).toBeNull();
    const secureJsonData = { httpHeaderValue1: 's3cret' };
    const created = await client.createDataSource({ ...SOURCE, secureJsonData });
    expect(created).toMatchObject({ ...SOURCE, version: 1, secureJsonFields: { httpHeaderValue1: true } });
    expect(JSON.stringify(await client.getDataSource('prom'))).not.toContain('s3cret');
    expect(await grafanaError(client.createDataSource(SOURCE))).toMatchObject({ kind: 'conflict', status: 409 });
    const changed = await client.updateDataSource('prom', { ...SOURCE, url: 'http://localhost:9091', version: 1 });
    expect(changed).toMatchObject({ url: 'http://localhost:9091', version: 2 });
    expect(grafana.state.dataSources.secrets.get('prom')).toEqual(secureJsonData);
    const stale = client.updateDataSource('prom', { ...SOURCE, version: 1 });
    expect(await grafanaError(stale)).toMatchObject({ kind: 'conflict', status: 409 });
    expect(await grafanaError(client.updateDataSource('none', SOURCE))).toMatchObject({ kind: 'not_found' });
  });

  it('puts a group of alert rules in place of another, which can only be looked at in the pages', async () => {
    const client = clientOf(await started(version));
    expect(await client.getRuleGroup('ours', 'checkout / api')).toBeNull();
    const [one, two] = ['one', 'two'].map((uid) => grafanaRule({ uid, title: uid, folderUID: 'ours' }));
    await client.setRuleGroup('ours', 'checkout', { interval: 10, rules: [one!, two!] });
    await client.setRuleGroup('ours', 'checkout', { interval: 20, rules: [two!] });
    const group = { title: 'checkout', folderUid: 'ours', interval: 20, rules: [{ uid: 'two' }] };
    expect(await client.getRuleGroup('ours', 'checkout')).toMatchObject(group);
    expect(await client.getAlertRule('two')).toMatchObject({ uid: 'two', provenance: 'api' });
    expect(await client.getAlertRule('one')).toBeNull();
    const odd = client.setRuleGroup('ours', 'checkout', { interval: 15, rules: [two!] });
    expect(await grafanaError(odd)).toMatchObject({ kind: 'invalid', status: 400 });
    await client.deleteAlertRule('two');
    await client.deleteAlertRule('two');
    expect(await client.getAlertRule('two')).toBeNull();
  });

  it('makes annotations', async () => {
    const grafana = await started(version);
    const region = { timeMs: 1000, timeEndMs: 2000, dashboardUid: 'service', panelId: 3 };
    expect(await clientOf(grafana).annotate({ text: 'Deployed', tags: ['deploy'], ...region })).toEqual({ id: 1 });
    const kept = { text: 'Deployed', tags: ['deploy'], time: 1000, timeEnd: 2000, dashboardUID: 'service', panelId: 3 };
    expect(grafana.state.annotations.all).toMatchObject([kept]);
  });
});

describe('GrafanaClient', () => {
  it('works below a path, with basic authentication, for an organisation', async () => {
    const grafana = await FakeGrafana.start({ subPath: '/grafana' });
    const credentials = { username: 'admin', password: 's3cret:admin' };
    const client = clientOf({ url: `${grafana.url}/` }, { credentials, orgId: 1 });
    await client.createFolder({ uid: 'ours', title: 'Ours' });
    expect(grafana.requests).toMatchObject([{ method: 'POST', path: '/api/folders', status: 200 }]);
    const elsewhere = clientOf(grafana, { credentials, orgId: 2 });
    expect(await grafanaError(elsewhere.getFolder('ours'))).toMatchObject({
      kind: 'forbidden',
      message: expect.stringMatching(/^GET \/grafana\/api\/folders\/ours: 403 /) as unknown,
      advice: expect.stringContaining('grafana.org_id') as unknown,
    });
  });

  it('refuses a Grafana before version 10, and says so', async () => {
    const client = clientOf(await FakeGrafana.start({ version: '9.5.21' }));
    expect(await grafanaError(client.health())).toMatchObject({
      kind: 'too_old',
      message: 'Grafana 9 is too old',
      advice: expect.stringContaining('10 to 13') as unknown,
    });
  });

  it('goes on with a newer one, and says so once', async () => {
    const log = new LogLines();
    const logger = createOnceLogger(log);
    const client = clientOf(await FakeGrafana.start({ version: '14.0.0-pre' }), { logger });
    await client.health();
    expect(await client.health()).toEqual({ version: '14.0.0-pre', database: 'ok', major: 14 });
    expect(log.lines).toEqual(['warn Grafana 14 is newer than what this was made for (10 to 13)']);
  });

  it.each([
    ['an unknown token', { bearerToken: 'glsa_wrong' }, { kind: 'unauthorized', status: 401 }, 'grafana.api_key'],
    ['no credentials', undefined, { kind: 'unauthorized', status: 401 }, 'grafana.api_key'],
    ['a wrong password', { username: 'admin', password: 'wr0ng' }, { kind: 'unauthorized' }, 'grafana.password'],
    ['a token that fits in no header', { bearerToken: 'a\nb' }, { kind: 'unauthorized' }, 'grafana.api_key'],
    ['the role of a viewer', { bearerToken: 'glsa_viewer_1a2b' }, { kind: 'forbidden' }, 'Editor (dashboards:write'],
  ])('names the way out of %s', async (_, credentials, expected, advice) => {
    const client = clientOf(await started(), { credentials });
    const error = await grafanaError(client.saveDashboard(SAVE));
    expect(error).toMatchObject({ ...expected, isTransient: false });
    expect(error.advice).toContain(advice);
  });

  it('says that an editor may not set up data sources', async () => {
    const client = clientOf(await started(), { credentials: { bearerToken: 'glsa_editor_3c4d' } });
    const error = await grafanaError(client.createDataSource(SOURCE));
    expect(error).toMatchObject({ kind: 'forbidden', status: 403 });
    expect(error.advice).toContain('Admin (datasources:create)');
  });

  it('says which role alert rules take, which only Admin has before version 11', async () => {
    const client = clientOf(await started('10.4.2'), { credentials: { bearerToken: 'glsa_editor_3c4d' } });
    const error = await grafanaError(client.getRuleGroup('ours', 'checkout'));
    expect(error).toMatchObject({ kind: 'forbidden', status: 403 });
    expect(error.advice).toContain('the role Admin (alert.provisioning:read/write)');
  });

  it('tells what comes from files apart from what may not be changed', async () => {
    const grafana = await started();
    const client = clientOf(grafana);
    await client.saveDashboard(SAVE);
    await client.createDataSource(SOURCE);
    const rule = grafanaRule({ uid: 'slow', folderUID: 'ours' });
    await client.setRuleGroup('ours', 'checkout', { interval: 10, rules: [rule] });
    grafana.state.provisionDashboard('service', 'service.json');
    grafana.state.provisionDataSource('prom');
    grafana.state.provisionAlertRule('slow');
    const calls = [
      client.saveDashboard({ ...SAVE, dashboard: { ...SERVICE, version: 1 } }),
      client.updateDataSource('prom', SOURCE),
      client.setRuleGroup('ours', 'checkout', { interval: 10, rules: [rule] }),
      client.deleteAlertRule('slow'),
    ];
    for (const call of calls) {
      const error = await grafanaError(call);
      expect(error).toMatchObject({ kind: 'provisioned', isTransient: false });
      expect(error.advice).toContain('comes from a file');
    }
  });

  it.each([
    ['an empty title', { ...SERVICE, title: ' ' }, { kind: 'invalid', reason: 'empty-name' }],
    ['a long uid', { ...SERVICE, uid: 'u'.repeat(41) }, { kind: 'invalid', status: 400 }],
    ['an odd uid', { ...SERVICE, uid: 'a b' }, { kind: 'invalid', status: 400 }],
    ['an id that is unknown', { ...SERVICE, id: 99 }, { kind: 'not_found', status: 404 }],
    ['the newer model', { ...SERVICE, elements: {} }, { kind: 'invalid', status: 400 }],
    ['more than Grafana allows', { ...SERVICE, text: 'x'.repeat(5 << 20) }, { kind: 'too_large', status: 413 }],
  ])('says that a dashboard with %s was refused', async (_, dashboard, expected) => {
    const grafana = await started();
    expect(await grafanaError(clientOf(grafana).saveDashboard({ ...SAVE, dashboard }))).toMatchObject(expected);
    expect(grafana.requests).toHaveLength(1);
  });

  it('cuts a message to what Grafana takes', async () => {
    const client = clientOf(await started());
    await client.saveDashboard({ ...SAVE, message: 'ü'.repeat(600) });
    const { message = '' } = (await client.lastChange('service')) ?? {};
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(500);
    expect(message).toMatch(/^ü{240,} \[[\w-]{8}\]$/);
  });

  it.each(['', '.', '..'])('sends nothing for the uid %p, which would be a step in the path', async (uid) => {
    const grafana = await started();
    expect(await grafanaError(clientOf(grafana).getDashboard(uid))).toMatchObject({ kind: 'invalid' });
    expect(grafana.requests).toEqual([]);
  });

  it('keeps a uid in its place of the path', async () => {
    const grafana = await started();
    expect(await clientOf(grafana).getDashboard('../../folders/ours?a#b\ud800')).toBeNull();
    expect(grafana.requests).toMatchObject([{ path: '/api/dashboards/uid/..%2F..%2Ffolders%2Fours%3Fa%23b%EF%BF%BD' }]);
  });

  it('refuses what is no JSON without sending it', async () => {
    const grafana = await started();
    const dashboard = { ...SERVICE, self: {} };
    dashboard.self = dashboard;
    const error = await grafanaError(clientOf(grafana).saveDashboard({ ...SAVE, dashboard }));
    expect(error).toMatchObject({ kind: 'invalid', mayHaveHappened: false });
    expect(grafana.requests).toEqual([]);
  });
});

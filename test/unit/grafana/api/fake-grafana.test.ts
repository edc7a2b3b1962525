import type { Answer, OutgoingRequest } from '../../../../src/http/request.ts';
import { sendRequest } from '../../../../src/http/request.ts';
import { FakeGrafana } from '../../../support/fake-grafana/fake-grafana.ts';
import { grafanaRule } from '../../../support/grafana-rule.ts';
import { closeLeftovers } from '../../../support/leftovers.ts';

afterEach(closeLeftovers);

const ADMIN = { bearerToken: 'glsa_admin_5e6f' };

/** What a Grafana answers, without our client. */
async function ask(
  grafana: FakeGrafana,
  method: OutgoingRequest['method'],
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Pick<Answer, 'status'> & { readonly body: unknown }> {
  const url = new URL(grafana.url + path);
  const answer = await sendRequest({ method, url, body, headers, credentials: ADMIN, timeoutMs: 5000 });
  return { status: answer.status, body: answer.text === '' ? undefined : (JSON.parse(answer.text) as unknown) };
}

async function started(version = '13.2.1'): Promise<FakeGrafana> {
  const grafana = await FakeGrafana.start({ version });
  grafana.state.putFolder('ours', 'Ours');
  grafana.state.putDashboard({ uid: 'service', title: 'Service', panels: [] }, 'ours', 'First');
  return grafana;
}

describe('the stand-in for Grafana', () => {
  it('moves a dashboard to the root that is saved without its folder', async () => {
    const grafana = await started();
    const dashboard = { uid: 'service', title: 'Service', version: 1 };
    await ask(grafana, 'POST', '/api/dashboards/db', { dashboard });
    expect(await ask(grafana, 'GET', '/api/dashboards/uid/service')).toMatchObject({
      status: 200,
      body: { meta: { folderUid: '', version: 2 }, dashboard: { version: 2 } },
    });
  });

  it.each([
    [{ dashboard: { uid: 'service', title: 'A', version: 2 } }, 412, { status: 'version-mismatch' }],
    [
      { dashboard: { uid: 'new', title: '' } },
      400,
      { status: 'empty-name', message: 'Dashboard title cannot be empty' },
    ],
    [{ dashboard: { uid: 'u'.repeat(41), title: 'A' } }, 400, { message: 'uid too long, max 40 characters' }],
    [{ dashboard: { uid: 'a/b', title: 'A' } }, 400, { message: 'uid contains illegal characters' }],
    [{ dashboard: { title: 'A' }, message: 'm'.repeat(501) }, 400, { message: 'message too long, max 500 characters' }],
    [{ dashboard: { title: 'A' }, folderUid: 'none' }, 400, { message: 'folder not found' }],
  ])('refuses the save %j', async (body, status, expected) => {
    expect(await ask(await started(), 'POST', '/api/dashboards/db', body)).toMatchObject({ status, body: expected });
  });

  it('lists versions bare in 10, with a token to go on later, and restores them', async () => {
    const grafana = await started('10.4.2');
    grafana.state.editByHand('service', (dashboard) => (dashboard['title'] = 'Second'));
    const path = '/api/dashboards/uid/service';
    await ask(grafana, 'POST', `${path}/restore`, { version: 1 });
    expect(grafana.state.dashboard('service')).toMatchObject({ title: 'Service', version: 3 });
    const newest = [{ version: 3, restoredFrom: 1, message: 'Restored from version 1' }, { version: 2 }];
    expect((await ask(grafana, 'GET', `${path}/versions?limit=2`)).body).toMatchObject(newest);
    const later = await started('11.0.0');
    const versions = [{ version: 1, message: 'First' }];
    expect((await ask(later, 'GET', `${path}/versions`)).body).toMatchObject({ continueToken: '', versions });
    expect(await ask(later, 'GET', '/api/dashboards/uid/none/versions')).toMatchObject({ status: 404 });
  });

  it('finds data sources by number until 13', async () => {
    const body = { uid: 'prom', name: 'Prometheus', type: 'prometheus' };
    for (const [version, status] of [
      ['12.3.0', 200],
      ['13.0.0', 404],
    ] as const) {
      const grafana = await started(version);
      expect(await ask(grafana, 'POST', '/api/datasources', body)).toMatchObject({ status: 200, body: { id: 1 } });
      expect((await ask(grafana, 'GET', '/api/datasources/1')).status).toBe(status);
      expect(await ask(grafana, 'GET', '/api/datasources/uid/prom/health')).toMatchObject({ body: { status: 'OK' } });
    }
  });

  it('answers for groups of alert rules as for rules that only their owner changes', async () => {
    const grafana = await started();
    const path = '/api/v1/provisioning/folder/ours/rule-groups/checkout';
    const group = (more: object = {}) => ({ interval: 10, rules: [{ ...grafanaRule({ uid: 'slow' }), ...more }] });
    expect((await ask(grafana, 'GET', path)).status).toBe(404);
    expect((await ask(grafana, 'PUT', path, group())).status).toBe(200);
    const read = await ask(grafana, 'GET', path);
    expect(read).toMatchObject({ status: 200, body: { rules: [{ uid: 'slow' }] } });
    expect(JSON.stringify(read.body)).not.toContain('provenance');
    const single = '/api/v1/provisioning/alert-rules/slow';
    expect(await ask(grafana, 'GET', single)).toMatchObject({ status: 200, body: { provenance: 'api' } });
    const editable = { 'x-disable-provenance': 'true' };
    expect(await ask(grafana, 'PUT', path, group(), editable)).toEqual({
      status: 500,
      body: { message: "cannot change provenance from 'api' to ''" },
    });
    expect((await ask(grafana, 'DELETE', single, undefined, editable)).status).toBe(500);
    expect((await ask(grafana, 'PUT', path, group({ condition: undefined }))).status).toBe(400);
    expect(await ask(grafana, 'DELETE', single)).toEqual({ status: 204, body: undefined });
    expect(await ask(grafana, 'GET', single)).toEqual({ status: 404, body: undefined });
  });

  it.each([
    ['10.4.2', 'Admin', 403],
    ['11.0.0', 'Editor', 200],
  ])('takes in version %s the role %s for alert rules', async (version, _, editors) => {
    const grafana = await started(version);
    const path = '/api/v1/provisioning/folder/ours/rule-groups/checkout';
    const group = { interval: 10, rules: [grafanaRule()] };
    const asEditor = { authorization: 'Bearer glsa_editor_3c4d' };
    expect((await ask(grafana, 'PUT', path, group, asEditor)).status).toBe(editors);
    expect((await ask(grafana, 'PUT', path, group)).status).toBe(200);
    expect((await ask(grafana, 'GET', path, undefined, asEditor)).status).toBe(editors);
  });

  it('keeps durations in the spelling of Prometheus', async () => {
    const grafana = await started();
    const path = '/api/v1/provisioning/folder/ours/rule-groups/checkout';
    const spelled = async (text: string): Promise<unknown> => {
      const { body } = await ask(grafana, 'PUT', path, { interval: 10, rules: [grafanaRule({ for: text })] });
      return (body as { rules?: { for?: string }[] }).rules?.[0]?.for;
    };
    const pairs = { '0s': '0s', '60s': '1m', '90s': '1m30s', '3600s': '1h', '36h': '36h', '48h': '2d', '14d': '2w' };
    for (const [given, kept] of Object.entries(pairs)) expect([given, await spelled(given)]).toEqual([given, kept]);
    expect(await spelled('soon')).toBeUndefined();
  });

  it.each([
    ['10.4.2', 412],
    ['11.0.0', 409],
  ])('refuses in version %s a folder with the title of another by %i', async (version, status) => {
    const grafana = await started(version);
    const refused = await ask(grafana, 'POST', '/api/folders', { uid: 'theirs', title: 'Ours' });
    expect(refused).toMatchObject({ status, body: { message: expect.stringContaining('same name') as unknown } });
  });

  it('keeps a move in the page as a save without a message', async () => {
    const grafana = await started();
    expect(grafana.state.moveByHand('service', '')).toBe(2);
    const path = '/api/dashboards/uid/service';
    expect(await ask(grafana, 'GET', path)).toMatchObject({ body: { meta: { folderUid: '', version: 2 } } });
    const versions = [{ version: 2, message: '', createdBy: 'a-person' }, { version: 1 }];
    expect(await ask(grafana, 'GET', `${path}/versions`)).toMatchObject({ body: { versions } });
  });

  it('updates folders of the version that was read', async () => {
    const grafana = await started();
    const put = (version: number) => ask(grafana, 'PUT', '/api/folders/ours', { title: 'Theirs', version });
    expect(await put(1)).toMatchObject({ status: 200, body: { title: 'Theirs', version: 2 } });
    expect(await put(1)).toMatchObject({ status: 412, body: { status: 'version-mismatch' } });
  });

  it('lists annotations of a time and with tags', async () => {
    const grafana = await started();
    const note = (time: number, tags: string[]) =>
      ask(grafana, 'POST', '/api/annotations', { text: `at ${time}`, time, tags });
    await note(10, ['deploy']);
    await note(20, ['deploy', 'checkout']);
    const found = async (query: string): Promise<unknown> =>
      (await ask(grafana, 'GET', `/api/annotations?${query}`)).body;
    expect(await found('from=10&to=10')).toMatchObject([{ text: 'at 10' }]);
    expect(await found('tags=deploy&tags=checkout')).toMatchObject([{ text: 'at 20' }]);
    expect(await found('limit=1')).toHaveLength(1);
  });

  it('deletes dashboards, and knows no other paths', async () => {
    const grafana = await started();
    const path = '/api/dashboards/uid/service';
    const message = 'Dashboard Service deleted';
    expect(await ask(grafana, 'DELETE', path)).toMatchObject({ status: 200, body: { message, uid: 'service' } });
    expect(await ask(grafana, 'GET', path)).toMatchObject({ status: 404, body: { message: 'Dashboard not found' } });
    expect(await ask(grafana, 'GET', '/api/none')).toEqual({ status: 404, body: { message: 'Not found' } });
    expect(grafana.requests.map(({ method, path: asked, status }) => `${method} ${asked} ${status}`)).toEqual([
      'DELETE /api/dashboards/uid/service 200',
      'GET /api/dashboards/uid/service 404',
      'GET /api/none 404',
    ]);
  });
});

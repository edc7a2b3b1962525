import { FakeGrafana } from '../../../support/fake-grafana/fake-grafana.ts';
import { clientOf, grafanaError } from '../../../support/grafana-client.ts';
import { closeLeftovers } from '../../../support/leftovers.ts';

afterEach(closeLeftovers);

const VERSIONS = ['10.4.2', '11.6.1', '12.3.0', '13.2.1'];

describe.each(VERSIONS)('GrafanaClient with Grafana %s', (version) => {
  it('says who answers', async () => {
    const grafana = await FakeGrafana.start({ version });
    const major = Number.parseInt(version, 10);
    expect(await clientOf(grafana).health()).toEqual({ version, database: 'ok', major });
  });

  it('saves a dashboard in its folder, reads it back with all fields, and tells who saved it last', async () => {
    const grafana = await FakeGrafana.start({ version });
    const client = clientOf(grafana);
    await client.createFolder({ uid: 'ours', title: 'Ours' });
    expect(await client.getDashboard('service')).toBeNull();
    expect(await client.lastChange('service')).toBeNull();
    const dashboard = { uid: 'service', title: 'Service', panels: [], unknown: { deep: [1, null] } };
    const save = { dashboard, folderUid: 'ours', message: 'Set up', overwrite: false };
    expect(await client.saveDashboard(save)).toEqual({ uid: 'service', version: 1, url: '/d/service/service' });
    const stored = await client.getDashboard('service');
    expect(stored).toMatchObject({ dashboard: { ...dashboard, version: 1 }, meta: { folderUid: 'ours' } });
    const last = {
      version: 1,
      message: expect.stringMatching(/^Set up \[[\w-]{8}\]$/) as unknown,
      createdBy: 'sa-1-admin',
    };
    expect(await client.lastChange('service')).toEqual(last);
    expect(await grafanaError(client.saveDashboard(save))).toMatchObject({
      kind: 'conflict',
      status: 412,
      reason: 'version-mismatch',
      message: 'POST /api/dashboards/db: 412 The dashboard has been changed by someone else',
    });
  });
});

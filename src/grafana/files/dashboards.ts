import type { MetricSpec } from '../../catalog/metric.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import { yamlText } from '../../provisioning/generated-file.ts';
import type { GeneratedFile } from '../../provisioning/generated-file.ts';
import { dashboardsOf } from '../dashboards.ts';
import { folderUid } from '../identity.ts';
import { unexpanded } from './unexpanded.ts';

const NAME = 'telemetry-dashboard';

/** Where Grafana finds the folder `grafana/`. */
const PROVISIONING = '/etc/grafana/provisioning';

/** The dashboards, and what tells Grafana to read them. */
export function dashboardFiles(config: ResolvedConfig, custom: readonly MetricSpec[]): GeneratedFile[] {
  const { folder, org_id: orgId = 1 } = config.grafana;
  const service = config.service_name;
  const provider = {
    name: unexpanded(service === undefined ? NAME : `${NAME}: ${service}`),
    orgId,
    folder: unexpanded(folder),
    folderUid: folderUid(config),
    type: 'file',
    disableDeletion: false,
    updateIntervalSeconds: 30,
    // what a person saved there would be gone with the next start
    allowUiUpdates: false,
    options: { path: `${PROVISIONING}/dashboards/${NAME}` },
  };
  return [
    {
      path: `grafana/dashboards/${NAME}.yml`,
      text: yamlText({ apiVersion: 1, providers: [provider] }, [
        `${PROVISIONING} is where Grafana looks for this folder; mounted elsewhere, path has to say where.`,
      ]),
    },
    ...dashboardsOf(config, custom).map((dashboard) => ({
      path: `grafana/dashboards/${NAME}/${dashboard.uid}.json`,
      text: `${JSON.stringify(dashboard, null, 2)}\n`,
    })),
  ];
}

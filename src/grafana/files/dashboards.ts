import type { MetricSpec } from '../../catalog/metric.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import { yamlText } from '../../provisioning/generated-file.ts';
import type { GeneratedFile } from '../../provisioning/generated-file.ts';
import { dashboardsOf } from '../dashboards.ts';
import { folderUid } from '../identity.ts';
import { fileName } from './path.ts';
import { unexpanded } from './unexpanded.ts';

/** Where Grafana finds the folder `grafana/`. */
const PROVISIONING = '/etc/grafana/provisioning';

/** The dashboards, and what tells Grafana to read them. */
export function dashboardFiles(config: ResolvedConfig, custom: readonly MetricSpec[]): GeneratedFile[] {
  const { folder, org_id: orgId = 1 } = config.grafana;
  const name = fileName(config);
  const provider = {
    name,
    orgId,
    folder: unexpanded(folder),
    folderUid: folderUid(config),
    type: 'file',
    disableDeletion: false,
    updateIntervalSeconds: 30,
    // what a person saved there would be gone with the next start
    allowUiUpdates: false,
    options: { path: `${PROVISIONING}/dashboards/${name}` },
  };
  return [
    {
      path: `grafana/dashboards/${name}.yml`,
      text: yamlText({ apiVersion: 1, providers: [provider] }, [
        `${PROVISIONING} is where Grafana looks for this folder; mounted elsewhere, path has to say where.`,
      ]),
    },
    ...dashboardsOf(config, custom).map((dashboard) => ({
      path: `grafana/dashboards/${name}/${dashboard.uid}.json`,
      text: `${JSON.stringify(dashboard, null, 2)}\n`,
    })),
  ];
}

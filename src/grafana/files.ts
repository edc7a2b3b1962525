import type { MetricSpec } from '../catalog/metric.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import type { GeneratedFiles } from '../provisioning/generated-file.ts';
import { grafanaAlertRules } from './alert-rules.ts';
import { alertingFiles } from './files/alerting.ts';
import { dashboardFiles } from './files/dashboards.ts';
import { dataSourcesFile } from './files/data-sources.ts';

/**
 * All files for Grafana's provisioning, under `grafana/`: data sources, dashboards, alert rules. The same configuration and metrics
 * give the same bytes. They hold no secret.
 *
 * @param custom the user's own metrics: they get a dashboard of their own
 */
export function grafanaFiles(config: ResolvedConfig, custom: readonly MetricSpec[] = []): GeneratedFiles {
  const rules = grafanaAlertRules(config);
  return {
    files: [dataSourcesFile(config), ...dashboardFiles(config, custom), ...alertingFiles(rules, config)],
    remarks: [
      ...rules.leftOut.map(({ alert, reason }) => `Grafana has no rule ${alert}: ${reason}`),
      ...(rules.rules.length > 0 ? toldTwice(config) : []),
    ],
  };
}

function toldTwice({ alerts: { channels } }: ResolvedConfig): string[] {
  const on = (['email', 'alertmanager'] as const).filter((name) => channels[name]?.enabled);
  if (on.length === 0) return [];
  const names = on.map((name) => `alerts.channels.${name}`).join(' and ');
  return [
    `${names} ${on.length === 1 ? 'is' : 'are'} on, and Grafana has the same rules: people are told twice where its policies tell ` +
      'them too; with grafana.alert_rules false, it has none',
  ];
}

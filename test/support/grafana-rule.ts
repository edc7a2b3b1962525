import type { GrafanaAlertRule } from '../../src/grafana/alert-rules.ts';

/** An alert rule that Grafana takes as it is. */
export function grafanaRule(more: Partial<GrafanaAlertRule> = {}): GrafanaAlertRule {
  return {
    uid: 'rule',
    title: 'Instance is down',
    ruleGroup: 'checkout',
    folderUID: 'ours',
    condition: 'A',
    data: [{ refId: 'A', datasourceUid: 'prom', relativeTimeRange: { from: 600, to: 0 }, model: { expr: 'up' } }],
    noDataState: 'OK',
    execErrState: 'Error',
    for: '5m',
    annotations: {},
    labels: {},
    isPaused: false,
    ...more,
  };
}

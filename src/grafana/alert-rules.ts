import type { ResolvedConfig } from '../config/schema.ts';

/** An alert rule as the provisioning API takes it: `/api/v1/provisioning/alert-rules`. */
export interface GrafanaAlertRule {
  readonly uid: string;
  readonly title: string;
  readonly ruleGroup: string;
  readonly folderUID: string;
  /** The `refId` that decides. */
  readonly condition: string;
  readonly data: readonly AlertQuery[];
  readonly noDataState: 'NoData' | 'OK' | 'Alerting' | 'KeepLast';
  readonly execErrState: 'Error' | 'OK' | 'Alerting' | 'KeepLast';
  readonly for: string;
  readonly keep_firing_for?: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly isPaused: boolean;
}

/** A query, or an expression over queries, of an alert rule. */
export interface AlertQuery {
  readonly refId: string;
  readonly datasourceUid: string;
  /** Seconds before now. */
  readonly relativeTimeRange: { readonly from: number; readonly to: number };
  readonly model: Readonly<Record<string, unknown>>;
}

/** The alert rules of a service, and what cannot be one of Grafana's. */
export interface GrafanaAlertRules {
  /** How often they are evaluated, in whole seconds. */
  readonly intervalSeconds: number;
  readonly group: string;
  readonly rules: readonly GrafanaAlertRule[];
  readonly leftOut: readonly { readonly alert: string; readonly reason: string }[];
}

/** The rules of the section `alerts` as Grafana's, with the same thresholds. The same configuration gives the same rules. */
export function grafanaAlertRules(config: ResolvedConfig): GrafanaAlertRules {
  void config;
  return { intervalSeconds: 10, group: '', rules: [], leftOut: [] };
}

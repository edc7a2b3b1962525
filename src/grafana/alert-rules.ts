import type { ResolvedConfig } from '../config/schema.ts';
import { describeAlert } from '../prometheus/alert-description.ts';
import { alertingRules } from '../prometheus/alerting-rules.ts';
import type { WrittenRule } from '../prometheus/alerting-rules.ts';
import type { AlertingRule } from '../prometheus/rule.ts';
import { ruleWindow } from '../prometheus/rule-window.ts';
import { panelOfFleetRule, panelOfRule, panelOfUp } from './alerting/panel.ts';
import type { PanelPlace } from './alerting/panel.ts';
import { alertQuery, upQuery } from './alerting/query.ts';
import { asTemplate } from './alerting/template.ts';
import { thresholdOf } from './alerting/threshold.ts';
import type { ThresholdCondition } from './alerting/threshold.ts';
import { dashboardsOf } from './dashboards.ts';
import { alertRuleUid, folderUid, ownName, slug } from './identity.ts';

/** Grafana evaluates in steps of so many seconds, and refuses an interval between them. */
const STEP_SECONDS = 10;

/** Short enough to be read. */
const MAX_GROUP = 40;

/** Grafana refuses longer titles. */
const MAX_TITLE = 190;

/** What Grafana calls its own expressions where it asks for a data source. */
const EXPRESSIONS = '__expr__';

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
interface AlertQuery {
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

/**
 * The rules of the section `alerts` as Grafana's, with the same thresholds; none where `alerts.enabled` or `grafana.alert_rules` is
 * false. The same configuration gives the same rules.
 */
export function grafanaAlertRules(config: ResolvedConfig): GrafanaAlertRules {
  const { prometheus, alerts, grafana } = config;
  const set = {
    intervalSeconds: STEP_SECONDS * Math.ceil(prometheus.scrape_interval_ms / 1000 / STEP_SECONDS),
    // part of a path of the API
    group: ownName(config, MAX_GROUP),
  };
  if (!alerts.enabled || !grafana.alert_rules) return { ...set, rules: [], leftOut: [] };
  const { perInstance, fleet, down, leftOut } = alertingRules(config);
  const dashboards = dashboardsOf(config, []);
  const rules = [
    ...perInstance.map((written) => ruleOf(written, panelOfRule(written.rule, dashboards), config)),
    ...fleet.map((written) => ruleOf(written, panelOfFleetRule(written.rule, dashboards), config)),
    completed(
      {
        written: down,
        title: titleOf(down.alert, undefined, config),
        query: upQuery(config),
        condition: { evaluator: { type: 'lt', params: [1] } },
        labels: down.labels,
        annotations: { ...down.annotations },
        panel: panelOfUp(dashboards),
      },
      config,
    ),
  ];
  return { ...set, rules: rules.map((rule) => ({ ...rule, ruleGroup: set.group })), leftOut };
}

/** What of a rule is not the same for all. */
interface RuleParts {
  readonly written: AlertingRule;
  readonly title: string;
  readonly query: string;
  readonly condition: ThresholdCondition;
  /** Templates. */
  readonly labels: Readonly<Record<string, string>>;
  /** Templates. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly panel: PanelPlace | undefined;
}

function ruleOf(
  { rule, level, written }: WrittenRule,
  panel: PanelPlace | undefined,
  config: ResolvedConfig,
): Omit<GrafanaAlertRule, 'ruleGroup'> {
  const window = ruleWindow(config);
  const labels = { ...rule.labels, severity: rule.severity, rule: rule.rule };
  return completed(
    {
      written,
      title: titleOf(rule.name, rule.labels['source'], config),
      query: alertQuery(rule, level, window, config),
      condition: thresholdOf(rule),
      labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, asTemplate(value)])),
      annotations: {
        summary: asTemplate(rule.summary),
        description: describeAlert(rule, level, window, '$values.A.Value'),
        runbook_url: asTemplate(config.alerts.runbook_url.replaceAll('{alert}', rule.name)),
      },
      panel,
    },
    config,
  );
}

function completed(
  { written, title, query, condition, labels, annotations, panel }: RuleParts,
  config: ResolvedConfig,
): Omit<GrafanaAlertRule, 'ruleGroup'> {
  return {
    uid: alertRuleUid(config, written.alert, labels),
    title,
    folderUID: folderUid(config),
    condition: 'C',
    data: [queryData(query, config), thresholdData(condition)],
    // no series is what a rule has whose guards do not hold
    noDataState: 'OK',
    execErrState: 'Error',
    for: written.for,
    ...(written.keep_firing_for !== undefined && { keep_firing_for: written.keep_firing_for }),
    annotations: {
      ...annotations,
      ...(panel && { __dashboardUid__: panel.dashboardUid, __panelId__: String(panel.panelId) }),
    },
    labels,
    isPaused: false,
  };
}

/** Unique in its folder, as Grafana wants it: `checkout: high_latency (app)`. */
function titleOf(alert: string, source: string | undefined, { service_name: service }: ResolvedConfig): string {
  const of = service === undefined ? '' : `${service}: `;
  const name = source === undefined ? alert : `${alert} (${source})`;
  return of.length + name.length <= MAX_TITLE ? of + name : `${slug(of, MAX_TITLE - name.length - 2)}: ${name}`;
}

const MODEL_DEFAULTS = { intervalMs: 1000, maxDataPoints: 43_200 };

function queryData(expr: string, { grafana: { datasource } }: ResolvedConfig): AlertQuery {
  return {
    refId: 'A',
    datasourceUid: datasource.uid,
    relativeTimeRange: { from: 600, to: 0 },
    model: { refId: 'A', expr, instant: true, range: false, editorMode: 'code', ...MODEL_DEFAULTS },
  };
}

function thresholdData(condition: ThresholdCondition): AlertQuery {
  return {
    refId: 'C',
    datasourceUid: EXPRESSIONS,
    relativeTimeRange: { from: 0, to: 0 },
    model: {
      refId: 'C',
      type: 'threshold',
      expression: 'A',
      conditions: [condition],
      datasource: { type: EXPRESSIONS, uid: EXPRESSIONS },
      ...MODEL_DEFAULTS,
    },
  };
}

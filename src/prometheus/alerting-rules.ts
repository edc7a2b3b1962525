import type { AlertRule } from '../alerts/rule.ts';
import { rulesOf } from '../alerts/rules.ts';
import { CATALOG } from '../catalog/index.ts';
import { labelName } from '../catalog/prometheus-name.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { promDuration } from '../promql/duration.ts';
import { alertCondition } from './alert-condition.ts';
import { instanceDown } from './instance-down.ts';
import { NotInPromql, OURS, measureExpression } from './measure-expression.ts';
import { imprecision } from './precision.ts';
import { labelsOf } from './recording-rules.ts';
import type { Level } from './recording-rules.ts';
import type { AlertingRule, RuleRemark } from './rule.ts';
import type { RuleWindow } from './rule-window.ts';
import { ruleWindow } from './rule-window.ts';
import { formatted, literally } from './template-text.ts';

/** A rule and what it comes from. */
export interface WrittenRule {
  readonly rule: AlertRule;
  readonly level: Level;
  readonly written: AlertingRule;
}

/** All that the section `alerts` makes of Prometheus's alerts. */
export interface AlertingRules {
  readonly perInstance: readonly WrittenRule[];
  /** Over all instances of a job that has two or more. */
  readonly fleet: readonly WrittenRule[];
  readonly down: AlertingRule;
  readonly leftOut: readonly RuleRemark[];
  /** Rules that are written and may differ a little from what the process finds. */
  readonly imprecise: readonly RuleRemark[];
}

/** The built-in rules that are also evaluated over all instances of a job. */
const FLEET_RULES: readonly string[] = ['latency', 'error_rate', 'no_traffic'];

export function alertingRules(config: ResolvedConfig): AlertingRules {
  const { alerts } = config;
  const leftOut: RuleRemark[] = [];
  const imprecise: RuleRemark[] = [];
  const window = ruleWindow(config);
  const write = (rules: readonly AlertRule[], level: Level): WrittenRule[] =>
    rules.flatMap((rule) => {
      try {
        const reason = imprecision(rule);
        if (reason !== undefined) imprecise.push({ alert: rule.name, reason });
        return { rule, level, written: writtenRule(rule, level, window, config) };
      } catch (error) {
        if (!(error instanceof NotInPromql)) throw error;
        leftOut.push({ alert: rule.name, reason: error.message });
        return [];
      }
    });
  const rules = rulesOf(alerts);
  const builtIn = rules.slice(0, rules.length - alerts.rules.length);
  const perInstance = write(rules, 'job_instance');
  const told = new Set(leftOut.map(({ alert }) => alert));
  const fleet = write(
    builtIn.filter(({ rule, name }) => FLEET_RULES.includes(rule) && !told.has(name)).map(ofFleet),
    'job',
  );
  return { perInstance, fleet, down: instanceDown(alerts), leftOut, imprecise };
}

/** The same of all instances together. */
function ofFleet(rule: AlertRule): AlertRule {
  return {
    ...rule,
    name: `fleet_${rule.name}`,
    rule: `fleet_${rule.rule}`,
    summary: `${rule.summary}, over all instances`,
  };
}

function writtenRule(rule: AlertRule, level: Level, window: RuleWindow, config: ResolvedConfig): AlertingRule {
  // what is reserved wins, as in the process
  const labels = { ...rule.labels, severity: rule.severity, rule: rule.rule };
  const by = labelsOf(level);
  const condition = alertCondition(
    rule,
    measureExpression(rule, level, window, config),
    { alert: rule.name, labels },
    by,
  );
  return {
    alert: rule.name,
    expr: level === 'job' ? `(\n${condition.replace(/^/gm, '  ')}\n)\nand on (job) ${SEVERAL}` : condition,
    for: promDuration(rule.forMs),
    ...(rule.keepFiringForMs > 0 && { keep_firing_for: promDuration(rule.keepFiringForMs) }),
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, literally(value)])),
    annotations: {
      summary: literally(rule.summary),
      description: describe(rule, level, window),
      runbook_url: literally(config.alerts.runbook_url.replaceAll('{alert}', rule.name)),
    },
  };
}

/** A fleet of one is told of by the alerts of its instance. */
const SEVERAL = `count by (job) (count by (job, instance) (${OURS})) > 1`;

function describe(rule: AlertRule, level: Level, { rangeMs }: RuleWindow): string {
  const { measure, threshold, comparison } = rule;
  const where = level === 'job' ? 'All instances of {{ $labels.job }}' : '{{ $labels.instance }} of {{ $labels.job }}';
  const limit = (value: number, unit: string): string => formatted(unit, String(value));
  if (measure.kind === 'silence') {
    return `${where}: no data message has arrived or left for at least ${limit(threshold, 's')}.`;
  }
  const unit = unitOf(rule);
  const over = measure.kind === 'gauge' ? '' : ` over the last ${promDuration(rangeMs)}`;
  return `${where}: ${what(rule)} is ${formatted(unit, '$value')}${over} (alert at ${comparison} ${limit(threshold, unit)}).`;
}

function what({ measure }: AlertRule): string {
  if (measure.kind === 'silence' || measure.kind === 'error_rate') return 'the share of errors in messages';
  const labels = CATALOG.find(({ name }) => name === measure.metric)?.attributes.map(({ key }) => labelName(key)) ?? [];
  const series = measure.kind === 'gauge' ? labels.map((label) => ` {{ $labels.${label ?? ''} }}`).join('') : '';
  const statistic = measure.kind === 'gauge' ? '' : `${measure.statistic} of `;
  return `${statistic}${literally(measure.metric)}${series}`;
}

/** Of the value as the expression gives it. */
function unitOf({ measure, display }: AlertRule): string {
  if (measure.kind === 'error_rate') return '1';
  if (measure.kind === 'silence') return 's';
  const unit = CATALOG.find(({ name }) => name === measure.metric)?.unit ?? display.unit;
  return measure.kind === 'counter' && measure.statistic === 'rate' ? `${/[{}]|^$/.test(unit) ? '' : unit}/s` : unit;
}

import type { AlertRule } from '../alerts/rule.ts';
import { rulesOf } from '../alerts/rules.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { promDuration } from '../promql/duration.ts';
import type { Matchers } from '../promql/series.ts';
import { alertCondition } from './alert-condition.ts';
import { describeAlert } from './alert-description.ts';
import { instanceDown } from './instance-down.ts';
import { NotInPromql, measureExpression, ours } from './measure-expression.ts';
import { imprecision } from './precision.ts';
import { labelsOf } from './recording-rules.ts';
import type { Level } from './recording-rules.ts';
import type { AlertingRule, RuleRemark } from './rule.ts';
import type { RuleWindow } from './rule-window.ts';
import { ruleWindow } from './rule-window.ts';
import { literally } from './template-text.ts';

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
    expr: level === 'job' ? `(\n${condition.replace(/^/gm, '  ')}\n)\nand on (job) ${several()}` : condition,
    for: promDuration(rule.forMs),
    ...(rule.keepFiringForMs > 0 && { keep_firing_for: promDuration(rule.keepFiringForMs) }),
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, literally(value)])),
    annotations: {
      summary: literally(rule.summary),
      description: describeAlert(rule, level, window, '$value'),
      runbook_url: literally(config.alerts.runbook_url.replaceAll('{alert}', rule.name)),
    },
  };
}

/**
 * A fleet of one is told of by the alerts of its instance.
 *
 * @param where whose series are read
 */
export function several(where: Matchers = {}): string {
  return `count by (job) (count by (job, instance) (${ours(where)})) > 1`;
}

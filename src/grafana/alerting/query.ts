import type { AlertRule } from '../../alerts/rule.ts';
import { CATALOG } from '../../catalog/index.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import { several } from '../../prometheus/alerting-rules.ts';
import { guardsOf, operandOf } from '../../prometheus/alert-condition.ts';
import { upOfOurs } from '../../prometheus/instance-down.ts';
import { measureExpression } from '../../prometheus/measure-expression.ts';
import { LATENCIES, labelsOf } from '../../prometheus/recording-rules.ts';
import type { Level } from '../../prometheus/recording-rules.ts';
import type { RuleWindow } from '../../prometheus/rule-window.ts';
import { spelledOut } from '../../prometheus/spelled-out.ts';
import type { Matchers } from '../../promql/series.ts';
import { indented } from '../../promql/window.ts';

/**
 * What a rule compares: a series for each alert that there may be, only where enough was observed for long enough. It reads nothing
 * that a recording rule has made, so that it says the same of what came over OTLP into a store without rules, and no series of other
 * services.
 *
 * @throws NotInPromql where it cannot be said exactly
 */
export function alertQuery(rule: AlertRule, level: Level, window: RuleWindow, config: ResolvedConfig): string {
  const where = ofService(config);
  const measure = measureExpression(rule, level, window, config, where);
  const operand = operandOf(measure);
  const value = mayBeNaN(rule) ? `${operand} >= -Inf` : operand;
  const one = spelledOut([value, ...guardsOf(rule, measure, labelsOf(level))].join('\n'), window, where);
  return level === 'job' ? `(\n${indented(one)}\n)\nand on (job) ${several(where)}` : one;
}

/** `up` of each instance that has given our metrics lately. */
export function upQuery(config: ResolvedConfig): string {
  return upOfOurs('', ofService(config));
}

/** No comparison lets NaN through, but it would keep Grafana from releasing an alert that fires. */
function mayBeNaN({ measure }: AlertRule): boolean {
  if (measure.kind === 'gauge') return !CATALOG.some(({ name }) => name === measure.metric);
  return measure.kind === 'histogram' && !LATENCIES.some(({ name }) => name === measure.metric);
}

/**
 * The service's own instances, with its namespace where it has one: the thresholds are its own, and another service may have set up
 * rules in the same Grafana. Without a name: all.
 */
function ofService(config: ResolvedConfig): Matchers {
  const job = jobPattern(config);
  return job === undefined ? {} : { job: { matches: job } };
}

/** What `job` may be, as a regular expression of all of it. Undefined: anything. */
export function jobPattern({ service_name: service }: Pick<ResolvedConfig, 'service_name'>): string | undefined {
  return service === undefined ? undefined : `(.+/)?${service.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`;
}

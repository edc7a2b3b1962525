import type { AlertRule } from '../../alerts/rule.ts';
import { CATALOG } from '../../catalog/index.ts';
import { selfMetrics } from '../../catalog/self.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import { SEVERAL } from '../../prometheus/alerting-rules.ts';
import { guardsOf, operandOf } from '../../prometheus/alert-condition.ts';
import { WAS_OURS } from '../../prometheus/instance-down.ts';
import { measureExpression } from '../../prometheus/measure-expression.ts';
import { LATENCIES, labelsOf } from '../../prometheus/recording-rules.ts';
import type { Level } from '../../prometheus/recording-rules.ts';
import type { RuleWindow } from '../../prometheus/rule-window.ts';
import { spelledOut } from '../../prometheus/spelled-out.ts';
import { counter, quoted } from '../../promql/series.ts';
import { indented } from '../../promql/window.ts';

/**
 * What a rule compares: a series for each alert that there may be, only where enough was observed for long enough. It reads nothing
 * that a recording rule has made, so that it says the same of what came over OTLP into a store without rules.
 *
 * @throws NotInPromql where it cannot be said exactly
 */
export function alertQuery(rule: AlertRule, level: Level, window: RuleWindow, config: ResolvedConfig): string {
  const measure = measureExpression(rule, level, window, config);
  const by = labelsOf(level);
  const operand = operandOf(measure);
  const value = mayBeNaN(rule) ? `${operand} >= -Inf` : operand;
  const one = spelledOut([value, ...guardsOf(rule, measure, by)].join('\n'), window);
  return ofService(level === 'job' ? `(\n${indented(one)}\n)\nand on (job) ${SEVERAL}` : one, by, config);
}

/** `up` of each instance that has given our metrics lately. */
export function upQuery(config: ResolvedConfig): string {
  const query = `up\n${WAS_OURS}`;
  const job = jobOf(config);
  return job === undefined ? query : query.replace(/^up/, `up{job=~${quoted(job)}}`);
}

/** No comparison lets NaN through, but it would keep Grafana from releasing an alert that fires. */
function mayBeNaN({ measure }: AlertRule): boolean {
  if (measure.kind === 'gauge') return !CATALOG.some(({ name }) => name === measure.metric);
  return measure.kind === 'histogram' && !LATENCIES.some(({ name }) => name === measure.metric);
}

/** Of the service's own instances: the thresholds are its own, and another service may have set up rules in the same Grafana. */
function ofService(query: string, by: readonly string[], config: ResolvedConfig): string {
  const job = jobOf(config);
  if (job === undefined) return query;
  const ours = `${counter(selfMetrics.dropped)}{job=~${quoted(job)}}`;
  return `(\n${indented(query)}\n)\nand on (${by.join(', ')}) ${ours}`;
}

/** What `job` may be: the name of the service, with its namespace where it has one. Undefined: anything. */
function jobOf({ service_name: service }: ResolvedConfig): string | undefined {
  return service === undefined ? undefined : `(.+/)?${service.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`;
}

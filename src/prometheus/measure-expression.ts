import type { AlertRule, Measure } from '../alerts/rule.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { CATALOG } from '../catalog/index.ts';
import type { MetricKind } from '../catalog/metric.ts';
import { processMetrics } from '../catalog/process.ts';
import { realtimeMetrics } from '../catalog/realtime.ts';
import { selfMetrics } from '../catalog/self.ts';
import { webSocketMetrics } from '../catalog/websocket.ts';
import { promDuration } from '../promql/duration.ts';
import type { Matchers, Metric } from '../promql/series.ts';
import { buckets, counter, gauge, labelOf, observationCount, observationSum } from '../promql/series.ts';
import { increaseOver, sumBy } from '../promql/window.ts';
import { LATENCIES, labelsOf, quantileOf, recorded } from './recording-rules.ts';
import type { Level } from './recording-rules.ts';
import type { RuleWindow } from './rule-window.ts';

/** A rule's measure in PromQL. */
export interface MeasureExpression {
  /** The value; where the measure has none, no series or NaN. */
  readonly value: string;
  /** The numbers of observations, any of which may be the one that reaches the minimum; none: there is no minimum. */
  readonly observations: readonly string[];
  /** What holds once the window is full, where the value says nothing before. */
  readonly full?: string;
}

/** Why a measure cannot be said in PromQL. One line. */
export class NotInPromql extends Error {
  override readonly name = 'NotInPromql';
}

/**
 * A series that each process with this package has from its first scrape on, and no other.
 *
 * @param where tells processes apart
 */
export function ours(where: Matchers = {}): string {
  return counter(selfMetrics.dropped, where);
}

/** Scrapes that a silence must span at least: fewer do not tell it from the time between two. */
const FEWEST_SILENT_SCRAPES = 2;

const { latency, latencyWindowMin, latencyWindowMax } = realtimeMetrics();
const { messages } = webSocketMetrics('server');

/**
 * @param config tells the units of the user's own metrics
 * @param where whose series are read: in each selector, so that a store looks at no other
 * @throws NotInPromql where it cannot be said exactly
 */
export function measureExpression(
  rule: AlertRule,
  level: Level,
  window: RuleWindow,
  config: ResolvedConfig,
  where: Matchers = {},
): MeasureExpression {
  const { measure } = rule;
  switch (measure.kind) {
    case 'error_rate': {
      const { errorRatio, messages: recordedMessages, errors } = recorded(level, window);
      return { value: errorRatio, observations: [recordedMessages, errors] };
    }
    case 'silence':
      return silence(rule.threshold, level, window, where);
    case 'gauge': {
      const metric = metricOf(rule, measure.metric, config, ['gauge', 'up_down_counter']);
      return { value: distinctGauge(gauge(metric, where), metric, rule), observations: [] };
    }
    case 'counter':
      return counterMeasure(rule, measure, window, config, where);
    case 'histogram':
      return histogramMeasure(rule, measure, level, window, config, where);
  }
}

/** Series that differ only in a label that the alert gives another value would be one alert twice, which Prometheus refuses. */
function distinctGauge(selector: string, metric: Metric, { labels, comparison }: AlertRule): string {
  const given = [...Object.keys(labels), 'severity', 'rule'];
  const lost = (metric.attributes ?? [])
    .map(({ key }) => labelOf(metric, key))
    .filter((label) => given.includes(label));
  if (lost.length === 0) return selector;
  return `${comparison.startsWith('>') ? 'max' : 'min'} without (${lost.join(', ')}) (${selector})`;
}

function silence(thresholdSeconds: number, level: Level, { scrapeMs }: RuleWindow, where: Matchers): MeasureExpression {
  const ms = Math.round(thresholdSeconds * 1000);
  if (ms < FEWEST_SILENT_SCRAPES * scrapeMs) {
    throw new NotInPromql(
      `a silence of ${promDuration(ms)} is not to be seen at prometheus.scrape_interval_ms ${scrapeMs}`,
    );
  }
  const by = labelsOf(level).join(', ');
  const uptime = gauge(processMetrics.uptime, where);
  const own = ofOurs(uptime, where);
  const oldest = level === 'job' ? `max by (${by}) (${own})` : `(${own})`;
  const moved = sumBy(labelsOf(level), increaseOver(counter(messages, where), ms, where));
  return { value: `${oldest} unless on (${by}) ${moved} > 0`, observations: [] };
}

/** Of processes with this package only. */
function ofOurs(expression: string, where: Matchers): string {
  return `${expression} and on (job, instance) ${ours(where)}`;
}

function counterMeasure(
  rule: AlertRule,
  { metric: name, statistic }: Extract<Measure, { kind: 'counter' }>,
  { rangeMs }: RuleWindow,
  config: ResolvedConfig,
  where: Matchers,
): MeasureExpression {
  const metric = metricOf(rule, name, config, ['counter']);
  const grown = sumBy(labelsOf('job_instance'), increaseOver(counter(metric, where), rangeMs, where));
  const uptime = gauge(processMetrics.uptime, where);
  // `or` looks at all labels: both sides have the same, whatever else a target is told apart by
  const none = `0 * max by (job, instance) (${ofOurs(uptime, where)})`;
  const increase = countsFromStart(rule, metric) ? `(${grown} or ${none})` : grown;
  return {
    value: statistic === 'rate' ? `${increase} / ${rangeMs / 1000}` : increase,
    observations: [grown],
    // of a window that is not full yet nobody can say that too little was counted
    ...(rule.comparison.startsWith('<') && { full: `${uptime} >= ${rangeMs / 1000}` }),
  };
}

/** Whether too little is found before the first count: the package's own families are there from the start, their series are not. */
export function countsFromStart({ measure, comparison }: AlertRule, { attributes }: Metric): boolean {
  return measure.kind === 'counter' && comparison.startsWith('<') && attributes !== undefined;
}

function histogramMeasure(
  rule: AlertRule,
  { metric: name, statistic }: Extract<Measure, { kind: 'histogram' }>,
  level: Level,
  window: RuleWindow,
  config: ResolvedConfig,
  where: Matchers,
): MeasureExpression {
  const metric = metricOf(rule, name, config, ['histogram']);
  const { rangeMs } = window;
  const names = recorded(level, window);
  const isRecorded = LATENCIES.some((one) => one.name === name);
  const labels = labelsOf(level);
  const observations = isRecorded
    ? names.observations(metric)
    : sumBy(labels, increaseOver(observationCount(metric, where), rangeMs, where));
  const result = (value: string): MeasureExpression => ({ value, observations: [observations] });
  if (statistic === 'min' || statistic === 'max') {
    if (name !== latency.name) throw new NotInPromql(`the ${statistic} of ${name} is not exported`);
    return result(gauge(statistic === 'min' ? latencyWindowMin : latencyWindowMax, where));
  }
  if (isRecorded) return result(names.latency(metric, statistic));
  if (statistic === 'avg') {
    return result(`${sumBy(labels, increaseOver(observationSum(metric, where), rangeMs, where))} / ${observations}`);
  }
  const counts = sumBy([...labels, 'le'], increaseOver(buckets(metric, where), rangeMs, where));
  return result(`histogram_quantile(${quantileOf(statistic)}, ${counts})`);
}

/** The catalogue's metric, or one of the user's own whose rule says its unit. */
export function metricOf(
  rule: AlertRule,
  name: string,
  config: ResolvedConfig,
  kinds: readonly [MetricKind, ...MetricKind[]],
): Metric {
  const spec = CATALOG.find((metric) => metric.name === name);
  if (spec && !kinds.includes(spec.kind)) throw new NotInPromql(`${name} is a ${spec.kind}, not a ${kinds[0]}`);
  if (spec) return spec;
  const unit = config.alerts.rules.find((written) => written.name === rule.name)?.unit;
  if (unit === undefined)
    throw new NotInPromql(`${name} is not a metric of the package, and the rule does not say its unit`);
  return { name, kind: kinds[0], unit };
}

import type { MetricSpec } from '../../catalog/metric.ts';
import { processMetrics } from '../../catalog/process.ts';
import {
  buckets,
  counter,
  gauge as gaugeSelector,
  labelOf,
  observationCount,
  observationSum,
} from '../../promql/series.ts';
import type { Matchers } from '../../promql/series.ts';
import { increaseOver, indented } from '../../promql/window.ts';

/** What the variables at the top of a dashboard choose. */
export const CHOSEN: Matchers = { job: { matches: '$job' }, instance: { matches: '$instance' } };

/** Grafana's: at least four scrapes, and no shorter than what lies between two points. Stores read it as seconds too. */
const WINDOW = { duration: '$__rate_interval', seconds: '$__rate_interval' };

/** From one point to the next, and no shorter than a scrape. */
const STEP = { duration: '$__interval', seconds: '$__interval' };

/** Labels that no attribute stands behind. */
const TARGET_LABELS: readonly string[] = ['job', 'instance'];

/** Which series of a metric a query takes, and by what it keeps them apart. */
export interface Cut {
  /** Attribute keys, `job`, `instance`; without any, all series are one. */
  readonly by?: readonly string[];
  readonly where?: Matchers;
}

/** How much of a counter comes in a second. Misses the first value of a series: {@link exactRate} does not. */
export function rate(metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  return aggregate('sum', metric, by, rateOf(counter(metric, chosen(where))));
}

/** How much of a counter comes in a second, first counts of new series included. For what is rare. */
export function exactRate(metric: MetricSpec, cut: Cut = {}): string {
  return `${exactIncrease(metric, cut)} / ${WINDOW.seconds}`;
}

/** How much a counter has grown by, to the unit, first counts of new series included. */
export function exactIncrease(metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  return aggregate('sum', metric, by, grown(metric, where));
}

/** {@link exactIncrease} of each series, for sums over several metrics. */
export function grown(metric: MetricSpec, where: Matchers = {}): string {
  return increaseOver(counter(metric, chosen(where)), WINDOW, CHOSEN);
}

/** What a counter has counted since its processes started. */
export function sinceStart(metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  return aggregate('sum', metric, by, counter(metric, chosen(where)));
}

/** Selects a gauge's series. */
export function gauge(metric: MetricSpec, where: Matchers = {}): string {
  return gaugeSelector(metric, chosen(where));
}

/** A gauge, over all series that are not kept apart. */
export function value(
  operator: 'sum' | 'max' | 'min' | 'avg',
  metric: MetricSpec,
  { by = [], where = {} }: Cut = {},
): string {
  return aggregate(operator, metric, by, gauge(metric, where));
}

/** A quantile of a histogram; no point where nothing was observed. */
export function quantile(q: number, metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  const counts = aggregate('sum', metric, [...by, 'le'], rateOf(buckets(metric, chosen(where))));
  return `histogram_quantile(${q}, ${counts}) >= 0`;
}

/** The mean of a histogram; no point where nothing was observed. */
export function mean(metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  const sum = aggregate('sum', metric, by, rateOf(observationSum(metric, chosen(where))));
  return `${sum} / (${observationRate(metric, { by, where })} > 0)`;
}

/** How many observations of a histogram come in a second. */
export function observationRate(metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  return aggregate('sum', metric, by, rateOf(observationCount(metric, chosen(where))));
}

/** How much a counter has grown by since the point before, to the unit: over a range the points add up to the whole. For columns. */
export function increaseByPoint(metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  return aggregate('sum', metric, by, increaseOver(counter(metric, chosen(where)), STEP, CHOSEN));
}

/** As {@link increaseByPoint}, of a histogram's observations. */
export function observationsByPoint(metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  return aggregate('sum', metric, by, increaseOver(observationCount(metric, chosen(where)), STEP, CHOSEN));
}

/** The observations of a histogram since its processes started. */
export function observationsSinceStart(metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  return aggregate('sum', metric, by, observationCount(metric, chosen(where)));
}

/** What a histogram's observations of a second add up to. */
export function observedSumRate(metric: MetricSpec, { by = [], where = {} }: Cut = {}): string {
  return aggregate('sum', metric, by, rateOf(observationSum(metric, chosen(where))));
}

/** A histogram's observations by bucket, for a heatmap. */
export function bucketCounts(metric: MetricSpec, where: Matchers = {}): string {
  return `sum by (le) (increase(${buckets(metric, chosen(where))}[${WINDOW.duration}]))`;
}

/** 0 in place of no series, as long as there is a process at all. */
export function orZero(expression: string, by: readonly string[] = []): string {
  const uptime = gauge(processMetrics.uptime);
  const none = by.length === 0 ? `0 * sum(${uptime})` : `0 * sum by (${by.join(', ')}) (${uptime})`;
  return `${expression}\nor\n${none}`;
}

/** Gives series without a label one, so that a legend has something to say. */
export function named(expression: string, label: string, text: string): string {
  return `label_replace(${wrapped(expression)}, "${label}", "${text}", "${label}", "")`;
}

/** The greatest. */
export function top(count: number, expression: string): string {
  return `topk(${count}, ${wrapped(expression)})`;
}

/** Puts an operator over series, which keeps apart those that differ in `by`. */
export function aggregate(
  operator: 'sum' | 'max' | 'min' | 'avg' | 'count',
  metric: MetricSpec,
  by: readonly string[],
  expression: string,
): string {
  const labels = by.map((key) => (key === 'le' || TARGET_LABELS.includes(key) ? key : labelOf(metric, key)));
  return `${operator}${labels.length === 0 ? '' : ` by (${labels.join(', ')}) `}(${wrapped(expression)})`;
}

function rateOf(selector: string): string {
  return `rate(${selector}[${WINDOW.duration}])`;
}

function chosen(where: Matchers): Matchers {
  return { ...CHOSEN, ...where };
}

/** On lines of its own where it has several. */
function wrapped(expression: string): string {
  return expression.includes('\n') ? `\n${indented(expression)}\n` : expression;
}

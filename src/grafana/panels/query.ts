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

/** How series become one. */
type Operator = 'sum' | 'max' | 'min' | 'avg' | 'count';

/** Which series of a metric a query takes, and by what it keeps them apart. */
export interface Cut {
  /** Attribute keys, `job`, `instance`; without any, all series are one. */
  readonly by?: readonly string[];
  readonly where?: Matchers;
  /** What stands for a missing value of the first key of `by`, so that a legend has something to say. It may be a value, too. */
  readonly unnamed?: string;
}

/** How much of a counter comes in a second. Misses the first value of a series: {@link exactRate} does not. */
export function rate(metric: MetricSpec, cut: Cut = {}): string {
  return aggregate('sum', metric, cut, rateOf(counter(metric, chosen(cut))));
}

/** How much of a counter comes in a second, first counts of new series included. For what is rare. */
export function exactRate(metric: MetricSpec, cut: Cut = {}): string {
  return `${exactIncrease(metric, cut)} / ${WINDOW.seconds}`;
}

/** How much a counter has grown by, to the unit, first counts of new series included. */
export function exactIncrease(metric: MetricSpec, cut: Cut = {}): string {
  return aggregate('sum', metric, cut, grown(metric, cut.where));
}

/** {@link exactIncrease} of each series, for sums over several metrics. */
export function grown(metric: MetricSpec, where: Matchers = {}): string {
  return exact(counter(metric, chosen({ where })));
}

/** What a counter has counted since its processes started. */
export function sinceStart(metric: MetricSpec, cut: Cut = {}): string {
  return aggregate('sum', metric, cut, counter(metric, chosen(cut)));
}

/** Selects a gauge's series. */
export function gauge(metric: MetricSpec, where: Matchers = {}): string {
  return gaugeSelector(metric, chosen({ where }));
}

/** A gauge, over all series that are not kept apart. */
export function value(operator: Operator, metric: MetricSpec, cut: Cut = {}): string {
  return aggregate(operator, metric, cut, gauge(metric, cut.where));
}

/** A quantile of a histogram; no point where nothing was observed. Misses the first value of a series: {@link exactQuantile} does not. */
export function quantile(q: number, metric: MetricSpec, cut: Cut = {}): string {
  return quantileOf(q, metric, cut, rateOf);
}

/** {@link quantile}, first observations of new series included. */
export function exactQuantile(q: number, metric: MetricSpec, cut: Cut = {}): string {
  return quantileOf(q, metric, cut, exact);
}

/** The mean of a histogram, first observations of new series included; no point where nothing was observed. */
export function exactMean(metric: MetricSpec, cut: Cut = {}): string {
  const sum = aggregate('sum', metric, cut, exact(observationSum(metric, chosen(cut))));
  const count = aggregate('sum', metric, cut, exact(observationCount(metric, chosen(cut))));
  return `${sum} / (${count} > 0)`;
}

/** How many observations of a histogram come in a second. */
export function observationRate(metric: MetricSpec, cut: Cut = {}): string {
  return aggregate('sum', metric, cut, rateOf(observationCount(metric, chosen(cut))));
}

/** How much a counter has grown by since the point before, to the unit: over a range the points add up to the whole. For columns. */
export function increaseByPoint(metric: MetricSpec, cut: Cut = {}): string {
  return aggregate('sum', metric, cut, increaseOver(counter(metric, chosen(cut)), STEP, CHOSEN));
}

/** As {@link increaseByPoint}, of a histogram's observations. */
export function observationsByPoint(metric: MetricSpec, cut: Cut = {}): string {
  return aggregate('sum', metric, cut, increaseOver(observationCount(metric, chosen(cut)), STEP, CHOSEN));
}

/** The observations of a histogram since its processes started. */
export function observationsSinceStart(metric: MetricSpec, cut: Cut = {}): string {
  return aggregate('sum', metric, cut, observationCount(metric, chosen(cut)));
}

/** What a histogram's observations of a second add up to. */
export function observedSumRate(metric: MetricSpec, cut: Cut = {}): string {
  return aggregate('sum', metric, cut, rateOf(observationSum(metric, chosen(cut))));
}

/** A histogram's observations by bucket, for a heatmap. */
export function bucketCounts(metric: MetricSpec, where: Matchers = {}): string {
  return `sum by (le) (increase(${buckets(metric, chosen({ where }))}[${WINDOW.duration}]))`;
}

/** 0 in place of no series, as long as there is a process at all. */
export function orZero(expression: string, by: readonly string[] = []): string {
  const uptime = gauge(processMetrics.uptime);
  const none = by.length === 0 ? `0 * sum(${uptime})` : `0 * sum by (${by.join(', ')}) (${uptime})`;
  return `${expression}\nor\n${none}`;
}

/** Gives series without a label one. One that has that value already stays beside it, told apart by a mark: both are summed up outside. */
export function named(expression: string, label: string, text: string): string {
  const marked = `label_replace(${wrapped(expression)}, "unnamed", "yes", "${label}", "")`;
  return `label_replace(${wrapped(marked)}, "${label}", "${text}", "${label}", "")`;
}

/** The greatest. */
export function top(count: number, expression: string): string {
  return `topk(${count}, ${wrapped(expression)})`;
}

/** Puts an operator over series, which keeps apart those that differ in `by`. */
export function aggregate(
  operator: Operator,
  metric: MetricSpec,
  { by = [], unnamed }: Omit<Cut, 'where'>,
  expression: string,
): string {
  const labels = by.map((key) => (key === 'le' || TARGET_LABELS.includes(key) ? key : labelOf(metric, key)));
  const over = (inner: string): string =>
    `${operator}${labels.length === 0 ? '' : ` by (${labels.join(', ')}) `}(${wrapped(inner)})`;
  const [first] = labels;
  return unnamed === undefined || first === undefined
    ? over(expression)
    : over(named(over(expression), first, unnamed));
}

function quantileOf(q: number, metric: MetricSpec, cut: Cut, growth: (selector: string) => string): string {
  const counts = aggregate(
    'sum',
    metric,
    { ...cut, by: [...(cut.by ?? []), 'le'] },
    growth(buckets(metric, chosen(cut))),
  );
  return `histogram_quantile(${q}, ${counts}) >= 0`;
}

function rateOf(selector: string): string {
  return `rate(${selector}[${WINDOW.duration}])`;
}

function exact(selector: string): string {
  return increaseOver(selector, WINDOW, CHOSEN);
}

function chosen({ where = {} }: Cut): Matchers {
  return { ...CHOSEN, ...where };
}

/** On lines of its own where it has several. */
function wrapped(expression: string): string {
  return expression.includes('\n') ? `\n${indented(expression)}\n` : expression;
}

import { CATALOG } from '../catalog/index.ts';
import type { MetricKind, MetricSpec } from '../catalog/metric.ts';
import { labelName, prometheusName } from '../catalog/prometheus-name.ts';

/** What a selector needs to know of a metric. A {@link MetricSpec} is one. */
export type Metric = Pick<MetricSpec, 'name' | 'kind' | 'unit'> & Partial<Pick<MetricSpec, 'attributes'>>;

/** Values that a selector asks for: by attribute key as in the catalogue, or `job`, `instance`, `le`. */
export type Matchers = Readonly<Record<string, string | Pattern | Exception>>;

/** Asks for values that a regular expression matches as a whole: `=~`. */
interface Pattern {
  readonly matches: string;
}

/** Asks for all values but one, and for no value: `!=`. */
interface Exception {
  readonly except: string;
}

/** Names that PromQL or MetricsQL reads as something else at the start of a selector. */
const RESERVED = /^(nan|inf|bool|by|without|on|ignoring|group_left|group_right|offset|with|start|end)$/i;

/** Labels that no attribute stands behind. */
const TARGET_LABELS = ['job', 'instance'];

/**
 * The catalogue's metric of that OpenTelemetry name.
 *
 * @throws RangeError where there is none
 */
export function metricNamed(name: string): MetricSpec {
  const spec = CATALOG.find((metric) => metric.name === name);
  if (!spec) throw new RangeError(`there is no metric ${name}`);
  return spec;
}

/**
 * Selects a counter: `websocket_server_messages_total{network_io_direction="receive"}`.
 *
 * @throws RangeError where the metric is no counter, has no name in Prometheus, or not that attribute
 */
export function counter(metric: Metric, where: Matchers = {}): string {
  return select(nameOf(metric, 'counter'), metric, where);
}

/** Selects a gauge or up-down counter. @throws RangeError as {@link counter} */
export function gauge(metric: Metric, where: Matchers = {}): string {
  return select(nameOf(metric, 'gauge', 'up_down_counter'), metric, where);
}

/** Selects the cumulative buckets of a histogram, told apart by `le`. @throws RangeError as {@link counter} */
export function buckets(metric: Metric, where: Matchers = {}): string {
  return select(`${nameOf(metric, 'histogram')}_bucket`, metric, where, ['le']);
}

/** Selects the number of a histogram's observations. @throws RangeError as {@link counter} */
export function observationCount(metric: Metric, where: Matchers = {}): string {
  return select(`${nameOf(metric, 'histogram')}_count`, metric, where);
}

/** Selects the sum of a histogram's observations. @throws RangeError as {@link counter} */
export function observationSum(metric: Metric, where: Matchers = {}): string {
  return select(`${nameOf(metric, 'histogram')}_sum`, metric, where);
}

/** Selects `up`, which Prometheus itself gives each target. @throws RangeError for any matcher but of `job` and `instance` */
export function targets(where: Matchers = {}): string {
  return select('up', { name: 'up', kind: 'gauge', unit: '1', attributes: [] }, where);
}

/**
 * A metric's name in Prometheus, of a histogram without `_bucket`, `_count`, `_sum`.
 *
 * @throws RangeError where it is of none of the kinds, or nothing valid is left of its name
 */
export function nameOf(metric: Metric, ...kinds: readonly MetricKind[]): string {
  if (kinds.length > 0 && !kinds.includes(metric.kind)) {
    throw new RangeError(`${metric.name} is a ${metric.kind}, not a ${kinds.join(' or ')}`);
  }
  const translated = prometheusName(metric.name, metric.unit, metric.kind);
  if (!translated) throw new RangeError(`${metric.name} has no name in Prometheus`);
  return translated.name;
}

/**
 * An attribute's label: `queue`, `error_type`. Of a metric that is not in the catalogue any is taken.
 *
 * @throws RangeError where the metric has no such attribute
 */
export function labelOf(metric: Metric, key: string): string {
  const name = labelName(key);
  if (name === null || (metric.attributes && !metric.attributes.some((attribute) => attribute.key === key))) {
    throw new RangeError(`${metric.name} has no attribute ${key}`);
  }
  return name;
}

/** A value between quotes, as PromQL reads it. */
export function quoted(value: string): string {
  return JSON.stringify(value);
}

function select(name: string, metric: Metric, where: Matchers, besides: readonly string[] = []): string {
  const free = [...TARGET_LABELS, ...besides];
  const matchers = Object.entries(where).map(([key, value]) => {
    const label = free.includes(key) ? key : labelOf(metric, key);
    if (typeof value === 'string') return `${label}=${quoted(value)}`;
    return 'except' in value ? `${label}!=${quoted(value.except)}` : `${label}=~${quoted(value.matches)}`;
  });
  if (RESERVED.test(name)) return `{${[`__name__=${quoted(name)}`, ...matchers].join(', ')}}`;
  return matchers.length === 0 ? name : `${name}{${matchers.join(', ')}}`;
}

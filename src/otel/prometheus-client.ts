import { TelemetryError } from '../base/errors.ts';
import { DURATION_BUCKETS, SIZE_BUCKETS, durationBuckets, same } from '../catalog/buckets.ts';
import type { BucketSpec, MetricKind, MetricSpec } from '../catalog/metric.ts';
import type { RequestHandler } from '../http/server.ts';
import { describe } from '../recording/amount.ts';
import type { CounterCell, GaugeCell, HistogramCell } from '../recording/cells.ts';
import type { AnyFamily, CounterFamily, GaugeFamily, HistogramFamily, Series } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';
import { customCounter, customGauge, customHistogram } from './custom-metrics.ts';
import type { CustomAttributes, CustomCounter, CustomGauge, CustomHistogram } from './custom-metrics.ts';
import { labelName, prometheusName } from '../catalog/prometheus-name.ts';

/** How a custom metric is declared. */
export interface CustomMetricOptions {
  /** One sentence; the HELP text. Default: none. */
  readonly description?: string;
  /** UCUM: `s`, `By`, `1`, `{item}` … Becomes a suffix of the Prometheus name. Default: none. */
  readonly unit?: string;
  /** Keys of the attributes it is recorded with. Each takes at most `limits.attribute_values` values. Default: none. */
  readonly attributes?: readonly string[];
}

/** How a custom gauge is declared. */
export interface CustomGaugeOptions extends CustomMetricOptions {
  /**
   * How the values of the workers of one service become the service's: added up, the largest, or the one that was set last. Default:
   * `sum`.
   */
  readonly aggregator?: 'sum' | 'max' | 'last';
}

/** How a custom histogram is declared. */
export interface CustomHistogramOptions extends CustomMetricOptions {
  /** Upper bounds in the metric's unit, ascending. Default for unit `s`: 0.1 ms to 63 s; for `By`: 64 B to 16 MiB; others need it. */
  readonly buckets?: readonly number[];
}

/** The same rule as the OpenTelemetry SDK's. */
const METRIC_NAME = /^[a-z][a-z0-9_.\-/]{0,254}$/i;

/** Custom metrics, their current values, and the Prometheus endpoint of all metrics. Reached as `dashboard.prometheus`. */
export class PrometheusClient {
  /** Answers a scrape on any server: `http.createServer(client.handler)`. Checks no token. */
  readonly handler: RequestHandler;
  readonly #recorder: Recorder;

  /** @internal */
  constructor(recorder: Recorder, handler: RequestHandler) {
    this.#recorder = recorder;
    this.handler = handler;
  }

  /**
   * Declares a counter, or finds the one of this name.
   *
   * @param name OpenTelemetry name, dotted, without unit or `_total`: `orders.placed`
   * @throws TelemetryError `TD_METRIC_INVALID` for a wrong name or option, or where the name stands for another metric
   */
  counter(name: string, options: CustomMetricOptions = {}): CustomCounter {
    return customCounter(this.#recorder, this.#declare(name, 'counter', options) as CounterFamily);
  }

  /**
   * Declares a gauge, or finds the one of this name.
   *
   * @throws TelemetryError as {@link counter}
   */
  gauge(name: string, options: CustomGaugeOptions = {}): CustomGauge {
    return customGauge(this.#recorder, this.#declare(name, 'gauge', options) as GaugeFamily);
  }

  /**
   * Declares a histogram, or finds the one of this name.
   *
   * @throws TelemetryError as {@link counter}, and for buckets that are missing, not finite or not ascending
   */
  histogram(name: string, options: CustomHistogramOptions = {}): CustomHistogram {
    return customHistogram(this.#recorder, this.#declare(name, 'histogram', options) as HistogramFamily);
  }

  /**
   * The current value of a metric of this package: of a counter, the total since the start; of a histogram, the number of
   * observations.
   *
   * @param otelName `realtime.errors`, not `realtime_errors_total`
   * @param attributes only series with these; default all. Several series are added up.
   * @returns null where there is no such metric or series, or it has no value yet
   */
  value(otelName: string, attributes: CustomAttributes = {}): number | null {
    const family = this.#recorder.family(otelName);
    if (!family) return null;
    this.#recorder.refresh();
    const wanted = Object.entries(attributes).filter(([, value]) => value !== undefined);
    let sum: number | null = null;
    for (const series of family.series as readonly Series<CounterCell | GaugeCell | HistogramCell>[]) {
      const own = series.attributes;
      if (!wanted.every(([key, value]) => Object.hasOwn(own, key) && String(own[key]) === String(value))) continue;
      const value = 'count' in series.cell ? series.cell.count : series.cell.value;
      if (value !== null) sum = (sum ?? 0) + value;
    }
    return sum;
  }

  #declare(name: string, kind: MetricKind, options: CustomHistogramOptions & CustomGaugeOptions): AnyFamily {
    const fail = (why: string): never => {
      throw new TelemetryError('TD_METRIC_INVALID', `telemetry-dashboard: ${kind} ${describe(name)}: ${why}`);
    };
    if (typeof options !== 'object' || (options as unknown) === null) return fail('options are an object');
    const { description = '', unit = '' } = options;
    const attributes: unknown = options.attributes ?? [];
    if (typeof name !== 'string' || !METRIC_NAME.test(name)) {
      fail('a name is a letter, then up to 254 letters, digits, "_", ".", "-" or "/"');
    }
    if (typeof description !== 'string' || typeof unit !== 'string') fail('description and unit are strings');
    if (prometheusName(name, unit, kind) === null) fail('no Prometheus name can be made of it');
    if (!isStrings(attributes)) return fail('attributes are an array of strings');
    const labels = attributes.map(labelName);
    const wrong = labels.findIndex((label, index) => label === null || labels.indexOf(label) !== index);
    if (wrong >= 0)
      fail(`${describe(attributes[wrong])} cannot be an attribute key, or becomes the same label as another`);
    const aggregator = options.aggregator as unknown;
    if (aggregator !== undefined && !isAggregator(aggregator)) {
      return fail('`aggregator` is one of sum, max, last');
    }
    const buckets = kind === 'histogram' ? bucketsOf(unit, options.buckets, fail) : undefined;
    const spec: MetricSpec = {
      name,
      kind,
      unit,
      description,
      attributes: attributes.map((key) => ({ key })),
      ...(buckets && { buckets }),
      ...(aggregator && kind === 'gauge' && { aggregator }),
    };
    const known = this.#recorder.family(name);
    if (known && sameSpec(known.spec, spec)) return known;
    const clash = known ? name : clashOf(spec, this.#recorder.families);
    if (clash === undefined) return this.#recorder.familyOf(spec);
    // what workers declare must not make a call fail here
    if (this.#recorder.givesWay(clash)) return this.#leftOut(spec, clash);
    return fail(known ? 'is already declared, with other options' : `its Prometheus name is already that of ${clash}`);
  }

  #leftOut(spec: MetricSpec, clash: string): AnyFamily {
    this.#recorder.logger.warnOnce(
      `left out ${spec.name}`,
      `${spec.name} is left out: a worker has declared ${clash} otherwise, and Prometheus would not tell them apart`,
    );
    return this.#recorder.detached(spec);
  }
}

function isAggregator(value: unknown): value is 'sum' | 'max' | 'last' {
  return value === 'sum' || value === 'max' || value === 'last';
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function bucketsOf(unit: string, given: readonly number[] | undefined, fail: (why: string) => never): BucketSpec {
  if ((given as unknown) === null || given === undefined) {
    if (unit === 's') return DURATION_BUCKETS;
    if (unit === 'By') return SIZE_BUCKETS;
    return fail('needs `buckets`; only units "s" and "By" have default ones');
  }
  if (!Array.isArray(given)) return fail('`buckets` are an array of numbers');
  const ascending = (given as readonly number[]).every(
    (bound, index) => Number.isFinite(bound) && (index === 0 || bound > (given[index - 1] as number)),
  );
  if (given.length === 0 || !ascending) fail('`buckets` are finite numbers, ascending');
  return unit === 's' ? durationBuckets(given) : same(Array.from(given));
}

function sameSpec(a: MetricSpec, b: MetricSpec): boolean {
  const essence = ({ kind, unit, attributes, buckets, aggregator = 'sum' }: MetricSpec): string =>
    JSON.stringify([kind, unit, attributes.map(({ key }) => key), buckets?.exported, aggregator]);
  return essence(a) === essence(b);
}

function clashOf(spec: MetricSpec, families: Iterable<AnyFamily>): string | undefined {
  const names = new Set(sampleNames(spec));
  for (const family of families) if (sampleNames(family.spec).some((name) => names.has(name))) return family.spec.name;
  return undefined;
}

/** All names under which a metric's samples stand in `/metrics`. */
function sampleNames({ name, unit, kind }: MetricSpec): string[] {
  const spelled = prometheusName(name, unit, kind)?.name ?? '';
  return [spelled, ...(kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => spelled + suffix) : [])];
}

import { TelemetryError } from '../base/errors.ts';
import { DURATION_BUCKETS, SIZE_BUCKETS, durationBuckets, same } from '../catalog/buckets.ts';
import type { BucketSpec, MetricKind, MetricSpec } from '../catalog/metric.ts';
import type { RequestHandler } from '../http/server.ts';
import type { CounterCell, GaugeCell, HistogramCell } from '../recording/cells.ts';
import type { AnyFamily, Series } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';
import { customCounter, customGauge, customHistogram } from './custom-metrics.ts';
import type { CustomAttributes, CustomCounter, CustomGauge, CustomHistogram } from './custom-metrics.ts';
import { labelName, prometheusName } from './naming.ts';

/** How a custom metric is declared. */
export interface CustomMetricOptions {
  /** One sentence; the HELP text. Default: none. */
  readonly description?: string;
  /** UCUM: `s`, `By`, `1`, `{item}` … Becomes a suffix of the Prometheus name. Default: none. */
  readonly unit?: string;
  /** Keys of the attributes it is recorded with. Each takes at most `limits.attribute_values` values. Default: none. */
  readonly attributes?: readonly string[];
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
    const spec = this.#declare(name, 'counter', options);
    return customCounter(this.#recorder, this.#recorder.counter(spec));
  }

  /**
   * Declares a gauge, or finds the one of this name.
   *
   * @throws TelemetryError as {@link counter}
   */
  gauge(name: string, options: CustomMetricOptions = {}): CustomGauge {
    const spec = this.#declare(name, 'gauge', options);
    return customGauge(this.#recorder, this.#recorder.gauge(spec));
  }

  /**
   * Declares a histogram, or finds the one of this name.
   *
   * @throws TelemetryError as {@link counter}, and for buckets that are missing, not finite or not ascending
   */
  histogram(name: string, options: CustomHistogramOptions = {}): CustomHistogram {
    const spec = this.#declare(name, 'histogram', options);
    return customHistogram(this.#recorder, this.#recorder.histogram(spec));
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
      if (!wanted.every(([key, value]) => String(series.attributes[key]) === String(value))) continue;
      const value = 'count' in series.cell ? series.cell.count : series.cell.value;
      if (value !== null) sum = (sum ?? 0) + value;
    }
    return sum;
  }

  #declare(name: string, kind: MetricKind, options: CustomHistogramOptions): MetricSpec {
    const { description = '', unit = '', attributes = [] } = options;
    const fail = (why: string): never => {
      throw new TelemetryError('TD_METRIC_INVALID', `telemetry-dashboard: ${kind} ${JSON.stringify(name)}: ${why}`);
    };
    if (typeof name !== 'string' || !METRIC_NAME.test(name)) {
      fail('a name is a letter, then up to 254 letters, digits, "_", ".", "-" or "/"');
    }
    const wrongKey = attributes.find((key) => typeof key !== 'string' || labelName(key) === null);
    if (wrongKey !== undefined) fail(`${JSON.stringify(wrongKey)} cannot be an attribute key`);
    const buckets = kind === 'histogram' ? bucketsOf(unit, options.buckets, fail) : undefined;
    const spec: MetricSpec = {
      name,
      kind,
      unit,
      description,
      attributes: attributes.map((key) => ({ key })),
      ...(buckets && { buckets }),
    };
    const known = this.#recorder.family(name);
    if (known) return sameSpec(known.spec, spec) ? known.spec : fail('is already declared, with other options');
    const clash = clashOf(spec, this.#recorder.families);
    if (clash !== undefined) fail(`its Prometheus name is already that of ${clash}`);
    return spec;
  }
}

function bucketsOf(unit: string, given: readonly number[] | undefined, fail: (why: string) => never): BucketSpec {
  if (given === undefined) {
    if (unit === 's') return DURATION_BUCKETS;
    if (unit === 'By') return SIZE_BUCKETS;
    return fail('needs `buckets`; only units "s" and "By" have default ones');
  }
  const ascending = given.every(
    (bound, index) => Number.isFinite(bound) && (index === 0 || bound > (given[index - 1] as number)),
  );
  if (!Array.isArray(given) || given.length === 0 || !ascending) fail('`buckets` are finite numbers, ascending');
  return unit === 's' ? durationBuckets(given) : same(Array.from(given));
}

function sameSpec(a: MetricSpec, b: MetricSpec): boolean {
  const essence = ({ kind, unit, attributes, buckets }: MetricSpec): string =>
    JSON.stringify([kind, unit, attributes.map(({ key }) => key), buckets?.exported]);
  return essence(a) === essence(b);
}

function clashOf(spec: MetricSpec, families: Iterable<AnyFamily>): string | undefined {
  const nameOf = ({ name, unit, kind }: MetricSpec): string | undefined => prometheusName(name, unit, kind)?.name;
  for (const family of families) if (nameOf(family.spec) === nameOf(spec)) return family.spec.name;
  return undefined;
}

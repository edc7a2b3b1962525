import type { Attributes } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import type { MetricDescriptor } from '@opentelemetry/sdk-metrics';
import type { MetricKind } from '../catalog/metric.ts';
import type { Recorder } from '../recording/recorder.ts';
import { checkedPoint, checkedReport } from './instrument-check.ts';
import { metricKey, pointKey } from './instrument-report.ts';
import type { InstrumentPoint, InstrumentReport } from './instrument-report.ts';
import { createSeries } from './instrument-series.ts';
import type { InstrumentSeries, Part } from './instrument-series.ts';

/** Of one metric; as the SDK has it, what comes beyond is one series. */
const LARGEST_SERIES = 2000;
const OVERFLOW: Attributes = { 'otel.metric.overflow': true };

/** One metric of the workers' instruments. */
export interface WorkerMetric {
  /** Its {@link metricKey}. */
  readonly key: string;
  readonly kind: MetricKind;
  /** Always the same object. */
  readonly descriptor: MetricDescriptor;
  readonly boundaries: readonly number[];
  /** By {@link pointKey}. */
  readonly series: ReadonlyMap<string, InstrumentSeries>;
}

interface OwnedMetric extends WorkerMetric {
  readonly series: Map<string, InstrumentSeries>;
}

/** A part, and where it belongs. */
interface Place extends Part {
  readonly metric: OwnedMetric;
  readonly seriesKey: string;
  readonly series: InstrumentSeries;
}

/**
 * What workers have told of their instruments of `dashboard.meter`. What they have counted and observed stays when they end; what
 * stood in their up-down counters and gauges goes with them.
 */
export class WorkerInstruments {
  readonly #recorder: Recorder;
  readonly #metrics = new Map<string, OwnedMetric>();
  /** By worker, metric and point. */
  readonly #places = new Map<object, Map<string, Place>>();

  /** @param recorder the primary's: its clock, log and start */
  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  get recorder(): Recorder {
    return this.#recorder;
  }

  get metrics(): Iterable<WorkerMetric> {
    return this.#metrics.values();
  }

  /** Whether no worker has told of any. */
  get areNone(): boolean {
    return this.#metrics.size === 0;
  }

  /**
   * Takes what a worker tells. What is wrong in it is left out, with one log line.
   *
   * @param worker stands for it
   */
  add(worker: object, reports: unknown): void {
    if (!Array.isArray(reports)) {
      this.#refuse();
      return;
    }
    for (const value of reports) {
      const report = checkedReport(value);
      const metric = report && this.#metricOf(report);
      if (!report) this.#refuse();
      if (!metric) continue;
      for (const one of report.points) {
        const point = checkedPoint(one, report);
        if (point) this.#tell(worker, metric, point);
        else this.#refuse();
      }
    }
  }

  /** The worker has ended. */
  forget(worker: object): void {
    for (const place of this.#places.get(worker)?.values() ?? []) leave(place);
    this.#places.delete(worker);
  }

  #tell(worker: object, metric: OwnedMetric, { attributes, value }: InstrumentPoint): void {
    let places = this.#places.get(worker);
    if (!places) this.#places.set(worker, (places = new Map<string, Place>()));
    const key = `${metric.key} ${pointKey(attributes)}`;
    let place = places.get(key);
    if (value === null) {
      if (place) leave(place);
      places.delete(key);
      return;
    }
    if (!place) places.set(key, (place = { metric, ...seriesAt(metric, attributes), value: undefined }));
    place.series.tell(place, value);
  }

  #metricOf({ name, description, unit, kind, boundaries }: InstrumentReport): OwnedMetric | undefined {
    const key = metricKey({ name, unit }, kind);
    let metric = this.#metrics.get(key);
    if (!metric) {
      const descriptor = { name, description, unit, valueType: ValueType.DOUBLE };
      this.#metrics.set(key, (metric = { key, kind, descriptor, boundaries, series: new Map() }));
    }
    if (!areEqual(metric.boundaries, boundaries)) {
      this.warnOfBuckets(name);
      return undefined;
    }
    return metric;
  }

  /** Histograms of one name have buckets that cannot be added to each other. */
  warnOfBuckets(name: string): void {
    this.#recorder.logger.warnOnce(
      `worker instrument ${name}`,
      `${name} has other buckets in a worker than elsewhere: the worker's is left out of the sum`,
    );
  }

  #refuse(): void {
    this.#recorder.logger.warnOnce(
      'worker instruments',
      'what a worker tells of an instrument cannot be read: it is left out of the sum',
    );
  }
}

export function areEqual(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((bound, index) => bound === other[index]);
}

function seriesAt(metric: OwnedMetric, attributes: Attributes): Pick<Place, 'series' | 'seriesKey'> {
  const { kind, series: all } = metric;
  const isFull = !all.has(pointKey(attributes)) && all.size >= LARGEST_SERIES - 1;
  const own = isFull ? OVERFLOW : attributes;
  const seriesKey = pointKey(own);
  let series = all.get(seriesKey);
  if (!series) all.set(seriesKey, (series = createSeries(kind, own)));
  return { series, seriesKey };
}

function leave(place: Place): void {
  const { metric, series, seriesKey } = place;
  series.leave(place);
  if (series.isGone) metric.series.delete(seriesKey);
}

import type { HrTime } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { DataPoint, Histogram, IMetricReader, MetricData } from '@opentelemetry/sdk-metrics';
import { INSTRUMENT_TYPES, toHrTime } from './cell-metrics.ts';
import { addTotals, countOf, histogramOf, increaseOf, totalsOf } from './histogram-totals.ts';
import type { HistogramTotals } from './histogram-totals.ts';
import { kindOf, metricKey, pointKey } from './instrument-report.ts';
import { GaugeSeries } from './instrument-series.ts';
import type { InstrumentSeries } from './instrument-series.ts';
import { areEqual } from './worker-instruments.ts';
import type { WorkerInstruments, WorkerMetric } from './worker-instruments.ts';

type Point = DataPoint<number | Histogram>;
type Told = Pick<InstrumentSeries, 'attributes' | 'value'>;

/** Merges what workers have told of their instruments into what one reader has collected of this process's own. */
export class InstrumentMerge {
  readonly #instruments: WorkerInstruments;
  readonly #reader: Pick<IMetricReader, 'selectAggregationTemporality'>;
  /** What a delta reader was last told, by metric and point. */
  readonly #told = new Map<WorkerMetric, Map<string, Told>>();
  readonly #startTime: HrTime;
  #lastTime: HrTime;

  constructor(instruments: WorkerInstruments, reader: Pick<IMetricReader, 'selectAggregationTemporality'>) {
    this.#instruments = instruments;
    this.#reader = reader;
    this.#startTime = this.#lastTime = toHrTime(instruments.recorder.startEpochMs);
  }

  /** @param metrics those of the process's own instruments; what workers have told is put in */
  addTo(metrics: MetricData[]): void {
    const endTime = toHrTime(this.#instruments.recorder.clock.epochMs());
    if (!this.#instruments.areNone) {
      const own = indexesOf(metrics);
      for (const metric of this.#instruments.metrics) this.#merge(metrics, own.get(metric.key), metric, endTime);
    }
    this.#lastTime = endTime;
  }

  #merge(metrics: MetricData[], index: number | undefined, metric: WorkerMetric, endTime: HrTime): void {
    const own = index === undefined ? undefined : metrics[index];
    if (own && !haveBuckets(own, metric.boundaries)) {
      this.#instruments.warnOfBuckets(metric.descriptor.name);
      return;
    }
    const aggregationTemporality =
      own?.aggregationTemporality ?? this.#reader.selectAggregationTemporality(INSTRUMENT_TYPES[metric.kind]);
    const isDelta = aggregationTemporality === AggregationTemporality.DELTA;
    const told: Map<string, Told> =
      isDelta && metric.kind !== 'gauge' ? this.#increases(metric) : new Map(metric.series);
    const dataPoints = ((own?.dataPoints ?? []) as Point[]).map((point) => {
      const key = pointKey(point.attributes);
      const more = told.get(key);
      told.delete(key);
      return more ? { ...point, value: added(point.value, more, metric) } : point;
    });
    const startTime = isDelta ? this.#lastTime : this.#startTime;
    for (const { attributes, value } of told.values())
      dataPoints.push({ attributes, startTime, endTime, value: dataOf(value, metric) });
    if (dataPoints.length === 0) return;
    const data = { ...(own ?? headOf(metric)), aggregationTemporality, dataPoints } as MetricData;
    if (index === undefined) metrics.push(data);
    else metrics[index] = data;
  }

  #increases(metric: WorkerMetric): Map<string, Told> {
    let told = this.#told.get(metric);
    if (!told) this.#told.set(metric, (told = new Map<string, Told>()));
    const increases = new Map<string, Told>();
    for (const [key, { attributes, value }] of metric.series) {
      const before = told.get(key)?.value;
      told.set(key, { attributes, value });
      const increase = difference(value, before);
      if (before === undefined || !isNothing(increase)) increases.set(key, { attributes, value: increase });
    }
    for (const [key, { attributes, value }] of told) {
      if (metric.series.has(key)) continue;
      // only what stands in up-down counters goes
      told.delete(key);
      increases.set(key, { attributes, value: difference(0, value) });
    }
    return increases;
  }
}

/** Where the metrics are, by their {@link metricKey}; of those that the SDK keeps apart, the first. */
function indexesOf(metrics: readonly MetricData[]): Map<string, number> {
  const indexes = new Map<string, number>();
  metrics.forEach((metric, index) => {
    const key = metricKey(metric.descriptor, kindOf(metric));
    if (!indexes.has(key)) indexes.set(key, index);
  });
  return indexes;
}

function haveBuckets(metric: MetricData, boundaries: readonly number[]): boolean {
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return false;
  if (metric.dataPointType !== DataPointType.HISTOGRAM) return true;
  return areEqual(metric.dataPoints[0]?.value.buckets.boundaries ?? boundaries, boundaries);
}

function added(own: number | Histogram, told: Told, { boundaries }: WorkerMetric): number | Histogram {
  if (told instanceof GaugeSeries) {
    told.see(own as number);
    return told.value;
  }
  if (typeof told.value === 'number') return (own as number) + told.value;
  return histogramOf(addTotals(totalsOf(own as Histogram), told.value), boundaries);
}

function dataOf(value: Told['value'], { boundaries }: WorkerMetric): number | Histogram {
  return typeof value === 'number' ? value : histogramOf(value, boundaries);
}

function difference(now: Told['value'], before: Told['value'] | undefined): Told['value'] {
  if (typeof now === 'number') return now - ((before as number | undefined) ?? 0);
  // the extremes of an interval are not kept for each reader; they are optional in the data model
  return { ...increaseOf(now, before as HistogramTotals | undefined), min: undefined, max: undefined };
}

function isNothing(increase: Told['value']): boolean {
  return increase === 0 || (typeof increase !== 'number' && countOf(increase.counts) === 0);
}

function headOf({ descriptor, kind }: WorkerMetric): Pick<MetricData, 'descriptor' | 'dataPointType'> {
  if (kind === 'gauge') return { descriptor, dataPointType: DataPointType.GAUGE };
  if (kind === 'histogram') return { descriptor, dataPointType: DataPointType.HISTOGRAM };
  return { descriptor, dataPointType: DataPointType.SUM, isMonotonic: kind === 'counter' } as never;
}

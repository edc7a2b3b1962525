import type { HrTime } from '@opentelemetry/api';
import { ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, InstrumentType } from '@opentelemetry/sdk-metrics';
import type { DataPoint, Histogram, IMetricReader, MetricData, MetricDescriptor } from '@opentelemetry/sdk-metrics';
import type { MetricKind } from '../catalog/metric.ts';
import type { AnyFamily, CounterFamily, GaugeFamily, HistogramFamily, Series } from '../recording/family.ts';
import type { CounterCell, HistogramCell } from '../recording/cells.ts';
import type { Recorder } from '../recording/recorder.ts';

/** The instrument of the SDK that a family would be. */
export const INSTRUMENT_TYPES: Readonly<Record<MetricKind, InstrumentType>> = {
  counter: InstrumentType.COUNTER,
  up_down_counter: InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
  gauge: InstrumentType.OBSERVABLE_GAUGE,
  histogram: InstrumentType.HISTOGRAM,
};

/**
 * Turns cells into OpenTelemetry metric data for one reader: all of one instant, with the temporality that the reader asks for.
 */
export class CellMetrics {
  readonly #recorder: Recorder;
  readonly #families: () => Iterable<AnyFamily>;
  readonly #reader: Pick<IMetricReader, 'selectAggregationTemporality'>;
  readonly #descriptors = new Map<AnyFamily, MetricDescriptor>();
  readonly #startTime: HrTime;
  /** What a delta reader was last told, by series. */
  readonly #told = new Map<Series<unknown>, CounterState | HistogramState>();
  #lastTime: HrTime;

  /** @param families those that no instrument of the SDK stands for */
  constructor(
    recorder: Recorder,
    families: () => Iterable<AnyFamily>,
    reader: Pick<IMetricReader, 'selectAggregationTemporality'>,
  ) {
    this.#recorder = recorder;
    this.#families = families;
    this.#reader = reader;
    this.#startTime = this.#lastTime = toHrTime(recorder.startEpochMs);
  }

  /** Reads all cells, synchronously. Metrics without a series are left out. */
  collect(): MetricData[] {
    this.#recorder.refresh();
    const endTime = toHrTime(this.#recorder.clock.epochMs());
    const metrics: MetricData[] = [];
    for (const family of this.#families()) {
      const metric = this.#metric(family, endTime);
      if (metric.dataPoints.length > 0) metrics.push(metric);
    }
    this.#lastTime = endTime;
    return metrics;
  }

  #metric(family: AnyFamily, endTime: HrTime): MetricData {
    const aggregationTemporality = this.#reader.selectAggregationTemporality(INSTRUMENT_TYPES[family.kind]);
    const delta = aggregationTemporality === AggregationTemporality.DELTA;
    const base = { descriptor: this.#descriptorOf(family), aggregationTemporality };
    switch (family.kind) {
      case 'counter':
        return {
          ...base,
          dataPointType: DataPointType.SUM,
          isMonotonic: true,
          dataPoints: this.#points(family as CounterFamily, endTime, delta, (series) => this.#counter(series, delta)),
        };
      case 'histogram':
        return {
          ...base,
          dataPointType: DataPointType.HISTOGRAM,
          dataPoints: this.#points(family as HistogramFamily, endTime, delta, (series) =>
            this.#histogram(series, delta),
          ),
        };
      case 'up_down_counter':
        // Increments of an up-down counter that is observed, not counted, mean little: its sum is always told whole.
        return {
          ...base,
          aggregationTemporality: AggregationTemporality.CUMULATIVE,
          dataPointType: DataPointType.SUM,
          isMonotonic: false,
          dataPoints: this.#points(family as GaugeFamily, endTime, false, ({ cell }) => cell.value),
        };
      case 'gauge':
        return {
          ...base,
          dataPointType: DataPointType.GAUGE,
          dataPoints: this.#points(family as GaugeFamily, endTime, false, ({ cell }) => cell.value),
        };
    }
  }

  #points<Cell, Value>(
    family: { readonly series: readonly Series<Cell>[] },
    endTime: HrTime,
    delta: boolean,
    read: (series: Series<Cell>) => Value | null,
  ): DataPoint<Value>[] {
    const startTime = delta ? this.#lastTime : this.#startTime;
    const points: DataPoint<Value>[] = [];
    for (const series of family.series) {
      const value = read(series);
      if (value !== null) points.push({ attributes: series.attributes, startTime, endTime, value });
    }
    return points;
  }

  #counter(series: Series<CounterCell>, delta: boolean): number | null {
    const { value } = series.cell;
    if (!delta) return value;
    const told = this.#told.get(series) as CounterState | undefined;
    this.#told.set(series, { value });
    const increase = value - (told?.value ?? 0);
    return told && increase === 0 ? null : increase;
  }

  #histogram(series: Series<HistogramCell>, delta: boolean): Histogram | null {
    const { cell } = series;
    const boundaries = cell.layout.exportedBounds as number[];
    const counts = cell.exportedCounts;
    const { sum } = cell;
    const count = total(counts);
    // as with an instrument of the SDK, a histogram without an observation is no series
    if (count === 0) return null;
    if (!delta) return { min: cell.min, max: cell.max, sum, count, buckets: { boundaries, counts } };
    const told = this.#told.get(series) as HistogramState | undefined;
    this.#told.set(series, { counts, sum });
    const increase = counts.map((value, index) => value - (told?.counts[index] ?? 0));
    const increased = total(increase);
    // the extremes of an interval are not kept for each reader; they are optional in the data model
    if (told && increased === 0) return null;
    return { sum: sum - (told?.sum ?? 0), count: increased, buckets: { boundaries, counts: increase } };
  }

  #descriptorOf(family: AnyFamily): MetricDescriptor {
    let descriptor = this.#descriptors.get(family);
    if (!descriptor) {
      const { name, description, unit } = family.spec;
      descriptor = { name, description, unit, valueType: ValueType.DOUBLE };
      this.#descriptors.set(family, descriptor);
    }
    return descriptor;
  }
}

interface CounterState {
  readonly value: number;
}

interface HistogramState {
  readonly counts: readonly number[];
  readonly sum: number;
}

function total(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

export function toHrTime(epochMs: number): HrTime {
  return [Math.floor(epochMs / 1000), Math.round((epochMs % 1000) * 1e6)];
}

import { AggregationTemporality, DataPointType, MetricReader } from '@opentelemetry/sdk-metrics';
import type { DataPoint, Histogram, IMetricReader, MetricData } from '@opentelemetry/sdk-metrics';
import type { HistogramIncrease } from '../recording/histogram-increase.ts';
import { pointKey } from '../instruments/instrument-report.ts';
import type { InstrumentReport } from '../instruments/instrument-report.ts';

/** A user's observable callback may take this long: a primary waits for the answer. */
const COLLECT_TIMEOUT_MS = 100;

/** Reads the instruments of `dashboard.meter` in a worker, for its primary: what has come to each since the last time. */
export class InstrumentReader {
  /** To hand to the provider, for what its instruments hold and nothing else. */
  readonly reader: IMetricReader = new CumulativeReader();
  readonly #isOurs: (name: string) => boolean;
  readonly #told = new Map<string, number | Histogram>();

  /** @param isOurs whether a metric is one of the package's, which is told otherwise */
  constructor(isOurs: (name: string) => boolean) {
    this.#isOurs = isOurs;
  }

  /** Never rejects: what cannot be collected now is told later. */
  async take(): Promise<InstrumentReport[]> {
    try {
      const { resourceMetrics } = await this.reader.collect({ timeoutMillis: COLLECT_TIMEOUT_MS });
      return resourceMetrics.scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .filter(({ descriptor }) => !this.#isOurs(descriptor.name))
        .map((metric) => this.#report(metric))
        .filter(({ points }) => points.length > 0);
    } catch {
      return [];
    }
  }

  #report(metric: MetricData): InstrumentReport {
    const { name, description, unit } = metric.descriptor;
    const head = { name, description, unit };
    switch (metric.dataPointType) {
      case DataPointType.SUM: {
        const points = this.#changed(name, metric.dataPoints, (value, told) => value - told);
        return { ...head, kind: metric.isMonotonic ? 'counter' : 'up_down_counter', points };
      }
      case DataPointType.GAUGE:
        return { ...head, kind: 'gauge', points: this.#changed(name, metric.dataPoints, (value) => value) };
      case DataPointType.HISTOGRAM: {
        const boundaries = metric.dataPoints[0]?.value.buckets.boundaries ?? [];
        return { ...head, kind: 'histogram', boundaries, points: this.#observed(name, metric.dataPoints) };
      }
      case DataPointType.EXPONENTIAL_HISTOGRAM:
        // cannot be written as Prometheus text either
        return { ...head, kind: 'histogram', points: [] };
    }
  }

  #changed(
    name: string,
    points: readonly DataPoint<number>[],
    tell: (value: number, told: number) => number,
  ): InstrumentReport['points'] {
    return points.flatMap(({ attributes, value }) => {
      const key = `${name} ${pointKey(attributes)}`;
      const told = this.#told.get(key) as number | undefined;
      if (value === told) return [];
      this.#told.set(key, value);
      return [{ attributes, value: tell(value, told ?? 0) }];
    });
  }

  #observed(name: string, points: readonly DataPoint<Histogram>[]): InstrumentReport['points'] {
    return points.flatMap(({ attributes, value }) => {
      const key = `${name} ${pointKey(attributes)}`;
      const told = this.#told.get(key) as Histogram | undefined;
      if (value.count === told?.count) return [];
      this.#told.set(key, value);
      return [{ attributes, value: increaseOf(value, told) }];
    });
  }
}

function increaseOf({ sum = 0, min = 0, max = 0, buckets }: Histogram, told: Histogram | undefined): HistogramIncrease {
  const increased = buckets.counts.flatMap((count, index) => {
    const increase = count - (told?.buckets.counts[index] ?? 0);
    return increase > 0 ? [index, increase] : [];
  });
  return { sum: sum - (told?.sum ?? 0), min, max, buckets: increased };
}

/** Collects when it is asked to. */
class CumulativeReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

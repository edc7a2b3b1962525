import { AggregationTemporality, MetricReader } from '@opentelemetry/sdk-metrics';
import type { DataPoint, MetricData } from '@opentelemetry/sdk-metrics';

/** A reader that collects when it is told to. */
export class MemoryReader extends MetricReader {
  constructor(temporality: AggregationTemporality = AggregationTemporality.CUMULATIVE) {
    super({ aggregationTemporalitySelector: () => temporality });
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** All metrics of all scopes, by name. */
  async metrics(): Promise<Map<string, MetricData>> {
    const { resourceMetrics } = await this.collect();
    return new Map(
      resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics).map((metric) => [metric.descriptor.name, metric]),
    );
  }
}

/** The data point with exactly these attributes. */
export function pointOf(metric: MetricData | undefined, attributes: object): DataPoint<unknown> | undefined {
  const wanted = JSON.stringify(Object.entries(attributes).sort());
  return (metric?.dataPoints as DataPoint<unknown>[] | undefined)?.find(
    (point) => JSON.stringify(Object.entries(point.attributes).sort()) === wanted,
  );
}

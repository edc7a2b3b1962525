import type { Attributes } from '@opentelemetry/api';
import type { MetricKind } from '../catalog/metric.ts';
import type { HistogramIncrease } from '../recording/histogram-increase.ts';

/** What has come to one instrument of `dashboard.meter` in a worker: plain data that survives JSON. */
export interface InstrumentReport {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: MetricKind;
  /** Histograms only: upper bounds, ascending. */
  readonly boundaries?: readonly number[];
  /** Increases of counters, up-down counters and histograms; values of gauges. */
  readonly points: readonly { readonly attributes: Attributes; readonly value: number | HistogramIncrease }[];
}

/** Tells the data points of one metric apart, in whatever order their attributes are. */
export function pointKey(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1)));
}

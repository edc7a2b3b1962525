import type { Attributes } from '@opentelemetry/api';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { MetricKind } from '../catalog/metric.ts';
import type { HistogramTotals } from './histogram-totals.ts';

// What a worker tells of its instruments of `dashboard.meter`: plain data that survives JSON.

/** One data point of a worker's instrument. */
export interface InstrumentPoint {
  readonly attributes: Attributes;
  /** What it stands at, never an increase, so that it may be told again; null: it is gone. */
  readonly value: number | HistogramTotals | null;
}

/** What has changed of one instrument. */
export interface InstrumentReport {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly kind: MetricKind;
  /** Upper bounds of a histogram's buckets, ascending; else empty. */
  readonly boundaries: readonly number[];
  readonly points: readonly InstrumentPoint[];
}

/** What the data of a metric are; exponential histograms are histograms too. */
export function kindOf(metric: MetricData): MetricKind {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? 'counter' : 'up_down_counter';
  return metric.dataPointType === DataPointType.GAUGE ? 'gauge' : 'histogram';
}

/** Tells metrics apart that cannot be added to each other. Their names are the same in whatever case, as in the SDK. */
export function metricKey({ name, unit }: { name: string; unit: string }, kind: MetricKind): string {
  return `${kind} ${name.toLowerCase()} ${unit}`;
}

const pointKeys = new WeakMap<Attributes, string>();

/** Tells the data points of one metric apart, in whatever order their attributes are. Remembered for each object. */
export function pointKey(attributes: Attributes): string {
  let key = pointKeys.get(attributes);
  if (key === undefined) {
    const entries = Object.entries(attributes).filter(([, value]) => value !== undefined);
    key = JSON.stringify(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
    pointKeys.set(attributes, key);
  }
  return key;
}

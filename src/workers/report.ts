import type { MetricSpec } from '../catalog/metric.ts';

// What goes from a worker to its primary: plain data that survives JSON.

/**
 * Number of what is said in this file. A primary and a worker of other versions of this package, as in a rolling update, understand
 * each other where it is the same: whoever changes a message so that the other end would misread it counts it up.
 */
export const PROTOCOL = 1;

/** A metric that was not told of before. */
export interface FamilyDefinition {
  readonly id: number;
  readonly spec: MetricSpec;
}

/** A series that was not told of before. */
export interface SeriesDefinition {
  readonly id: number;
  /** Its metric's id. */
  readonly family: number;
  /** As the metric's attributes are ordered; null: it has no such attribute. */
  readonly values: readonly (string | null)[];
  /** It stands for all that has lost an attribute. */
  readonly overflow: boolean;
}

/** The increase of a histogram. */
export interface HistogramReport {
  readonly id: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Index and increase of each recorded bucket that has more, one after the other. */
  readonly buckets: readonly number[];
}

/** What a worker has recorded since it last told: increases, and gauges that have changed. Never a total, so a report counts once. */
export interface Report {
  readonly families: readonly FamilyDefinition[];
  readonly series: readonly SeriesDefinition[];
  readonly counters: readonly (readonly [id: number, increase: number])[];
  readonly gauges: readonly (readonly [id: number, value: number | null])[];
  readonly histograms: readonly HistogramReport[];
  readonly tallies: readonly (readonly [name: string, increase: number])[];
}

/** What is said between a worker and its primary. */
export type Message =
  /** Worker: I measure. */
  | { readonly kind: 'hello'; readonly version: string; readonly protocol: number }
  /** Primary: I measure; tell me, all that there is first. */
  | { readonly kind: 'welcome'; readonly version: string; readonly protocol: number }
  /** Primary: tell me now. */
  | { readonly kind: 'ask'; readonly number: number }
  /** Worker; `answers`: the number of the ask. */
  | {
      readonly kind: 'report';
      readonly answers: number | null;
      readonly report: Report | null;
      /** What has changed of the instruments of `dashboard.meter`: not read here. */
      readonly instruments?: readonly unknown[];
    }
  /** Either: that was all. */
  | { readonly kind: 'bye' };

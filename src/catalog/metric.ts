/** What an instrument counts or measures, in the words of the OpenTelemetry metrics API. */
export type MetricKind = 'counter' | 'up_down_counter' | 'gauge' | 'histogram';

/**
 * How the values that the workers of one service tell of a gauge become the service's: added up, the largest, the latest; `own`:
 * workers tell none, the primary's stands for all.
 */
export type Aggregator = 'sum' | 'max' | 'last' | 'own';

/** An attribute that series of a metric are told apart by. */
export interface AttributeSpec {
  /** OpenTelemetry attribute key, dotted. */
  readonly key: string;
  /** All values there can be. Without it the values come from outside and are capped. */
  readonly values?: readonly string[];
}

/** All there is to know of a metric before anything is recorded. */
export interface MetricSpec {
  /** OpenTelemetry name: dotted, without unit or `_total`. */
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM unit: `s`, `By`, `1`, or an annotation such as `{message}`. */
  readonly unit: string;
  /** One sentence; becomes the HELP text. */
  readonly description: string;
  /** In the order in which values are handed to the recording functions. */
  readonly attributes: readonly AttributeSpec[];
  /** Histograms only: upper bounds, ascending, in the metric's unit. */
  readonly buckets?: BucketSpec;
  /** Default: `sum`. Counters and histograms are added up, or `own`. */
  readonly aggregator?: Aggregator;
  /** The process has it, not each of its threads: threads do not tell it. Default: false. */
  readonly ofProcess?: boolean;
}

/**
 * The buckets of a histogram.
 * `fine` is what is recorded and what live percentiles are read from; `exported`, a subset of it, is what leaves the process.
 */
export interface BucketSpec {
  readonly fine: readonly number[];
  readonly exported: readonly number[];
}

import type { Histogram } from '@opentelemetry/sdk-metrics';

/** All that a histogram has observed: plain data that survives JSON. What is undefined is not known. */
export interface HistogramTotals {
  /** Of each bucket; the last is above all boundaries. */
  readonly counts: readonly number[];
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export function totalsOf({ buckets: { counts }, sum, min, max }: Histogram): HistogramTotals {
  return { counts, sum, min, max };
}

export function histogramOf({ counts, sum, min, max }: HistogramTotals, boundaries: readonly number[]): Histogram {
  const buckets = { boundaries: boundaries as number[], counts: counts as number[] };
  return { sum, min, max, count: countOf(counts), buckets } as Histogram;
}

/** @param other of the same boundaries */
export function addTotals(one: HistogramTotals, other: HistogramTotals): HistogramTotals {
  return {
    counts: one.counts.map((count, index) => count + (other.counts[index] ?? 0)),
    sum: both(one.sum, other.sum, (a, b) => a + b),
    min: both(one.min, other.min, Math.min),
    max: both(one.max, other.max, Math.max),
  };
}

/**
 * What has come since `before`; all, where it has begun anew. Of the extremes it is only known that they are within these.
 *
 * @param before of the same boundaries
 */
export function increaseOf(now: HistogramTotals, before: HistogramTotals | undefined): HistogramTotals {
  if (!before || now.counts.some((count, index) => count < (before.counts[index] ?? 0))) return now;
  return {
    counts: now.counts.map((count, index) => count - (before.counts[index] ?? 0)),
    sum: both(now.sum, before.sum, (a, b) => a - b),
    min: now.min,
    max: now.max,
  };
}

export function countOf(counts: readonly number[]): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

function both(
  one: number | undefined,
  other: number | undefined,
  combine: (one: number, other: number) => number,
): number | undefined {
  return one === undefined || other === undefined ? undefined : combine(one, other);
}

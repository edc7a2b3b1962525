import type { BucketSpec } from './metric.ts';

// Renard series R20 and R5 (ISO 3): preferred numbers, 20 and 5 a decade. R5 is every fourth number of R20.
const R20 = [100, 112, 125, 140, 160, 180, 200, 224, 250, 280, 315, 355, 400, 450, 500, 560, 630, 710, 800, 900];

/**
 * `R20` over 1 µs to 10 000 s in seconds: 201 bounds, each the double nearest to its decimal. Wider than the 10 µs to 100 s for
 * which live percentiles are promised, since the tails of what lies in there do not.
 */
const FINE_DURATIONS = [...decades(R20, -8, 10), 10_000];

/** `R5` over 0.1 ms to 63 s in seconds: 30 bounds, all of them in {@link FINE_DURATIONS}. */
export const EXPORTED_DURATIONS: readonly number[] = decades(
  R20.filter((_, index) => index % 4 === 0),
  -6,
  6,
);

/** Connection durations in seconds, from a tenth of a second to a day. */
export const CONNECTION_BUCKETS: BucketSpec = same([
  0.1, 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400,
]);

/** Message sizes in bytes: 64 × 4ⁿ up to 16 MiB. */
export const SIZE_BUCKETS: BucketSpec = same(Array.from({ length: 10 }, (_, n) => 64 * 4 ** n));

/** {@link durationBuckets} with nothing changed. */
export const DURATION_BUCKETS: BucketSpec = durationBuckets();

/**
 * Buckets of a duration in seconds.
 * The exported bounds and the thresholds join the fine grid, so that each exported count is exact.
 *
 * @param exported bounds that leave the process, in seconds; default {@link EXPORTED_DURATIONS}
 * @param thresholds further exported bounds, in seconds, such as alert thresholds
 */
export function durationBuckets(
  exported: readonly number[] = EXPORTED_DURATIONS,
  thresholds: readonly number[] = [],
): BucketSpec {
  const leaving = ascending([...exported, ...thresholds]);
  return { fine: ascending([...FINE_DURATIONS, ...leaving]), exported: leaving };
}

/** Buckets that are exported just as they are recorded. */
export function same(bounds: readonly number[]): BucketSpec {
  return { fine: bounds, exported: bounds };
}

function ascending(bounds: readonly number[]): number[] {
  return [...new Set(bounds)].sort((a, b) => a - b);
}

/** `numbers` (three digits) scaled over `count` decades from 10^`first`, parsed from decimals so that 0.0016 is just that. */
function decades(numbers: readonly number[], first: number, count: number): number[] {
  return Array.from({ length: count }, (_, decade) => numbers.map((n) => Number(`${n}e${first + decade}`))).flat();
}

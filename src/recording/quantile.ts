import type { BucketLayout } from './bucket-layout.ts';

/**
 * Estimates a quantile from bucket counts: the smallest value that at least the share `q` of all values do not exceed.
 *
 * Within the bucket that holds it, it interpolates on a log scale, since buckets grow geometrically, between the bucket's bounds
 * or the observed extremes where these are narrower. The lowest and the highest value are exact.
 *
 * @param counts bucket by bucket, `count` in all
 * @param q 0 to 1
 * @param min smallest value that was counted
 * @param max largest value that was counted
 * @returns null without an observation
 */
export function quantile(
  layout: BucketLayout,
  counts: Float64Array,
  count: number,
  q: number,
  min: number,
  max: number,
): number | null {
  if (count === 0) return null;
  const rank = Math.max(1, Math.ceil(q * count));
  if (rank === 1) return min;
  if (rank >= count) return max;
  let before = 0;
  let index = 0;
  while (before + (counts[index] as number) < rank) before += counts[index++] as number;
  const lower = Math.max(index === 0 ? min : (layout.bounds[index - 1] as number), min);
  const upper = Math.min(index === layout.size - 1 ? max : (layout.bounds[index] as number), max);
  // n values that are spread evenly over a bucket lie in the middles of its n parts
  const share = (rank - before - 0.5) / (counts[index] as number);
  return lower > 0 ? lower * (upper / lower) ** share : lower + (upper - lower) * share;
}

/** What was recorded since some instant. */
export interface HistogramIncrease {
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** Recorded buckets that have more than before: index and increase, one after the other. */
  readonly buckets: readonly number[];
}

/**
 * Calls `receive` with as many values as were recorded, in the buckets that they were recorded in, and with the sum that they had: all
 * that is known of them. In each bucket they stand at the same share of its width.
 */
export function forEachLikely(
  { bounds }: { readonly bounds: ArrayLike<number> },
  { sum, min, max, buckets }: HistogramIncrease,
  receive: (value: number) => void,
): void {
  const lowest = (index: number): number => Math.max(index === 0 ? 0 : above(bounds[index - 1] as number), min);
  const highest = (index: number): number =>
    Math.min(index === bounds.length ? Infinity : (bounds[index] as number), max);
  let lowestSum = 0;
  let highestSum = 0;
  for (let place = 0; place < buckets.length; place += 2) {
    const [index, count] = [buckets[place] as number, buckets[place + 1] as number];
    lowestSum += lowest(index) * count;
    highestSum += highest(index) * count;
  }
  const width = highestSum - lowestSum;
  // rounding of the sum must not move a value out of its bucket
  const share = width > 0 ? Math.min(1, Math.max(0, (sum - lowestSum) / width)) : 1;
  for (let place = 0; place < buckets.length; place += 2) {
    const [index, count] = [buckets[place] as number, buckets[place + 1] as number];
    const value = Math.min(highest(index), lowest(index) + share * (highest(index) - lowest(index)));
    for (let time = 0; time < count; time++) receive(value);
  }
}

/** The smallest value that a bucket beyond this bound can hold, or one as good as it. */
function above(bound: number): number {
  return bound < Number.MIN_VALUE / Number.EPSILON
    ? Math.max(0, bound + Number.MIN_VALUE)
    : bound * (1 + Number.EPSILON);
}

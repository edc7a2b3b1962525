/** How long to wait between tries. */
export interface Backoff {
  /** After the first failure, in ms. */
  readonly firstMs: number;
  /** Never longer than this, in ms. */
  readonly longestMs: number;
}

/** Share of the time by which waits differ, so that the processes of a fleet do not come back all at once. */
const JITTER_RATIO = 0.2;

/**
 * How long to wait after a number of failures in a row: twice as long after each, less up to a fifth by chance.
 *
 * @param failures 1 or more
 * @param random 0 to 1
 */
export function backoffMs(failures: number, { firstMs, longestMs }: Backoff, random: number): number {
  const wholeMs = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return wholeMs * (1 - JITTER_RATIO * random);
}

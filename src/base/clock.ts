/** Where the package reads the time, so that tests can hand in their own. */
export interface Clock {
  /** Milliseconds on a clock that never goes back; its origin means nothing. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch, as `Date.now()`. */
  epochMs(): number;
}

/** The clocks of the process. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  epochMs: () => Date.now(),
};

import type { Clock } from '../../base/clock.ts';
import { systemClock } from '../../base/clock.ts';

/** Calls back later, on a clock that tests can hand in. */
export interface Alarms {
  readonly clock: Clock;
  /**
   * Calls `ring` once, not before this turn of the event loop has ended, and never keeps the process alive.
   *
   * @returns takes the call back; harmless after it
   */
  set(delayMs: number, ring: () => void): () => void;
}

/** Longest delay of a Node.js timer; a longer one would ring at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Alarms on the clocks of the process. */
export const systemAlarms: Alarms = {
  clock: systemClock,
  set(delayMs, ring) {
    const timer = setTimeout(ring, Math.min(Math.max(Math.ceil(delayMs), 0), MAX_DELAY_MS)).unref();
    return () => clearTimeout(timer);
  },
};

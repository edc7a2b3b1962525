import type { Recorder } from './recorder.ts';

/**
 * Whether `value` can be recorded: a number from 0 to 2⁵³ − 1. If not, the measurement is counted as dropped.
 *
 * @param what the method and argument it came from, for the log: `recordLatency(milliseconds)`
 */
export function isAmount(recorder: Recorder, value: unknown, what: string): value is number {
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return true;
  const reason = typeof value !== 'number' || Number.isNaN(value) ? 'not_a_number' : 'out_of_range';
  recorder.drop(reason, what, `${what} takes a number from 0 to 2^53 - 1, not ${describe(value)}; it was not recorded`);
  return false;
}

/** Names a value in a log line without calling into it and without its full length. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'number' || value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

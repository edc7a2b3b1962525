import { UsageError } from './usage-error.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** What a timer of Node.js can wait for, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Reads a length of time: a number and its unit, such as `500ms`, `1.5s`, `2m`, `1h`.
 *
 * @returns milliseconds, more than 0
 * @throws UsageError where it is none, or longer than 24 days
 */
export function parseDuration(option: string, text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (UNIT_MS[unit] ?? NaN);
  if (milliseconds > 0 && milliseconds <= LONGEST_MS) return milliseconds;
  throw new UsageError(`${option} takes a time such as 500ms, 5s or 2m, not '${text}'`);
}

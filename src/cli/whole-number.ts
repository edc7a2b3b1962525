import { UsageError } from './usage-error.ts';

/**
 * Reads a whole number in decimal digits.
 *
 * @throws UsageError where it is none, or not within the bounds
 */
export function parseWholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${option} takes a whole number from ${min} to ${max}, not '${text}'`);
}

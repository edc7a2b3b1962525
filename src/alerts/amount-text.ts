// Values with their units, as short as they can be without saying something wrong about the threshold beside them.

const FEWEST_DIGITS = 3;
const MOST_DIGITS = 15;

/** From which value on, at three digits, what it is divided by, and the word for that; the largest first, zero last. */
type Steps = readonly (readonly [from: number, divisor: number, unit: string])[];

const SECONDS: Steps = [
  [1, 1, 's'],
  [1e-3, 1e-3, 'ms'],
  [Number.MIN_VALUE, 1e-6, 'µs'],
  [0, 1e-3, 'ms'],
];
const BYTES: Steps = [
  [1e12, 1e12, 'TB'],
  [1e9, 1e9, 'GB'],
  [1e6, 1e6, 'MB'],
  [1e3, 1e3, 'kB'],
  [0, 1, 'B'],
];

/**
 * A value for people: `1.52 s`, `37 ms`, `12.4 MB`, `81.3 %`, `1204`.
 *
 * @param unit `ms`, `s`, `By`, `%`, or any other, which is put behind as it is; `…/s` for a rate
 * @param threshold what the value stands beside: it gets as many digits as tell the two apart, three at least; all of them
 *   where it is the threshold itself
 */
export function amountText(value: number, unit: string, threshold: number): string {
  if (unit.endsWith('/s')) return `${amountText(value, unit.slice(0, -2), threshold)}/s`;
  switch (unit) {
    case 'ms':
      return stepped(value / 1000, threshold / 1000, SECONDS);
    case 's':
      return stepped(value, threshold, SECONDS);
    case 'By':
      return stepped(value, threshold, BYTES);
    default:
      return unit === '' ? digits(value, threshold) : `${digits(value, threshold)} ${unit}`;
  }
}

/** A length of time: `200 ms`, `1.5 s`, `2 min 10 s`, `3 h 5 min`, `4 d 2 h`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3600) return two(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.floor(minutes / 60);
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function stepped(value: number, threshold: number, steps: Steps): string {
  const size = Number(Math.abs(value).toPrecision(FEWEST_DIGITS));
  const [, divisor, unit] = steps.find(([from]) => size >= from) ?? [0, 1, ''];
  return `${digits(value / divisor, threshold / divisor)} ${unit}`;
}

/** Rounds to three digits, or as many as leave the value on its side of the threshold. */
function digits(value: number, threshold: number): string {
  // without the digits that binary fractions add
  if (value === threshold) return plain(value, MOST_DIGITS - 3);
  for (let count = FEWEST_DIGITS; count < MOST_DIGITS; count++) {
    const text = plain(value, count);
    if (Math.sign(Number(text) - threshold) === Math.sign(value - threshold)) return text;
  }
  return String(value);
}

/** With at most so many digits, but all of those before the point: `1234`, not `1230`. */
function plain(value: number, count: number): string {
  const before = Math.abs(value) >= 1 ? Math.floor(Math.log10(Math.abs(value))) + 1 : 0;
  return String(Number(value.toPrecision(Math.min(100, Math.max(count, before)))));
}

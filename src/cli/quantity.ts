// Figures as text with their units, short: three digits that matter.

/** Stands for a figure that is not known. */
const UNKNOWN = '–';

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1234567` → `1,234,567`; rounded to a whole number. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Bytes in decimal units: `64.2 kB`, `999 B`. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  let value = bytes;
  let unit = 0;
  // what would be rounded to 1000 belongs to the next unit
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? formatCount(value) : threeDigits(value)} ${BYTE_UNITS[unit] ?? ''}`;
}

/** `4.70 µs`, `0.42 ms`, `23.1 ms`, `1.32 s`. */
export function formatMilliseconds(milliseconds: number | null): string {
  if (milliseconds === null) return UNKNOWN;
  if (milliseconds >= 999.5) return `${threeDigits(milliseconds / 1000)} s`;
  if (milliseconds > 0 && milliseconds < 0.0995) return `${threeDigits(milliseconds * 1000)} µs`;
  return `${threeDigits(milliseconds)} ms`;
}

/** `8.4/s`, `1,234/s`. */
export function formatRate(perSecond: number): string {
  return `${perSecond < 99.5 ? threeDigits(perSecond) : formatCount(perSecond)}/s`;
}

/** `0.31 %`; takes percent, not a ratio. */
export function formatPercent(percent: number | null): string {
  return percent === null ? UNKNOWN : `${threeDigits(percent)} %`;
}

/** Of a unit as alerts have it: `ms`, `%`, `s`, `By`, or another word. */
export function formatQuantity(value: number, unit: string): string {
  if (unit === 'ms') return formatMilliseconds(value);
  if (unit === 's') return formatMilliseconds(value * 1000);
  if (unit === 'By') return formatBytes(value);
  if (unit === '%') return formatPercent(value);
  return `${threeDigits(value)}${unit === '' ? '' : ` ${unit}`}`;
}

/** A length of time to the second: `7 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatElapsed(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (minutes === 0) return `${whole} s`;
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

function threeDigits(value: number): string {
  if (value === 0) return '0';
  if (value < 9.995) return value.toFixed(2);
  return value < 99.95 ? value.toFixed(1) : formatCount(value);
}

import type { MetricKind } from './metric.ts';

// OpenTelemetry names as Prometheus names, the way the OTLP receivers of Prometheus and VictoriaMetrics translate them
// (strategy UnderscoreEscapingWithSuffixes), so that a metric has one name whether it was scraped or pushed.
// Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility"; github.com/prometheus/otlptranslator.

const UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['1', ''],
  ['%', 'percent'],
]);

const PER_WORDS: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/** A metric's name in Prometheus, in its two spellings. */
export interface PrometheusName {
  /** Name of the family in the text format, and of its samples but for a histogram's suffixes: `…_total` for counters. */
  readonly name: string;
  /** Name of the family in OpenMetrics: without `_total`. */
  readonly family: string;
  /** The unit that {@link family} ends with, for the UNIT line; empty without one. */
  readonly unit: string;
}

/**
 * Translates a metric's name. Idempotent: a suffix that is already part of the name is not added again.
 *
 * @returns null where nothing valid is left of the name
 */
export function prometheusName(name: string, unit: string, kind: MetricKind): PrometheusName | null {
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== '');
  const unitTokens = unitTokensOf(unit);
  for (const token of unitTokens) if (token !== '' && !tokens.includes(token)) tokens.push(token);
  if (kind === 'counter') tokens = [...tokens.filter((token) => token !== 'total'), 'total'];
  if (unit === '1' && kind === 'gauge') tokens = [...tokens.filter((token) => token !== 'ratio'), 'ratio'];
  const joined = startWithLetter(tokens.join('_'), '_');
  // a counter that is only called `total` has nothing in front of it
  const family = kind === 'counter' && joined !== 'total' ? joined.slice(0, -'_total'.length) : joined;
  // `target_info` tells of the resource in both formats
  if (/^_*$/.test(family) || /^target(_info)?$/.test(joined)) return null;
  const unitWord = unit === '1' && kind === 'gauge' ? 'ratio' : unitTokens.filter((token) => token !== '').join('_');
  return { name: joined, family, unit: unitWord !== '' && family.endsWith(`_${unitWord}`) ? unitWord : '' };
}

/**
 * Translates an attribute key.
 *
 * @returns null where nothing valid is left of the key
 */
export function labelName(key: string): string | null {
  // as a label it would be a second name of the metric, and the whole scrape be refused
  if (key === '' || key === '__name__') return null;
  const name = key.replace(/[^a-zA-Z0-9_]/g, '_');
  if (/^[0-9]/.test(name)) return `key_${name}`;
  if (/^_(?!_)/.test(name)) return `key${name}`;
  return /^_+$/.test(name) && name !== key ? null : name;
}

/** What a unit adds to the name: `bytes`, `per_second`; empty where there is nothing. */
function unitTokensOf(unit: string): [main: string, per: string] {
  const slash = unit.indexOf('/');
  const main = toWord(slash < 0 ? unit : unit.slice(0, slash), UNIT_WORDS);
  const per = slash < 0 ? '' : toWord(unit.slice(slash + 1), PER_WORDS).replace(/_$/, '');
  return per === '' ? [main, ''] : [main.replace(/_$/, ''), `per_${per}`];
}

/** The word for a unit; the unit itself, made valid, where there is none; empty for annotations such as `{message}`. */
function toWord(unit: string, words: ReadonlyMap<string, string>): string {
  const trimmed = unit.trim();
  if (trimmed === '' || /[{}]/.test(trimmed)) return '';
  const word = words.get(trimmed) ?? trimmed;
  return word.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_/, '');
}

function startWithLetter(name: string, prefix: string): string {
  return /^[0-9]/.test(name) ? prefix + name : name;
}

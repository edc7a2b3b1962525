import { distance } from 'fastest-levenshtein';
import { DOCUMENT, pathText, settingAt, settingsBelow } from './settings.ts';
import type { Setting } from './settings.ts';

/** Every key of the document outside lists and maps, with its path as people see it. */
const EVERYWHERE: readonly (readonly [path: string, key: string])[] = [...settingsBelow(DOCUMENT)]
  .map(([path]) => path)
  .filter((path) => !path.includes('*'))
  .sort((one, other) => one.length - other.length)
  .map((path) => [path.join('.'), path.at(-1) as string]);

const LONGEST_KEY = 60;

/**
 * What a message says of a key that there is not: the known key that is meant most probably, in the same section or in
 * another, else the keys of the section.
 *
 * @param path of the section
 */
export function noSuchKey(path: readonly (string | number)[], key: string): string {
  const keys = [...(settingAt(path) as Setting).keys.keys()];
  const near = key.length <= LONGEST_KEY ? nearestHere(keys, key) : undefined;
  if (near !== undefined) return `no such key; did you mean \`${pathText([...path, near])}\`?`;
  const elsewhere = key.length <= LONGEST_KEY ? nearestElsewhere(key) : undefined;
  if (elsewhere !== undefined) {
    const [, section = '', last = ''] = /^(.*)\.(.*)$/.exec(elsewhere) ?? [];
    const meant = key.includes('.') ? `\`${last}\` in the section \`${section}\`` : `\`${elsewhere}\``;
    return `no such key; did you mean ${meant}?`;
  }
  const known = keys.filter((name) => name !== '$schema').join(', ');
  return `no such key; the keys ${path.length === 0 ? 'of the document' : 'here'} are ${known}`;
}

/** Slips, and other ways to write the same words: `samplingIntervalMs`, `sampling-interval-ms`. */
function nearestHere(keys: readonly string[], key: string): string | undefined {
  const wanted = bare(key);
  const [best] = keys
    .map((known) => ({ known, off: distance(wanted, bare(known)) }))
    .sort((one, other) => one.off - other.off);
  return best && best.off <= slack(best.known) ? best.known : undefined;
}

/** The same key in another section, or the whole path written as one key: `prometheus.port`. */
function nearestElsewhere(key: string): string | undefined {
  const wanted = bare(key);
  const found =
    EVERYWHERE.find(([path]) => bare(path) === wanted) ??
    EVERYWHERE.find(([, known]) => bare(known) === wanted) ??
    EVERYWHERE.find(([, known]) => distance(bare(known), wanted) <= Math.min(2, slack(known) - 1));
  return found?.[0];
}

/** How many letters may be wrong. */
function slack(key: string): number {
  const { length } = bare(key);
  if (length <= 3) return 1;
  if (length <= 5) return 2;
  return length <= 9 ? 3 : 4;
}

function bare(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

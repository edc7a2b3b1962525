import { distance } from 'fastest-levenshtein';
import { DOCUMENT, pathText, settingAt, settingsBelow } from './settings.ts';
import type { Setting } from './settings.ts';

interface KnownKey {
  /** As people see it. */
  readonly path: string;
  /** The path and its last key without what people spell in many ways. */
  readonly barePath: string;
  readonly bareKey: string;
}

/** Every key of the document outside lists and maps, those of the outer sections first. */
const EVERYWHERE: readonly KnownKey[] = [...settingsBelow(DOCUMENT)]
  .map(([path]) => path)
  .filter((path) => !path.includes('*'))
  .sort((one, other) => one.length - other.length)
  .map((path) => ({ path: path.join('.'), barePath: bare(path.join('')), bareKey: bare(path.at(-1) as string) }));

const LONGEST_KEY = 60;

/**
 * What a message says of a key that there is not: the known key that is meant most probably, in the same section or in
 * another, else the keys of the section.
 *
 * @param path of the section
 */
export function noSuchKey(path: readonly (string | number)[], key: string): string {
  const keys = [...(settingAt(path) as Setting).keys.keys()];
  const meant = key.length <= LONGEST_KEY ? meantBy(path, keys, key) : undefined;
  if (meant !== undefined) return `no such key; did you mean ${meant}?`;
  const known = keys.filter((name) => name !== '$schema').join(', ');
  return `no such key; the keys ${path.length === 0 ? 'of the document' : 'here'} are ${known}`;
}

function meantBy(path: readonly (string | number)[], keys: readonly string[], key: string): string | undefined {
  const [, section, last] = /^(.+)\.(.+)$/.exec(pathWrittenAsKey(key) ?? '') ?? [];
  if (section !== undefined && last !== undefined) return `\`${last}\` in the section \`${section}\``;
  const near = nearestHere(keys, key);
  const other = near === undefined ? nearestElsewhere(key) : pathText([...path, near]);
  return other === undefined ? undefined : `\`${other}\``;
}

/** `"prometheus.port"`, for whom sections are dots. */
function pathWrittenAsKey(key: string): string | undefined {
  return key.includes('.') ? EVERYWHERE.find(({ barePath }) => barePath === bare(key))?.path : undefined;
}

/** Slips, and other ways to write the same words: `samplingIntervalMs`, `sampling-interval-ms`. */
function nearestHere(keys: readonly string[], key: string): string | undefined {
  const wanted = bare(key);
  const [best] = keys
    .map((known) => ({ known, bareKnown: bare(known) }))
    .map(({ known, bareKnown }) => ({ known, off: distance(wanted, bareKnown), most: slack(bareKnown) }))
    .sort((one, other) => one.off - other.off);
  return best && best.off <= best.most ? best.known : undefined;
}

/** The same key in another section. */
function nearestElsewhere(key: string): string | undefined {
  const wanted = bare(key);
  const found =
    EVERYWHERE.find(({ bareKey }) => bareKey === wanted) ??
    EVERYWHERE.find(({ bareKey }) => distance(bareKey, wanted) <= Math.min(2, slack(bareKey) - 1));
  return found?.path;
}

/** How many letters may be wrong. */
function slack({ length }: string): number {
  if (length <= 3) return 1;
  if (length <= 5) return 2;
  return length <= 9 ? 3 : 4;
}

function bare(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}

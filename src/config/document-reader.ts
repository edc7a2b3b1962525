import type { ConfigIssue } from '../base/errors.ts';
import { noSuchKey } from './nearest-key.ts';
import { DOCUMENT, pathText } from './settings.ts';
import type { Setting } from './settings.ts';
import { hasReferences, referencesOf, substitute } from './substitution.ts';
import type { Environment } from './substitution.ts';
import { valueText } from './value-text.ts';

type Path = readonly (string | number)[];

/** A longer text is nobody's setting. */
const LONGEST_TEXT = 10_000;
/** Items of a list and names of a map. */
const MOST_ITEMS = 1000;
/** How many problems a message lists. */
export const MOST_ISSUES = 100;
/** Names that JavaScript takes for something else. */
const RESERVED = ['__proto__', 'constructor', 'prototype'];

/**
 * Reads documents along the schema: keeps what has a place in it, substitutes variables, and notes what has no place. It
 * looks at nothing else, so a document may hold whatever JavaScript has: a cycle, a getter that throws, a million levels.
 */
export class DocumentReader {
  readonly #environment: Environment;
  readonly #needsSecrets: boolean;
  readonly #issues: ConfigIssue[] = [];
  #unlisted = 0;
  /** By path: the text that stood where a variable was put in. */
  readonly #references = new Map<string, string>();

  /** @param needsSecrets whether the variables of secrets must be set */
  constructor(environment: Environment, needsSecrets: boolean) {
    this.#environment = environment;
    this.#needsSecrets = needsSecrets;
  }

  /** Everything that had no place, of all documents so far: the first {@link MOST_ISSUES} of it. */
  get issues(): readonly ConfigIssue[] {
    return this.#issues;
  }

  /** How much more there is. */
  get unlisted(): number {
    return this.#unlisted;
  }

  /** What a message shows of the value at a path: the reference, not what the environment made of it. */
  referencesAt(path: Path): string | undefined {
    return this.#references.get(pathText(path));
  }

  /** @returns a plain copy of what can be checked further; undefined where nothing can */
  read(document: unknown): Record<string, unknown> | undefined {
    return this.#read(DOCUMENT, document, []) as Record<string, unknown> | undefined;
  }

  #read(setting: Setting, written: unknown, path: Path): unknown {
    try {
      switch (setting.kind) {
        case 'section':
          return isObject(written) ? this.#section(setting, written, path) : this.#misplaced(setting, written, path);
        case 'map':
          return isObject(written) ? this.#map(setting, written, path) : this.#misplaced(setting, written, path);
        case 'list':
          return Array.isArray(written) ? this.#list(setting, written, path) : this.#misplaced(setting, written, path);
        case 'value':
          return this.#value(setting, written, path);
      }
    } catch {
      // a getter or a Proxy threw
      this.#note(path, 'what cannot be read', setting.expected);
      return undefined;
    }
  }

  #misplaced(setting: Setting, written: unknown, path: Path): unknown {
    this.#note(path, valueText(written, setting), setting.expected);
    return undefined;
  }

  #section(setting: Setting, written: Readonly<Record<string, unknown>>, path: Path): Record<string, unknown> {
    const read: Record<string, unknown> = {};
    for (const key of Object.keys(written)) {
      const below = setting.keys.get(key);
      // its value may be a secret under a wrong name
      if (!below) this.#note([...path, key], '', () => noSuchKey(path, key));
      else this.#keep(read, key, below, written, path);
    }
    return read;
  }

  #map(setting: Setting, written: Readonly<Record<string, unknown>>, path: Path): unknown {
    const names = Object.keys(written);
    if (names.length > MOST_ITEMS) return this.#tooMany(names.length, path);
    const read: Record<string, unknown> = {};
    for (const name of names) {
      if (RESERVED.includes(name)) this.#note([...path, name], '', `no such name; JavaScript keeps ${name} for itself`);
      else this.#keep(read, name, setting.item as Setting, written, path);
    }
    return read;
  }

  #list(setting: Setting, written: readonly unknown[], path: Path): unknown {
    if (written.length > MOST_ITEMS) return this.#tooMany(written.length, path);
    return Array.from(written, (item, index) => this.#read(setting.item as Setting, item, [...path, index]));
  }

  #tooMany(count: number, path: Path): unknown {
    this.#note(path, `${count} items`, `at most ${MOST_ITEMS}`);
    return undefined;
  }

  /** What is undefined counts as left out, as in JSON. */
  #keep(
    into: Record<string, unknown>,
    key: string,
    setting: Setting,
    from: Readonly<Record<string, unknown>>,
    path: Path,
  ): void {
    let value: unknown;
    try {
      value = from[key];
    } catch {
      this.#note([...path, key], 'what cannot be read', setting.expected);
    }
    const read = value === undefined ? undefined : this.#read(setting, value, [...path, key]);
    if (read !== undefined) into[key] = read;
  }

  #value(setting: Setting, written: unknown, path: Path): unknown {
    const at = pathText(path);
    this.#references.delete(at);
    if (written === null || typeof written === 'number' || typeof written === 'boolean') return written;
    // valibot would look into anything else
    if (typeof written !== 'string') return this.#misplaced(setting, written, path);
    if (written.length > LONGEST_TEXT) return this.#tooLong(setting, written.length, path);
    if (!hasReferences(written)) return written;
    const { text, whole, problems } = substitute(written, this.#environment);
    // who only writes files needs to know that there is a secret, not which
    if (problems.length > 0 && setting.notes.secret && !this.#needsSecrets) return '***';
    for (const expected of problems) this.#note(path, valueText(written, setting), expected);
    if (problems.length > 0) return undefined;
    if (text.length > LONGEST_TEXT) return this.#tooLong(setting, text.length, path);
    const references = referencesOf(written);
    if (references.includes('${')) this.#references.set(at, valueText(written, setting));
    return whole ? fromText(text, setting) : text;
  }

  #tooLong(setting: Setting, length: number, path: Path): unknown {
    this.#note(path, `a text of ${length} characters`, `${setting.expected}, of at most ${LONGEST_TEXT} characters`);
    return undefined;
  }

  #note(path: Path, value: string, expected: string | (() => string)): void {
    if (this.#issues.length >= MOST_ISSUES) this.#unlisted += 1;
    else
      this.#issues.push({
        path: pathText(path),
        value,
        expected: typeof expected === 'string' ? expected : expected(),
      });
  }
}

/** A variable's text as the number, the switch or the null that the setting wants. */
function fromText(text: string, setting: Setting): unknown {
  const bare = text.trim();
  if (setting.number && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(bare)) return Number(bare);
  if (setting.boolean && /^(?:true|false)$/i.test(bare)) return bare.toLowerCase() === 'true';
  if (setting.nullable && bare === 'null') return null;
  return text;
}

/** Whether it can have keys; not a Date, a Map and the like, which would look like an empty section. */
function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['[object Object]', '[object Module]'].includes(Object.prototype.toString.call(value))
  );
}

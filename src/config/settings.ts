import * as v from 'valibot';
import { configSchema } from './schema.ts';
import type { KeyNotes } from './values.ts';

/** A key of the document, and what the schema says of it. */
export interface Setting {
  /** `section`: keys of its own. `list`: any number of `item`. `map`: names of the user's, each with an `item`. */
  readonly kind: 'section' | 'list' | 'map' | 'value';
  /** One line; empty of items. */
  readonly description: string;
  /** The end of the sentence "expected …". */
  readonly expected: string;
  /** undefined: none. */
  readonly byDefault: unknown;
  readonly required: boolean;
  readonly notes: KeyNotes;
  /** Of a section, in order. */
  readonly keys: ReadonlyMap<string, Setting>;
  /** Of a list or a map. */
  readonly item: Setting | undefined;
  /** Of a value: what it can be besides a text. */
  readonly number: boolean;
  readonly boolean: boolean;
  readonly nullable: boolean;
  /** Of a value: the words that it can be; undefined: any. */
  readonly options: readonly string[] | undefined;
  /** Checks a value alone. */
  readonly schema: v.GenericSchema;
}

/** What of valibot's schemas is read here. */
interface Parts {
  readonly type: string;
  readonly default?: unknown;
  readonly wrapped?: v.GenericSchema;
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly item?: v.GenericSchema;
  readonly value?: v.GenericSchema;
  readonly options?: readonly string[];
  readonly message?: string;
}

const KINDS: Readonly<Record<string, Setting['kind']>> = { strict_object: 'section', array: 'list', record: 'map' };

function settingOf(written: v.GenericSchema): Setting {
  const outer = partsOf(written);
  const optional = outer.type === 'optional';
  const schema = optional ? (outer.wrapped as v.GenericSchema) : written;
  const { type, wrapped } = partsOf(schema);
  const nullable = type === 'nullable';
  const inner = partsOf(nullable ? (wrapped as v.GenericSchema) : schema);
  const item = inner.item ?? inner.value;
  return {
    kind: KINDS[inner.type] ?? 'value',
    description: v.getDescription(schema) ?? '',
    expected: inner.message ?? inner.type,
    byDefault: outer.default,
    required: !optional,
    notes: v.getMetadata(schema),
    keys: new Map(Object.entries(inner.entries ?? {}).map(([key, entry]) => [key, settingOf(entry)])),
    item: item && settingOf(item),
    number: inner.type === 'number',
    boolean: inner.type === 'boolean',
    nullable,
    options: inner.options,
    schema,
  };
}

function partsOf(schema: v.GenericSchema): Parts {
  return schema;
}

/** The document. */
export const DOCUMENT: Setting = { ...settingOf(configSchema), expected: 'an object' };

/** The setting below `setting` at this key, index or name. */
export function settingBelow(setting: Setting | undefined, key: string | number): Setting | undefined {
  return setting?.kind === 'section' ? setting.keys.get(String(key)) : setting?.item;
}

/** The setting at a path, or undefined where there is none. */
export function settingAt(path: readonly (string | number)[]): Setting | undefined {
  return path.reduce<Setting | undefined>(settingBelow, DOCUMENT);
}

/** A path as it is written in messages: `websocket.routes.0`, `prometheus.labels."a b"`. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((key) => {
      const text = String(key);
      const whole = text.length > 60 ? `${text.slice(0, 59)}…` : text;
      return /^[\w$-]+$/.test(whole) ? whole : JSON.stringify(whole);
    })
    .join('.');
}

/** Every section, list, map and value below `setting`, items of lists and maps included, with its path: `*` for an item. */
export function* settingsBelow(
  setting: Setting,
  path: readonly string[] = [],
): Generator<readonly [path: readonly string[], setting: Setting]> {
  for (const [key, below] of setting.keys) {
    yield [[...path, key], below];
    yield* settingsBelow(below, [...path, key]);
  }
  if (setting.item) {
    yield [[...path, '*'], setting.item];
    yield* settingsBelow(setting.item, [...path, '*']);
  }
}

import * as v from 'valibot';
import { isPathPattern } from '../base/path-pattern.ts';

// The kinds of values that the sections of the document are made of. The message of each is the end of the sentence "expected …".

/** What the README and the messages say of a key, besides its description. */
export interface KeyNotes {
  /** What holds where the key is left out, in words; for keys without a fixed default. */
  readonly otherwise?: string;
  /** Its value appears nowhere. */
  readonly secret?: boolean;
}

/** Attaches the sentence that the README and editors show. */
export const about = <Schema extends v.GenericSchema>(schema: Schema, description: string, notes: KeyNotes = {}) =>
  v.pipe(schema, v.description(description), v.metadata({ ...notes }));

/** A part of the document with keys of its own; others are errors. */
export const section = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, 'a section (an object)');

/** `true` or `false`. */
export const flag = v.boolean('true or false');

/** A whole number of something, within bounds. */
export const whole = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected));
};

/** A number within bounds. */
export const between = (min: number, max: number, orElse = '') => {
  const expected = `a number from ${min} to ${max}${orElse}`;
  return v.pipe(v.number(expected), v.minValue(min, expected), v.maxValue(max, expected));
};

/** A text that matches; `expected` says in words what does. */
export const matching = (pattern: RegExp, expected: string) => v.pipe(v.string(expected), v.regex(pattern, expected));

/** A text that is not empty. */
export const text = (expected = 'a text that is not empty') => v.pipe(v.string(expected), v.minLength(1, expected));

/** A text that must not be shown to anybody. */
export const secret = (expected: string) => v.pipe(text(expected), v.metadata({ secret: true }));

/** One of some words. */
export const oneOf = <const Options extends readonly string[]>(options: Options) =>
  v.picklist(options, `one of ${options.map((option) => `"${option}"`).join(', ')}`);

/** At least one of something. */
export const some = <Item extends v.GenericSchema>(item: Item, of: string, max = 1000) => {
  const expected = `an array of 1 to ${max} ${of}`;
  return v.pipe(v.array(item, expected), v.minLength(1, expected), v.maxLength(max, expected));
};

/** Any number of something. */
export const list = <Item extends v.GenericSchema>(item: Item, of: string, max = 1000) => {
  const expected = `an array of at most ${max} ${of}`;
  return v.pipe(v.array(item, expected), v.maxLength(max, expected));
};

/** Names with a value each. */
export const map = <Name extends v.GenericSchema<string>, Value extends v.GenericSchema>(
  name: Name,
  value: Value,
  of: string,
) => v.record(name, value, `${of} (an object)`);

/** A port to listen on; 0 is any free one. */
export const port = whole(0, 65_535);

/** A host name or an IP address: one colon would be that of a port. */
export const host = matching(
  /^(?:[^\s/@:[\]]+|[\da-fA-F:.]*:[\da-fA-F:.]*:[\da-zA-Z:.%]*)$/,
  'a host name or an IP address, without scheme, port and path',
);

/** An absolute `http:` or `https:` URL. */
export const httpUrl = v.pipe(
  matching(/^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s/]/, 'an http:// or https:// URL'),
  v.check<string, string>(isUrl, 'an http:// or https:// URL'),
);

/** One of which the credentials have keys of their own. */
export const bareHttpUrl = v.pipe(
  matching(
    /^[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\s/@]+(?:\/[^\s@]*)?$/,
    'an http:// or https:// URL without user and password',
  ),
  v.check<string, string>(isUrl, 'an http:// or https:// URL without user and password'),
);

/** A path pattern as in Express 5. */
export const pathPattern = v.pipe(
  matching(/^\/.{0,999}$/, 'a path pattern, such as /rooms/:room'),
  v.check<string, string>(isPathPattern, 'a path pattern, such as /rooms/:room'),
);

/** An address of e-mail, with or without a name. */
export const emailAddress = matching(
  /^[^\r\n@]*[^\s@]@[^\s@][^\r\n@]*$/,
  'an e-mail address, such as ops@example.com or Ops <ops@example.com>',
);

/** A time in ms, up to a day. */
export const milliseconds = (min: number) => whole(min, 86_400_000);

function isUrl(value: string): boolean {
  return URL.canParse(value);
}

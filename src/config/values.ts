import * as v from 'valibot';

// The kinds of values that the sections of the document are made of.

/** A whole number of something, within bounds. */
export const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

/** A number within bounds. */
export const between = (min: number, max: number) => v.pipe(v.number(), v.minValue(min), v.maxValue(max));

/** A text that is not empty. */
export const text = v.pipe(v.string(), v.minLength(1));

/** A port to listen on; 0 is any free one. */
export const port = whole(0, 65_535);

/** An absolute `http:` or `https:` URL. */
export const httpUrl = v.pipe(v.string(), v.check<string, string>(isHttpUrl, 'an http:// or https:// URL'));

/** A time in ms, up to a day. */
export const milliseconds = (min: number) => whole(min, 86_400_000);

/** Attaches the sentence that the README and the editor show. */
export const about = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description));

function isHttpUrl(value: string): boolean {
  try {
    return /^https?:$/.test(new URL(value).protocol);
  } catch {
    return false;
  }
}

/** An object as it was read from JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses a text; undefined where it is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a field of an answer, or '' where there is none. */
export function textField(value: unknown, field: string): string {
  const text = isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined;
  return typeof text === 'string' ? text : '';
}

/** The whole number of a field of an answer, or undefined where there is none. */
export function numberField(value: unknown, field: string): number | undefined {
  const number = isObject(value) && Object.hasOwn(value, field) ? value[field] : undefined;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

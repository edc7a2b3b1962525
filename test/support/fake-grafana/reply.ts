/** What the stand-in answers. */
export interface Reply {
  readonly status: number;
  /** Sent as JSON; undefined: an empty body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is not a success. Thrown by handlers. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(status: number, body?: unknown) {
    super(`refused with ${status}`);
    this.reply = { status, body: typeof body === 'string' ? { message: body } : body };
  }
}

export const ok = (body: unknown): Reply => ({ status: 200, body });

/** A deep copy of what is JSON, with the keys in order, as Grafana writes them (U). */
export function sortedCopyOf<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  }) as Value;
}

/** A deep copy of what is JSON. */
export function copyOf<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** Pings that may wait for their pong at once; older ones are given up. */
const MAX_PINGS = 16;

interface Ping {
  readonly payload: string;
  readonly sentMs: number;
  /** Whether the instrumentation sent it, and not the application. */
  readonly ours: boolean;
}

/** A ping that has its pong. */
export interface RoundTrip {
  readonly durationMs: number;
  /** Whether the application is waiting for nothing of it. */
  readonly ours: boolean;
}

/** The pings of one socket that wait for their pong. */
export class Pings {
  readonly #waiting: Ping[] = [];

  sent(data: unknown, nowMs: number, ours: boolean): void {
    if (this.#waiting.length === MAX_PINGS) this.#waiting.shift();
    this.#waiting.push({ payload: payloadOf(data), sentMs: nowMs, ours });
  }

  /** @returns undefined for a pong that answers none of our pings */
  answered(data: unknown, nowMs: number): RoundTrip | undefined {
    const payload = payloadOf(data);
    const index = this.#waiting.findIndex((ping) => ping.payload === payload);
    const ping = this.#waiting[index];
    if (!ping) return undefined;
    // a pong may answer only the latest ping (RFC 6455 §5.5.3): earlier ones will get none
    const answered = this.#waiting.splice(0, index + 1);
    return { durationMs: nowMs - ping.sentMs, ours: answered.every(({ ours }) => ours) };
  }
}

/** A ping's payload as a key; without one, the empty string. */
function payloadOf(data: unknown): string {
  if (data === undefined || data === null || typeof data === 'function') return '';
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  if (data instanceof ArrayBuffer) return Buffer.from(data).toString('latin1');
  // ws sends text as UTF-8, and the pong comes back as bytes
  return Buffer.from(String(data as string | number)).toString('latin1');
}

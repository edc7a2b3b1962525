import type { Clock } from '../../base/clock.ts';
import type { SocketState } from './socket-state.ts';
import { OPEN } from './types.ts';

const MIN_TICK_MS = 10;
const MAX_TICK_MS = 1000;

/** Its multiples are spread evenly over 0 to 1, however many there are. */
const GOLDEN_RATIO = 0.618_033_988_749;

/** Pings open sockets in the application's stead, so spread over the interval that a crowd is not pinged at once. */
export class Pinger {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #sockets: readonly Iterable<SocketState>[];
  readonly #dueMs = new WeakMap<SocketState, number>();
  readonly #timer: NodeJS.Timeout;
  #pings = 0;
  #seen = 0;

  /** @param intervalMs between two pings of one socket */
  constructor(clock: Clock, intervalMs: number, sockets: readonly Iterable<SocketState>[]) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#sockets = sockets;
    const tickMs = Math.min(Math.max(intervalMs / 10, MIN_TICK_MS), MAX_TICK_MS);
    this.#timer = setInterval(() => {
      this.#tick();
    }, tickMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const states of this.#sockets) {
      for (const state of states) {
        const dueMs = this.#dueMs.get(state) ?? this.#firstDueMs(state);
        if (nowMs < dueMs || state.socket.readyState !== OPEN) continue;
        this.#dueMs.set(state, nowMs + this.#intervalMs);
        this.#ping(state, nowMs);
      }
    }
  }

  #firstDueMs(state: SocketState): number {
    const dueMs = state.openedMs + this.#intervalMs * ((GOLDEN_RATIO * ++this.#seen) % 1);
    this.#dueMs.set(state, dueMs);
    return dueMs;
  }

  /** By the sender, for the `ping` of the socket may be one of the application. */
  #ping({ socket, pings }: SocketState, nowMs: number): void {
    // told from the application's pings by its payload, and from one another by the number
    const payload = Buffer.from(`telemetry-${this.#pings++}`);
    pings.sent(payload, nowMs, true);
    try {
      socket._sender?.ping(payload, !socket._isServer);
    } catch {
      // closed in between: there will be no pong
    }
  }
}

import type { Clock } from '../../base/clock.ts';
import type { SocketState } from './socket-state.ts';
import { OPEN } from './types.ts';

/** Sockets that are pinged in one go: each ping is a write to the network. */
const MAX_PINGS_AT_ONCE = 200;
const MIN_TICK_MS = 10;
const MAX_TICK_MS = 1000;

/** Pings open sockets in the application's stead, spread over the interval by when each was opened. */
export class Pinger {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #sockets: readonly Iterable<SocketState>[];
  readonly #lastPingMs = new WeakMap<SocketState, number>();
  readonly #timer: NodeJS.Timeout;
  #count = 0;

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
    let left = MAX_PINGS_AT_ONCE;
    for (const states of this.#sockets) {
      for (const state of states) {
        if (left === 0) return;
        const sinceMs = this.#lastPingMs.get(state) ?? state.openedMs;
        if (nowMs - sinceMs < this.#intervalMs || state.socket.readyState !== OPEN) continue;
        this.#lastPingMs.set(state, nowMs);
        this.#ping(state, nowMs);
        left--;
      }
    }
  }

  #ping(state: SocketState, nowMs: number): void {
    // told from the application's pings by its payload, and from one another by the number
    const payload = Buffer.from(`telemetry-${this.#count++}`);
    state.pings.sent(payload, nowMs, true);
    try {
      state.socket.ping(payload);
    } catch {
      // closed in between: there will be no pong
    }
  }
}

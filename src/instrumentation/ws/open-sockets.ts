import type { Clock } from '../../base/clock.ts';
import type { ConnectionCounts, OpenConnections, SendBuffers } from '../../recording/websocket-recorder.ts';
import type { SocketState } from './socket-state.ts';

/** The open sockets of one role, and what is observed of them at each read. */
export class OpenSockets implements OpenConnections {
  readonly #states = new Set<SocketState>();
  readonly #clock: Clock;
  readonly #idleAfterMs: number;

  constructor(clock: Clock, idleAfterMs: number) {
    this.#clock = clock;
    this.#idleAfterMs = idleAfterMs;
  }

  [Symbol.iterator](): Iterator<SocketState> {
    return this.#states.values();
  }

  add(state: SocketState): void {
    this.#states.add(state);
  }

  delete(state: SocketState): void {
    this.#states.delete(state);
  }

  clear(): void {
    this.#states.clear();
  }

  count(): ConnectionCounts {
    const idleSinceMs = this.#clock.monotonicMs() - this.#idleAfterMs;
    let idle = 0;
    for (const { activeMs } of this.#states) if (activeMs <= idleSinceMs) idle++;
    return { active: this.#states.size - idle, idle };
  }

  sendBuffers(): SendBuffers {
    let usageBytes = 0;
    let maxBytes = 0;
    for (const state of this.#states) {
      state.recordNetworkIo();
      const { bufferedAmount } = state.socket;
      usageBytes += bufferedAmount;
      if (bufferedAmount > maxBytes) maxBytes = bufferedAmount;
    }
    return { usageBytes, maxBytes };
  }
}

import type { Clock } from '../base/clock.ts';
import type { WorkerPort } from './port.ts';
import type { Message } from './report.ts';

/** What was said counts as sent after this time, whether the way says so or not; where much waits to leave already, later. */
const SENT_MS = 1000;
const SENT_FROM_QUEUE_MS = 60_000;

/** What leaves a worker: knows whether what was said last has left. */
export class Outbox {
  readonly #port: WorkerPort;
  readonly #clock: Clock;
  /** Monotonic milliseconds until which it may still be on its way. */
  #sendsUntilMs = -Infinity;

  constructor(port: WorkerPort, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  get isBusy(): boolean {
    return this.#clock.monotonicMs() < this.#sendsUntilMs;
  }

  send(message: Message, sent?: () => void): void {
    this.#sendsUntilMs = Infinity;
    const hasRoom = this.#port.send(message, () => {
      this.#sendsUntilMs = -Infinity;
      sent?.();
    });
    if (this.#sendsUntilMs < Infinity) return;
    this.#sendsUntilMs = this.#clock.monotonicMs() + (hasRoom ? SENT_MS : SENT_FROM_QUEUE_MS);
  }
}

/** Ends when what `tell` says has left, or counts as sent. */
export function whenGone(tell: (sent: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SENT_MS);
    tell(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

import type { Clock } from '../../src/base/clock.ts';

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  #nowMs = 0;

  monotonicMs(): number {
    return this.#nowMs;
  }

  epochMs(): number {
    return Date.UTC(2026, 0, 1) + this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

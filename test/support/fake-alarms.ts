import type { Alarms } from '../../src/alerts/channels/alarms.ts';
import { FakeClock } from './fake-clock.ts';

/** Alarms that ring only when the clock is moved on to them. */
export class FakeAlarms implements Alarms {
  readonly clock = new FakeClock();
  readonly #set = new Set<{ readonly atMs: number; readonly ring: () => void }>();

  set(delayMs: number, ring: () => void): () => void {
    const alarm = { atMs: this.clock.monotonicMs() + Math.max(delayMs, 0), ring };
    this.#set.add(alarm);
    return () => void this.#set.delete(alarm);
  }

  /** Time until the next one rings, in ms; undefined: none is set. */
  get nextInMs(): number | undefined {
    const next = this.#next();
    return next && next.atMs - this.clock.monotonicMs();
  }

  /** Moves the clock on and rings on the way, in order. */
  advance(ms: number): void {
    const endMs = this.clock.monotonicMs() + ms;
    for (let next = this.#next(); next && next.atMs <= endMs; next = this.#next()) {
      this.#set.delete(next);
      this.clock.advance(Math.max(0, next.atMs - this.clock.monotonicMs()));
      next.ring();
    }
    this.clock.advance(endMs - this.clock.monotonicMs());
  }

  #next() {
    return [...this.#set].sort((a, b) => a.atMs - b.atMs)[0];
  }
}

const TICK_MS = 10;

/** After a pause no more than this is made up for. */
const LONGEST_CATCH_UP_MS = 500;

/** Does something at a steady rate on average, in small bunches. */
export class Pacer {
  readonly #timer: NodeJS.Timeout;

  /** @param work returns whether it could be done; where not, what else is due by then is forgotten */
  constructor(ratePerSecond: number, work: () => boolean) {
    let lastMs = performance.now();
    let due = 0;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      due += (Math.min(LONGEST_CATCH_UP_MS, nowMs - lastMs) / 1000) * ratePerSecond;
      lastMs = nowMs;
      for (; due >= 1; due--) if (!work()) due = 1;
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

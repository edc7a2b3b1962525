/** Things done again and again until it is stopped. */
export class Schedule {
  readonly #timers = new Set<NodeJS.Timeout>();

  /** Calls `work` after `firstMs`, then each `intervalMs`. */
  every(intervalMs: number, work: () => void, firstMs = intervalMs): void {
    const first = setTimeout(() => {
      this.#timers.delete(first);
      this.#timers.add(setInterval(work, intervalMs));
      work();
    }, firstMs);
    this.#timers.add(first);
  }

  stop(): void {
    this.#timers.forEach(clearTimeout);
    this.#timers.clear();
  }
}

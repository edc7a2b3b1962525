/** Messages that wait to be looked at, and somebody who does so, faster and slower. */
export class Moderation {
  readonly #onSize: (size: number) => void;
  #size = 0;

  /** @param onSize called with the size of the queue whenever it changes */
  constructor(onSize: (size: number) => void) {
    this.#onSize = onSize;
  }

  add(): void {
    this.#set(this.#size + 1);
  }

  /** Takes some out; the less attentive, the longer the queue gets. */
  work(): void {
    const attention = 0.1 + 0.4 * (1 + Math.sin(performance.now() / 4000));
    this.#set(Math.floor(this.#size * (1 - attention * Math.random())));
  }

  #set(size: number): void {
    this.#size = size;
    this.#onSize(size);
  }
}

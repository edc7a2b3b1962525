/** What clients counted at one server. */
export class Tally {
  /** @type {Record<string, number>} */
  #messages = {};
  #opened = 0;
  #closed = 0;

  /** @returns {{ opened: number, closed: number, messages: Record<string, number> }} messages by direction, type and size: `sent text 64` */
  get counts() {
    return { opened: this.#opened, closed: this.#closed, messages: { ...this.#messages } };
  }

  opened() {
    this.#opened++;
  }

  closed() {
    this.#closed++;
  }

  /**
   * @param {'sent' | 'received'} direction
   * @param {boolean} isBinary
   * @param {number} sizeBytes
   */
  message(direction, isBinary, sizeBytes) {
    const key = `${direction} ${isBinary ? 'binary' : 'text'} ${sizeBytes}`;
    this.#messages[key] = (this.#messages[key] ?? 0) + 1;
  }
}

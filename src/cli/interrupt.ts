/** Exit code of a process that its user has interrupted, by the shell's convention. */
const INTERRUPTED = 130;

/** Ctrl-C and SIGTERM: the first is a wish to end, the second ends the process at once. */
export class Interrupt {
  /** Resolves at the first one. */
  readonly asked: Promise<void>;
  #wasAsked = false;
  readonly #listener: () => void;

  constructor() {
    let ask: () => void = () => undefined;
    this.asked = new Promise((resolve) => (ask = resolve));
    this.#listener = () => {
      if (this.#wasAsked) process.exit(INTERRUPTED);
      this.#wasAsked = true;
      ask();
    };
    process.on('SIGINT', this.#listener);
    process.on('SIGTERM', this.#listener);
  }

  get wasAsked(): boolean {
    return this.#wasAsked;
  }

  /** Leaves the signals to Node.js again. */
  close(): void {
    process.off('SIGINT', this.#listener);
    process.off('SIGTERM', this.#listener);
  }
}

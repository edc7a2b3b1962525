import type { Accept, Port, PrimaryListener, WorkerListener, WorkerPort } from '../../src/workers/port.ts';
import type { Message } from '../../src/workers/report.ts';

/** A way between a worker and its primary that delivers at once, as JSON, unless it is stopped. */
export class MemoryWay {
  /** All that was sent, by either end. */
  readonly sent: Message[] = [];
  /** What is sent waits here while it is not undefined: the worker's process is stopped, or its channel full. */
  held: (() => void)[] | undefined;
  /** The worker's application keeps to itself when something has left. */
  isMute = false;
  #primary: PrimaryListener | undefined;
  #worker: WorkerListener | undefined;

  /** How the primary takes the worker up. */
  accept(accept: Accept, kind: 'process' | 'thread' = 'process'): () => void {
    const port: Port = {
      send: (message, sent) => this.#deliver(message, () => this.#worker, sent),
    };
    // nothing arrives before the one who sends it can hear the answer
    const wasHeld = this.held !== undefined;
    this.held ??= [];
    const listener = accept(port, kind);
    this.#primary = listener;
    if (!wasHeld) this.release();
    return () => {
      if (this.#primary === listener) this.#primary = undefined;
    };
  }

  /** How the worker reaches the primary. */
  readonly connect = (listener: WorkerListener): WorkerPort => {
    this.#worker = listener;
    const send: Port['send'] = (message, sent) =>
      this.#deliver(message, () => this.#primary, this.isMute ? undefined : sent);
    return {
      send,
      sendUnheard: (messages, sent) => {
        for (const message of messages.slice(0, -1)) send(message);
        send(messages.at(-1) as Message, sent);
      },
      close: () => {
        if (this.#worker === listener) this.#worker = undefined;
      },
    };
  };

  /** Says something to the primary that no worker of ours would. */
  garbage(message: unknown): void {
    this.#primary?.message(message as Message);
  }

  /** The worker's process ends without a word. */
  end(): void {
    const primary = this.#primary;
    this.#primary = this.#worker = this.held = undefined;
    primary?.ended();
  }

  /** Delivers what was held. */
  release(): void {
    const { held = [] } = this;
    this.held = undefined;
    for (const deliver of held) deliver();
  }

  #deliver(
    message: Message,
    to: () => PrimaryListener | WorkerListener | undefined,
    sent: (() => void) | undefined,
  ): boolean {
    this.sent.push(message);
    const deliver = (): void => {
      to()?.message(JSON.parse(JSON.stringify(message)) as Message);
      sent?.();
    };
    if (!this.held) deliver();
    else this.held.push(deliver);
    return !this.held;
  }
}

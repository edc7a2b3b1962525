import type WebSocket from 'ws';
import { BYE } from './protocol.ts';

/** One client as the service knows it, from its connection to its end. */
export class Session {
  readonly #socket: WebSocket;
  #room: string | undefined;
  #joined = false;
  #pending = 0;
  #leaving = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Whether it has said who it is. */
  get joined(): boolean {
    return this.#joined;
  }

  /** The room whose messages it gets. */
  get room(): string | undefined {
    return this.#room;
  }

  join(room: string): void {
    this.#joined = true;
    this.#room = room;
  }

  /** Sends, unless the connection is closing. */
  send(data: string | Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(data);
  }

  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Runs the handler of one message; the last one that ends after {@link leave} is followed by `bye`. */
  async handle(handler: () => Promise<void>): Promise<void> {
    this.#pending++;
    try {
      await handler();
    } finally {
      this.#pending--;
      if (this.#leaving && this.#pending === 0) this.send(BYE);
    }
  }

  /** The client wants no more: it gets what is on its way, and nothing new. Called in a handler. */
  leave(): void {
    this.#room = undefined;
    this.#leaving = true;
  }
}

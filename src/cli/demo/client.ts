import type WebSocket from 'ws';
import { BROADCAST_START, BYE } from './protocol.ts';
import type { ClientMessage } from './protocol.ts';
import type { Tally } from './tally.ts';
import type { WsPackage } from './ws-package.ts';

/** Messages of a client that may wait for their answer at once: so that too high a rate cannot pile them up. */
const MOST_UNANSWERED = 32;

export interface ClientOptions {
  readonly url: string;
  readonly user: string;
  readonly room: string;
  readonly sent: Tally;
  readonly received: Tally;
}

/** One client of the service. It counts all that it sends and gets. */
export class ChatClient {
  /** Resolves once it is connected and has joined, or never will. */
  readonly settled: Promise<void>;
  readonly #options: ClientOptions;
  readonly #socket: WebSocket;
  readonly #farewell: Promise<void>;
  #onFarewell: () => void = () => undefined;
  #gotBye = false;
  #leaving = false;
  #unanswered = 0;

  constructor(ws: WsPackage, options: ClientOptions) {
    this.#options = options;
    this.#socket = new ws(options.url);
    this.#farewell = new Promise((resolve) => (this.#onFarewell = resolve));
    this.#socket.on('message', (data: Buffer | string) => {
      this.#receive(data);
    });
    // close follows
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#onFarewell();
    });
    this.settled = new Promise((resolve) => {
      this.#socket.on('open', () => {
        this.tell({ type: 'join', user: options.user, room: options.room });
        resolve();
      });
      this.#socket.on('close', () => {
        resolve();
      });
    });
  }

  /** Whether it can send now. */
  get ready(): boolean {
    const { readyState, OPEN } = this.#socket;
    return readyState === OPEN && !this.#leaving && this.#unanswered < MOST_UNANSWERED;
  }

  /** Whether it has got everything that was for it. */
  get finished(): boolean {
    return this.#gotBye;
  }

  tell(message: ClientMessage): void {
    this.send(JSON.stringify(message));
  }

  send(data: string | Buffer): void {
    this.#unanswered++;
    this.#options.sent.add(Buffer.byteLength(data));
    this.#socket.send(data);
  }

  /** Sends no more, and waits for all that is on its way to it. Stays connected. */
  async leave(): Promise<void> {
    await this.settled;
    if (this.#socket.readyState === this.#socket.OPEN && !this.#leaving) {
      this.#leaving = true;
      this.tell({ type: 'leave' });
    }
    await this.#farewell;
  }

  close(): void {
    this.#socket.close(1000);
  }

  /** Is gone without a word. */
  terminate(): void {
    this.#socket.terminate();
  }

  #receive(data: Buffer | string): void {
    this.#options.received.add(Buffer.byteLength(data));
    const start = data.toString('latin1', 0, BROADCAST_START.length);
    if (start !== BROADCAST_START) this.#unanswered--;
    if (start !== BYE) return;
    this.#gotBye = true;
    this.#onFarewell();
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { ChatClient } from './client.ts';
import { Tally } from './tally.ts';
import type { ClientCounts } from './tally.ts';
import type { WsPackage } from './ws-package.ts';

const ROOM_SIZE = 5;

/** One client in so many only listens, and so becomes idle. */
const QUIET_ONE_IN = 10;

/** All clients. Now and then one leaves and another comes in its place. */
export class Fleet {
  readonly #ws: WsPackage;
  readonly #url: string;
  readonly #clients: ChatClient[];
  readonly #sent = new Tally();
  readonly #received = new Tally();
  readonly #departures = new Set<Promise<void>>();
  #next = 0;
  #born = 0;
  #stopping = false;

  constructor(ws: WsPackage, url: string, size: number) {
    this.#ws = ws;
    this.#url = url;
    this.#clients = Array.from({ length: size }, (_, index) => this.#create(index));
  }

  get counts(): ClientCounts {
    const amount = ({ messages, bytes }: Tally) => ({ messages, bytes });
    return { sent: amount(this.#sent), received: amount(this.#received) };
  }

  /** Waits until all are connected. */
  async connected(): Promise<void> {
    await Promise.all(this.#clients.map(({ settled }) => settled));
  }

  /** The next one that can send, by turns; undefined where none can. */
  take(): ChatClient | undefined {
    for (let tries = 0; tries < this.#clients.length; tries++) {
      const index = this.#next++ % this.#clients.length;
      const client = this.#clients[index];
      if (!isQuiet(index) && client?.ready) return client;
    }
    return undefined;
  }

  /** Has one client leave, and another come in its place. */
  replaceOne(): void {
    const index = Math.floor(Math.random() * this.#clients.length);
    const client = this.#clients[index];
    if (this.#stopping || !client?.ready) return;
    const departure = client.leave().then(() => {
      client.close();
      this.#departures.delete(departure);
      if (!this.#stopping) this.#clients[index] = this.#create(index);
    });
    this.#departures.add(departure);
  }

  /**
   * Has all clients leave, and waits until they have got everything that is for them.
   *
   * @returns how many had not at the deadline
   */
  async finish(deadlineMs: number): Promise<number> {
    this.#stopping = true;
    const timeout = new AbortController();
    const deadline = sleep(deadlineMs, undefined, { signal: timeout.signal }).catch(() => undefined);
    const all = Promise.all([...this.#departures, ...this.#clients.map((client) => client.leave())]);
    await Promise.race([all, deadline]);
    timeout.abort();
    return this.#clients.filter(({ finished }) => !finished).length;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #create(index: number): ChatClient {
    const room = isQuiet(index) ? 'quiet' : `room ${Math.floor(index / ROOM_SIZE) + 1}`;
    const user = `user ${++this.#born}`;
    return new ChatClient(this.#ws, { url: this.#url, user, room, sent: this.#sent, received: this.#received });
  }
}

function isQuiet(index: number): boolean {
  return index % QUIET_ONE_IN === QUIET_ONE_IN - 1;
}

import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { SIZE_BUCKETS } from '../../src/catalog/buckets.ts';

/** Text on which the echo servers of the fixtures close the connection with code 1001, instead of echoing it. */
const BYE = 'bye';

/** Payload sizes in bytes: on, below and above bucket bounds, empty, and in every form of a frame's length. */
const SIZES = [0, 1, 63, 64, 65, 125, 126, 256, 257, 1000, 1024, 4096, 16_385, 65_535, 65_536, 70_000];

type How = { readonly by: 'client' | 'server'; readonly code?: number } | { readonly by: 'nobody' };

/** How the connections end, in turn, and how a server sees it. */
const ENDINGS: readonly { readonly how: How; readonly seen: Seen }[] = [
  { how: { by: 'client', code: 1000 }, seen: { code: '1000', initiator: 'remote' } },
  { how: { by: 'client', code: 1001 }, seen: { code: '1001', initiator: 'remote' } },
  { how: { by: 'client', code: 4001 }, seen: { code: '4xxx', initiator: 'remote' } },
  { how: { by: 'client', code: 3000 }, seen: { code: '3xxx', initiator: 'remote' } },
  { how: { by: 'client' }, seen: { code: '1005', initiator: 'remote' } },
  { how: { by: 'server' }, seen: { code: '1001', initiator: 'local' } },
  { how: { by: 'nobody' }, seen: { code: '1006', initiator: 'none' } },
];

interface Seen {
  readonly code: string;
  readonly initiator: 'local' | 'remote' | 'none';
}

/** What an echo server must have counted. */
export interface Expected {
  readonly connections: number;
  /** By direction and type: `receive text`. */
  readonly messages: Record<string, number>;
  readonly bytes: Record<string, number>;
  /** Message sizes by direction. */
  readonly sizes: Record<'receive' | 'transmit', { count: number; sum: number; buckets: number[] }>;
  /** By close code and initiator: `1000 remote`. */
  readonly closed: Record<string, number>;
}

/** A load on an echo server: connections that are open, with all their echoes received, and then end in different ways. */
export class WsLoad {
  readonly expected: Expected = {
    connections: 0,
    messages: {},
    bytes: {},
    sizes: {
      receive: { count: 0, sum: 0, buckets: SIZE_BUCKETS.exported.map(() => 0).concat(0) },
      transmit: { count: 0, sum: 0, buckets: SIZE_BUCKETS.exported.map(() => 0).concat(0) },
    },
    closed: {},
  };
  readonly #sockets: WebSocket[] = [];

  /** Opens `connections` and has each echo its share of `messages`, the farewells of {@link end} included. */
  static async start(url: string, { connections = 100, messages = 10_000 } = {}): Promise<WsLoad> {
    const load = new WsLoad();
    const each = messages / connections;
    await Promise.all(
      Array.from({ length: connections }, async (_, index) => {
        const isFarewell = endingOf(index).how.by === 'server';
        await load.#talk(url, index, isFarewell ? each - 1 : each);
      }),
    );
    return load;
  }

  /** Ends every connection, each in its way. */
  async end(): Promise<void> {
    await Promise.all(
      this.#sockets.map(async (socket, index) => {
        const { how, seen } = endingOf(index);
        const closed = once(socket, 'close');
        if (how.by === 'nobody') {
          socket.terminate();
        } else if (how.by === 'server') {
          this.#sent('receive', 'text', BYE.length);
          socket.send(BYE);
        } else {
          socket.close(how.code);
        }
        await closed;
        add(this.expected.closed, `${seen.code} ${seen.initiator}`, 1);
      }),
    );
    this.#sockets.length = 0;
  }

  /** Lets go of what is still open. */
  abort(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  async #talk(url: string, index: number, messages: number): Promise<void> {
    const socket = new WebSocket(url);
    this.#sockets[index] = socket;
    (this.expected as { connections: number }).connections++;
    await once(socket, 'open');
    let echoed = 0;
    const echoedBytes = { sent: 0, received: 0 };
    const done = new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data: RawData) => {
        echoedBytes.received += (data as Buffer).length;
        if (++echoed === messages) resolve();
      });
    });
    for (let message = 0; message < messages; message++) {
      const size = SIZES[(index + message) % SIZES.length] as number;
      const binary = (index + message) % 5 < 2;
      echoedBytes.sent += size;
      socket.send(binary ? Buffer.alloc(size, message) : textOf(size));
      for (const direction of ['receive', 'transmit'] as const) this.#sent(direction, binary ? 'binary' : 'text', size);
    }
    await done;
    if (echoedBytes.sent !== echoedBytes.received) throw new Error('the echo is not what was sent');
  }

  #sent(direction: 'receive' | 'transmit', type: 'text' | 'binary', size: number): void {
    const sizes = this.expected.sizes[direction];
    add(this.expected.messages, `${direction} ${type}`, 1);
    add(this.expected.bytes, `${direction} ${type}`, size);
    sizes.count++;
    sizes.sum += size;
    const bucket = SIZE_BUCKETS.exported.findIndex((bound) => size <= bound);
    sizes.buckets[bucket < 0 ? sizes.buckets.length - 1 : bucket]!++;
  }
}

function endingOf(index: number): (typeof ENDINGS)[number] {
  return ENDINGS[index % ENDINGS.length] as (typeof ENDINGS)[number];
}

/** Text of so many bytes, with characters of two and three bytes where there is room. */
function textOf(bytes: number): string {
  return bytes < 5 ? 'x'.repeat(bytes) : `é€${'x'.repeat(bytes - 5)}`;
}

function add(counts: Record<string, number>, key: string, value: number): void {
  counts[key] = (counts[key] ?? 0) + value;
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { freePort } from './free-port.ts';
import { closeLater } from './leftovers.ts';
import type { Scrape } from './scrape.ts';
import { waitFor } from './wait-for.ts';

/** How the server ends an open connection, by its path. */
const ENDINGS: Readonly<Record<string, (socket: WebSocket, raw: Socket) => void>> = {
  '/local-1000': (socket) => socket.send('close 1000'),
  '/local-4001': (socket) => socket.send('close 4001'),
  '/local-without': (socket) => socket.send('close'),
  '/remote-1001': (socket) => socket.close(1001),
  '/remote-1011': (socket) => socket.close(1011),
  '/remote-3000': (socket) => socket.close(3000),
  '/remote-without': (socket) => socket.close(),
  '/ping': (socket) => {
    socket.once('pong', () => {
      socket.close(1000);
    });
    socket.ping('a round trip of the server, not of the client');
    socket.pong('nobody asked');
  },
  '/gone': (socket) => {
    socket.terminate();
  },
  '/reset': (_, raw) => raw.resetAndDestroy(),
  // a server must not mask what it sends
  '/masked': (_, raw) => raw.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 65])),
};

/** How the server refuses a handshake, by its path. */
const REFUSALS: Readonly<Record<string, (raw: Duplex) => void>> = {
  '/401': (raw) => raw.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
  '/503': (raw) => raw.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
  '/silent': (raw) => raw.destroy(),
  '/wrong-accept': (raw) =>
    raw.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n',
    ),
};

/** `ws` server to test/fixtures/matrix/native.mjs, and what must be measured there. */
export class NativePeer {
  readonly urls: readonly string[];
  readonly #open = new Map<string, { readonly socket: WebSocket; readonly raw: Socket }>();

  private constructor(server: WebSocketServer, urls: readonly string[]) {
    this.urls = urls;
    server.on('connection', (socket: WebSocket, { url = '', socket: raw }: IncomingMessage) => {
      this.#open.set(url.replace(/\?.*/, ''), { socket, raw });
      // the client may answer what it is sent with a frame that is an error here
      socket.on('error', () => undefined);
    });
  }

  static async start(): Promise<NativePeer> {
    const http = createServer();
    const server = new WebSocketServer({ noServer: true });
    const sockets = new Set<Socket>();
    http.on('connection', (socket: Socket) => sockets.add(socket));
    http.on('upgrade', (request, raw, head) => {
      const refuse = REFUSALS[request.url ?? ''];
      raw.on('error', () => undefined);
      if (refuse) refuse(raw);
      else {
        server.handleUpgrade(request, raw, head, (socket) => {
          server.emit('connection', socket, request);
        });
      }
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    closeLater(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => http.close(resolve));
    });
    const { port } = http.address() as AddressInfo;
    const paths = [
      ...Object.keys(ENDINGS).map((path) => `${path}?token=secret`),
      ...Object.keys(REFUSALS),
      '/given-up',
    ];
    return new NativePeer(server, [
      ...paths.map((path) => `ws://127.0.0.1:${port}${path}`),
      `ws://127.0.0.1:${await freePort()}/nobody-there`,
    ]);
  }

  /** Connections that are open once all are. */
  get connections(): number {
    return Object.keys(ENDINGS).length;
  }

  async allOpen(): Promise<void> {
    await waitFor('all connections', () => this.#open.size === this.connections);
  }

  async endAll(): Promise<void> {
    await this.allOpen();
    for (const [path, { socket, raw }] of this.#open) ENDINGS[path]!(socket, raw);
  }
}

/** What `/metrics` must have of the sockets of the fixture when all have ended. */
export const NATIVE_FIGURES = {
  open: { active: 0, idle: 0 },
  closed: {
    '{websocket_close_code="1000"}': 2,
    '{websocket_close_code="1001"}': 1,
    '{websocket_close_code="1005"}': 2,
    '{websocket_close_code="1006"}': 1,
    '{error_type="ECONNRESET",websocket_close_code="1006"}': 1,
    '{error_type="UND_ERR_INFO",websocket_close_code="1006"}': 1,
    '{websocket_close_code="1011"}': 1,
    '{websocket_close_code="3xxx"}': 1,
    '{websocket_close_code="4xxx"}': 1,
  },
  handshakes: {
    '{http_response_status_code="101"}': 11,
    '{error_type="401",http_response_status_code="401"}': 1,
    '{error_type="503",http_response_status_code="503"}': 1,
    '{error_type="ECONNREFUSED"}': 1,
    '{error_type="UND_ERR_SOCKET"}': 1,
    '{error_type="aborted"}': 1,
    '{error_type="invalid_response"}': 1,
  },
  errors: {
    '{error_type="401"}': 1,
    '{error_type="503"}': 1,
    '{error_type="ECONNREFUSED"}': 1,
    '{error_type="ECONNRESET"}': 1,
    '{error_type="UND_ERR_INFO"}': 1,
    '{error_type="UND_ERR_SOCKET"}': 1,
    '{error_type="aborted"}': 1,
    '{error_type="invalid_response"}': 1,
  },
  pings: 0,
  messages: 0,
} as const;

/** The same as it was measured. */
function nativeFigures(metrics: Scrape): unknown {
  const open = (state: string): number | undefined =>
    metrics.value('websocket_client_open_connections', { websocket_connection_state: state });
  return {
    open: { active: open('active'), idle: open('idle') },
    closed: metrics.series('websocket_client_connection_duration_seconds_count'),
    handshakes: metrics.series('websocket_client_handshake_duration_seconds_count'),
    errors: metrics.series('websocket_client_errors_total'),
    pings: metrics.sum('websocket_client_ping_duration_seconds_count'),
    messages: metrics.sum('websocket_client_messages_total'),
  };
}

/** What both tests of it do: opens all, ends all, and gives what was measured at either time. */
export async function measureNative(
  peer: NativePeer,
  read: () => Promise<Scrape>,
): Promise<{ readonly whileOpen: unknown; readonly atEnd: unknown }> {
  const active = (metrics: Scrape): number | undefined =>
    metrics.value('websocket_client_open_connections', { websocket_connection_state: 'active' });
  const settled = (metrics: Scrape): boolean =>
    metrics.sum('websocket_client_handshake_duration_seconds_count') === peer.urls.length;
  const whileOpen = await waitFor('every handshake to end', async () => {
    const metrics = await read();
    return settled(metrics) && active(metrics);
  });
  await peer.endAll();
  const atEnd = await waitFor('every connection to end', async () => {
    const metrics = await read();
    return active(metrics) === 0 && metrics;
  });
  return { whileOpen, atEnd: nativeFigures(atEnd) };
}

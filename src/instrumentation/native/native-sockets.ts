import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Clock } from '../../base/clock.ts';
import type { OnceLogger } from '../../base/logger.ts';
import type { WebSocketRecorder } from '../../recording/websocket-recorder.ts';
import type { Paths } from '../paths.ts';
import { createGuard } from '../guard.ts';
import type { Guard } from '../guard.ts';
import { closeCodeLabel, errorTypeOf } from '../labels.ts';
import type { ChannelMessages, NativeWebSocket, RawSocket } from './channel-messages.ts';
import { Handshakes } from './handshakes.ts';
import type { Handshake } from './handshakes.ts';

export interface NativeSocketsOptions {
  readonly clock: Clock;
  readonly logger: OnceLogger;
  readonly client: WebSocketRecorder;
  readonly paths: Paths;
}

/** What is known of one open socket. */
interface NativeConnection {
  readonly openedMs: number;
  readonly route: string | undefined;
  /** Undefined where its handshake began before us. */
  readonly socket: RawSocket | undefined;
  /** Stops to wait for its end. */
  readonly release: () => void;
}

/**
 * Measures the sockets of the platform's own WebSocket client, and of the `undici` package, by undici's diagnostics channels:
 * handshakes, open connections, their duration and close code, errors.
 *
 * The channels tell no message, so such a connection is always active; nor who closed first, so `websocket.close.initiator` is left
 * away. They tell the pings and pongs that come in, but never when a ping was sent, so there is no round trip to be had: neither is
 * subscribed to. Since undici 7.13 `open` is told after the application's own 'open' listeners: the time that they take is in the
 * handshake's duration. Errors are taken from the raw socket at its close: `undici:websocket:socket_error` has the same ones, without
 * saying of which socket.
 */
export class NativeSockets {
  readonly #options: NativeSocketsOptions;
  readonly #guard: Guard;
  readonly #handshakes: Handshakes;
  readonly #open = new Set<NativeConnection>();
  readonly #byWebSocket = new WeakMap<NativeWebSocket, NativeConnection>();
  readonly #undo: (() => void)[];
  /** The code of the last socket that closed and was not known by its WebSocket. */
  #lastCode: unknown = undefined;

  constructor(options: NativeSocketsOptions) {
    const { clock, logger, client, paths } = options;
    this.#options = options;
    // a subscriber that throws would be an uncaught exception of the application
    this.#guard = createGuard(logger, 'a WebSocket of the platform');
    this.#handshakes = new Handshakes(clock, client, paths);
    this.#undo = [
      client.observeConnections({ count: () => ({ active: this.#open.size, idle: 0 }) }),
      this.#on('undici:request:create', ({ request }) => {
        if (request.upgrade === 'websocket') this.#handshakes.begun(request);
      }),
      this.#on('undici:client:sendHeaders', ({ request, socket }) => {
        if (request.upgrade === 'websocket') this.#handshakes.written(request, socket);
      }),
      this.#on('undici:request:headers', ({ request, response }) => {
        if (request.upgrade === 'websocket') this.#handshakes.answered(request, response.statusCode);
      }),
      this.#on('undici:request:error', ({ request, error }) => {
        if (request.upgrade === 'websocket') this.#handshakes.failed(request, error);
      }),
      this.#on('undici:websocket:open', (message) => {
        this.#opened(message);
      }),
      this.#on('undici:websocket:close', ({ websocket, code }) => {
        const connection = this.#byWebSocket.get(websocket);
        if (connection) {
          this.#closed(connection, code);
        } else {
          this.#lastCode = code;
          this.#handshakes.closedUnopened(websocket.url);
        }
      }),
    ];
  }

  /** Forgets all sockets and hears of no more. */
  close(): void {
    for (const undo of this.#undo) undo();
    for (const { release } of this.#open) release();
    this.#open.clear();
    this.#handshakes.close();
  }

  #opened({ address, websocket }: ChannelMessages['undici:websocket:open']): void {
    const handshake = this.#handshakes.opened(address ?? {});
    if (websocket) this.#openedWebSocket(websocket, handshake);
    // without either its end could not be told from that of others
    else if (handshake?.socket) this.#openedSocket(handshake.socket, handshake.route);
  }

  #openedWebSocket(websocket: NativeWebSocket, handshake: Handshake | undefined): void {
    const { ignored, route } = handshake
      ? { ignored: false, route: handshake.route }
      : this.#options.paths.match(websocket.url);
    if (ignored) return;
    const connection = this.#begin(route, handshake?.socket, () => void this.#byWebSocket.delete(websocket));
    this.#byWebSocket.set(websocket, connection);
  }

  /** Before undici 7.13, `close` is the first message that has the WebSocket. undici sends it while its raw socket emits 'close'. */
  #openedSocket(socket: RawSocket, route: string | undefined): void {
    const closed = (): void => {
      this.#guard(() => {
        this.#closed(connection, this.#lastCode);
        this.#lastCode = undefined;
      });
    };
    const connection = this.#begin(route, socket, () => void socket.off('close', closed));
    // after undici's own listener, which it has set before
    socket.once('close', closed);
  }

  #begin(route: string | undefined, socket: RawSocket | undefined, release: () => void): NativeConnection {
    const connection = { openedMs: this.#options.clock.monotonicMs(), route, socket, release };
    this.#open.add(connection);
    this.#options.client.connectionOpened();
    return connection;
  }

  #closed(connection: NativeConnection, code: unknown): void {
    if (!this.#open.delete(connection)) return;
    connection.release();
    const { clock, client } = this.#options;
    const { openedMs, route, socket } = connection;
    const errorType = socket?.errored ? errorTypeOf(socket.errored) : undefined;
    if (errorType !== undefined) client.socketFailed(errorType);
    client.connectionClosed({
      durationSeconds: (clock.monotonicMs() - openedMs) / 1000,
      code: closeCodeLabel(code),
      initiator: undefined,
      errorType,
      route,
    });
  }

  /** @returns how to unsubscribe */
  #on<Name extends keyof ChannelMessages>(channel: Name, hear: (message: ChannelMessages[Name]) => void): () => void {
    const listener = (message: unknown): void => {
      this.#guard(() => {
        hear(message as ChannelMessages[Name]);
      });
    };
    subscribe(channel, listener);
    return () => void unsubscribe(channel, listener);
  }
}

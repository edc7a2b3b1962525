import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { WebSocketRecorder } from '../../recording/websocket-recorder.ts';
import type { PathMatch, Paths } from '../paths.ts';
import type { Guard } from '../guard.ts';
import type { WsSocket } from './types.ts';

type Channel = readonly [name: string, listener: (message: unknown) => void];

/**
 * Handshakes of clients, from the request to the open socket, the refusal or the error, redirects included.
 *
 * The constructor of `ws` calls no method that could be wrapped, so the beginning is seen as a request of `node:http`
 * (diagnostics channels), and the socket is found by its request later on.
 */
export class ClientHandshakes {
  readonly #clock: Clock;
  readonly #client: WebSocketRecorder;
  readonly #paths: Paths;
  /** When a handshake began: by its request, the error that ended its request, or its socket. */
  readonly #startsMs = new WeakMap<object, number>();
  /** Sockets whose handshake has ended: an application that reads a refusal itself ends the client by a second error. */
  readonly #ended = new WeakSet<WsSocket>();
  /** When the handshake began that is being redirected: the new request is made while the answer to the old one is handled. */
  #redirectedMs: number | undefined = undefined;
  readonly #channels: readonly Channel[];

  constructor(clock: Clock, guard: Guard, client: WebSocketRecorder, paths: Paths) {
    this.#clock = clock;
    this.#client = client;
    this.#paths = paths;
    const channels: readonly Channel[] = [
      // newer Node.js only; the next one waits for the request to have a network socket
      ['http.client.request.created', (message) => this.#started(message as never)],
      ['http.client.request.start', (message) => this.#started(message as never)],
      ['http.client.response.finish', (message) => this.#responded(message as never)],
      ['http.client.request.error', (message) => this.#requestFailed(message as never)],
    ];
    // what a subscriber throws would be an uncaught exception
    this.#channels = channels.map(([name, listen]) => [
      name,
      (message) => {
        guard(() => listen(message));
      },
    ]);
    for (const [name, listener] of this.#channels) subscribe(name, listener);
  }

  close(): void {
    for (const [name, listener] of this.#channels) unsubscribe(name, listener);
  }

  /** The request was answered by an upgrade. */
  answered(socket: WsSocket): void {
    const startMs = socket._req ? this.#startsMs.get(socket._req) : undefined;
    if (startMs !== undefined) this.#startsMs.set(socket, startMs);
  }

  accepted(socket: WsSocket): PathMatch {
    return this.#end(socket, this.#startsMs.get(socket), '101', undefined);
  }

  refused(socket: WsSocket, request: ClientRequest, statusCode: number): void {
    this.#redirectedMs = undefined;
    this.#end(socket, this.#startsMs.get(request), String(statusCode), String(statusCode));
  }

  failed(socket: WsSocket, error: unknown, errorType: string): void {
    const keys = [socket, socket._req, error].filter((key) => typeof key === 'object' && key !== null);
    const startMs = keys.map((key) => this.#startsMs.get(key)).find((ms) => ms !== undefined);
    // a request that fails before it has a network socket is not told to have begun: it counts, as one that took no time
    this.#end(socket, startMs ?? this.#clock.monotonicMs(), undefined, errorType);
  }

  #end(
    socket: WsSocket,
    startMs: number | undefined,
    status: string | undefined,
    errorType: string | undefined,
  ): PathMatch {
    const path = this.#paths.match(socket.url);
    const { ignored, route } = path;
    if (startMs === undefined || ignored || this.#ended.has(socket)) return path;
    this.#ended.add(socket);
    const durationSeconds = (this.#clock.monotonicMs() - startMs) / 1000;
    this.#client.handshakeEnded({ durationSeconds, status, errorType, route });
    return path;
  }

  #started({ request }: { request: ClientRequest }): void {
    if (String(request.getHeader('upgrade')).toLowerCase() !== 'websocket') return;
    if (!this.#startsMs.has(request)) this.#startsMs.set(request, this.#redirectedMs ?? this.#clock.monotonicMs());
  }

  #responded({ request, response }: { request: ClientRequest; response: IncomingMessage }): void {
    const { statusCode = 0 } = response;
    if (statusCode < 300 || statusCode >= 400) return;
    this.#redirectedMs = this.#startsMs.get(request);
    queueMicrotask(() => (this.#redirectedMs = undefined));
  }

  /** ws forgets the request before it tells of the error. */
  #requestFailed({ request, error }: { request: ClientRequest; error: unknown }): void {
    const startMs = this.#startsMs.get(request);
    if (startMs !== undefined && typeof error === 'object' && error !== null) this.#startsMs.set(error, startMs);
  }
}

import type { Clock } from '../../base/clock.ts';
import type { WebSocketRecorder } from '../../recording/websocket-recorder.ts';
import type { Paths } from '../paths.ts';
import { errorTypeOf } from '../labels.ts';
import type { LocalAddress, RawSocket, UpgradeRequest } from './channel-messages.ts';

/** Challenges that may wait for their second request at once; it follows within milliseconds, or never. */
const MAX_CHALLENGES = 100;

/** A handshake that is under way. */
export interface Handshake {
  readonly request: UpgradeRequest;
  readonly startedMs: number;
  readonly route: string | undefined;
  /** Whether it asks again, with the same key, what was answered with 401: newer undici does so by itself. */
  readonly isRepeated: boolean;
  /** Once the request is written. */
  socket: RawSocket | undefined;
  /** What the socket had read before: it may have served requests. */
  bytesReadBefore: number;
  /** Whether the server is known to have answered 101. */
  isAccepted: boolean;
}

/** Follows the upgrade requests of undici from their beginning until they are answered or have failed. */
export class Handshakes {
  readonly #clock: Clock;
  readonly #client: WebSocketRecorder;
  readonly #paths: Paths;
  readonly #underWay = new WeakMap<UpgradeRequest, Handshake>();
  /** Those whose request is written: each is answered or fails. */
  readonly #written = new Set<Handshake>();
  readonly #challenged = new Set<string>();

  constructor(clock: Clock, client: WebSocketRecorder, paths: Paths) {
    this.#clock = clock;
    this.#client = client;
    this.#paths = paths;
  }

  begun(request: UpgradeRequest): void {
    const { ignored, route } = this.#paths.match(request.path);
    if (ignored) return;
    this.#underWay.set(request, {
      request,
      startedMs: this.#clock.monotonicMs(),
      route,
      isRepeated: this.#challenged.delete(keyOf(request)),
      socket: undefined,
      bytesReadBefore: 0,
      isAccepted: false,
    });
  }

  written(request: UpgradeRequest, socket: RawSocket): void {
    const handshake = this.#underWay.get(request);
    if (!handshake) return;
    handshake.socket = socket;
    handshake.bytesReadBefore = socket.bytesRead;
    this.#written.add(handshake);
  }

  /** The server has answered; an accepted handshake is told by {@link opened}. */
  answered(request: UpgradeRequest, statusCode: number): void {
    if (statusCode === 101) {
      const accepted = this.#underWay.get(request);
      if (accepted) accepted.isAccepted = true;
      return;
    }
    const handshake = this.#end(request);
    if (!handshake) return;
    if (statusCode === 401) this.#awaitSecond(keyOf(request));
    this.#failed(handshake, String(statusCode), String(statusCode));
  }

  /** No answer, or one that undici did not accept. Aborts of what is answered are no news. */
  failed(request: UpgradeRequest, error: unknown): void {
    const handshake = this.#end(request);
    if (handshake) this.#failed(handshake, undefined, failureOf(handshake, error));
  }

  /** The handshake of the socket that is open now; undefined for one that is ignored, or began before us. */
  opened({ address, port }: LocalAddress): Handshake | undefined {
    for (const handshake of this.#written) {
      if (handshake.socket?.localPort !== port || handshake.socket?.localAddress !== address) continue;
      this.#end(handshake.request);
      this.#client.handshakeEnded({
        durationSeconds: this.#secondsSince(handshake.startedMs),
        status: '101',
        errorType: undefined,
        route: handshake.route,
      });
      return handshake;
    }
    return undefined;
  }

  /** A WebSocket of this URL has closed without opening: since undici 8, all that tells of an answer that it did not accept. */
  closedUnopened(url: string): void {
    const { host, pathname, search } = new URL(url);
    for (const handshake of this.#written) {
      const { origin, path } = handshake.request;
      if (!handshake.isAccepted || path !== pathname + search || new URL(String(origin)).host !== host) continue;
      this.#end(handshake.request);
      this.#failed(handshake, undefined, 'invalid_response');
      return;
    }
  }

  close(): void {
    this.#written.clear();
    this.#challenged.clear();
  }

  #end(request: UpgradeRequest): Handshake | undefined {
    const handshake = this.#underWay.get(request);
    if (handshake) this.#written.delete(handshake);
    this.#underWay.delete(request);
    return handshake;
  }

  #failed(handshake: Handshake, status: string | undefined, errorType: string): void {
    // one `new WebSocket` that fails is one failure, however often undici asked
    if (handshake.isRepeated) return;
    const durationSeconds = this.#secondsSince(handshake.startedMs);
    this.#client.handshakeEnded({ durationSeconds, status, errorType, route: handshake.route });
    this.#client.socketFailed(errorType);
  }

  #awaitSecond(key: string): void {
    if (this.#challenged.size === MAX_CHALLENGES) {
      for (const oldest of this.#challenged) {
        this.#challenged.delete(oldest);
        break;
      }
    }
    if (key !== '') this.#challenged.add(key);
  }

  #secondsSince(startedMs: number): number {
    return (this.#clock.monotonicMs() - startedMs) / 1000;
  }
}

/** undici aborts the request both when it is told to close and when it does not like the answer. */
function failureOf({ socket, bytesReadBefore }: Handshake, error: unknown): string {
  if ((error as { name?: unknown } | null)?.name !== 'AbortError') return errorTypeOf(error);
  return socket && socket.bytesRead > bytesReadBefore ? 'invalid_response' : 'aborted';
}

/** `Sec-WebSocket-Key`, which is another one for each WebSocket; empty before undici 6, which never asks twice. */
function keyOf({ headers }: UpgradeRequest): string {
  if (!Array.isArray(headers)) return '';
  const index = headers.indexOf('sec-websocket-key');
  const key: unknown = index < 0 ? undefined : headers[index + 1];
  return typeof key === 'string' ? key : '';
}

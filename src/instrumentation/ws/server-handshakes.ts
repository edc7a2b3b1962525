import type { Clock } from '../../base/clock.ts';
import type { WebSocketRecorder } from '../../recording/websocket-recorder.ts';
import type { PathMatch, Paths } from '../paths.ts';
import type { Guard } from './guard.ts';
import { ResponseTap } from './response-tap.ts';
import type { RawSocket, UpgradeRequest } from './types.ts';

/** A handshake whose end is still to come; undefined once it has come. */
interface Pending {
  readonly path: PathMatch;
  readonly startMs: number;
  tap: ResponseTap | undefined;
}

const SWITCHING_PROTOCOLS = '101';

const UPGRADE_REQUIRED = '426';

/** Handshakes on servers, from the request to the open socket or the refusal, whoever refuses. */
export class ServerHandshakes {
  readonly #clock: Clock;
  readonly #server: WebSocketRecorder;
  readonly #paths: Paths;
  readonly #bySocket = new WeakMap<RawSocket, Pending | undefined>();
  readonly #pending = new Set<Pending>();

  readonly #guard: Guard;

  constructor(clock: Clock, guard: Guard, server: WebSocketRecorder, paths: Paths) {
    this.#clock = clock;
    this.#guard = guard;
    this.#server = server;
    this.#paths = paths;
  }

  /** Looks at no socket any more. */
  close(): void {
    for (const { tap } of this.#pending) tap?.remove();
    this.#pending.clear();
  }

  /** A request for an upgrade has come. Without effect on a socket whose handshake was seen already. Never throws. */
  begin(request: UpgradeRequest, socket: RawSocket): void {
    this.#guard(() => {
      if (this.#bySocket.has(socket)) return;
      const path = this.#paths.match(request.url);
      const pending: Pending = { path, startMs: this.#clock.monotonicMs(), tap: undefined };
      this.#bySocket.set(socket, pending);
      if (path.ignored) return;
      this.#pending.add(pending);
      pending.tap = new ResponseTap(socket, (status, errorType) => {
        // who switches protocols without ws is no concern of ours; ws says itself when the socket is ready
        if (status === SWITCHING_PROTOCOLS) this.#pending.delete(pending);
        else this.#end(socket, status, errorType ?? status);
      });
    });
  }

  /** The socket is a WebSocket now. @returns undefined where no request was seen */
  accepted(socket: RawSocket): PathMatch | undefined {
    const path = this.#bySocket.get(socket)?.path;
    this.#end(socket, SWITCHING_PROTOCOLS, undefined);
    return path;
  }

  /** A request that asks for no upgrade was told that it must. Never throws. */
  required(request: UpgradeRequest, startMs: number): void {
    this.#guard(() => {
      this.#record(this.#paths.match(request.url), startMs, UPGRADE_REQUIRED, UPGRADE_REQUIRED);
    });
  }

  #end(socket: RawSocket, status: string | undefined, errorType: string | undefined): void {
    const pending = this.#bySocket.get(socket);
    if (!pending) return;
    this.#bySocket.set(socket, undefined);
    this.#pending.delete(pending);
    pending.tap?.remove();
    this.#record(pending.path, pending.startMs, status, errorType);
  }

  #record(path: PathMatch, startMs: number, status: string | undefined, errorType: string | undefined): void {
    if (path.ignored) return;
    const durationSeconds = (this.#clock.monotonicMs() - startMs) / 1000;
    this.#server.handshakeEnded({ durationSeconds, status, errorType, route: path.route });
  }
}

import type { Clock } from '../../base/clock.ts';
import type { WebSocketRecorder } from '../../recording/websocket-recorder.ts';
import type { PathMatch, Paths } from '../paths.ts';
import type { Guard } from '../guard.ts';
import { ResponseTap } from './response-tap.ts';
import type { RawSocket, UpgradeRequest } from './types.ts';

interface Handshake {
  readonly path: PathMatch;
  readonly startMs: number;
  /** While its end is still to come. */
  tap: ResponseTap | undefined;
}

const SWITCHING_PROTOCOLS = '101';
const UPGRADE_REQUIRED = '426';

/** Handshakes on servers, from the request to the open socket or the refusal, whoever refuses. */
export class ServerHandshakes {
  readonly #clock: Clock;
  readonly #server: WebSocketRecorder;
  readonly #paths: Paths;
  readonly #guard: Guard;
  readonly #bySocket = new WeakMap<RawSocket, Handshake>();
  readonly #pending = new Set<Handshake>();

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
      const handshake: Handshake = { path, startMs: this.#clock.monotonicMs(), tap: undefined };
      this.#bySocket.set(socket, handshake);
      if (path.ignored) return;
      if (socket.destroyed) {
        // it tells nothing any more
        this.#record(handshake, undefined, socket.readableEnded ? 'client_closed' : 'destroyed');
        return;
      }
      this.#pending.add(handshake);
      handshake.tap = new ResponseTap(socket, (status, errorType) => {
        this.#pending.delete(handshake);
        handshake.tap = undefined;
        this.#record(handshake, status, status === SWITCHING_PROTOCOLS ? undefined : (errorType ?? status));
      });
    });
  }

  /** What is known of the path of a socket; undefined where no request was seen. */
  pathOf(socket: RawSocket): PathMatch | undefined {
    return this.#bySocket.get(socket)?.path;
  }

  /** A request that asks for no upgrade was told that it must. Never throws. */
  required(request: UpgradeRequest, startMs: number): void {
    this.#guard(() => {
      this.#record({ path: this.#paths.match(request.url), startMs }, UPGRADE_REQUIRED, UPGRADE_REQUIRED);
    });
  }

  #record({ path, startMs }: Omit<Handshake, 'tap'>, status: string | undefined, errorType: string | undefined): void {
    if (path.ignored) return;
    const durationSeconds = (this.#clock.monotonicMs() - startMs) / 1000;
    this.#server.handshakeEnded({ durationSeconds, status, errorType, route: path.route });
  }
}

import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import type { Paths } from '../paths.ts';
import type { ClientHandshakes } from './client-handshakes.ts';
import type { Guard } from '../guard.ts';
import { closeCodeLabel, errorTypeOf } from '../labels.ts';
import type { ServerHandshakes } from './server-handshakes.ts';
import { SocketState } from './socket-state.ts';
import type { Sockets } from './sockets.ts';
import type { RawSocket, WsSocket } from './types.ts';

export interface SocketObserverOptions {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly sockets: Sockets;
  readonly paths: Paths;
  readonly clientHandshakes: ClientHandshakes;
  readonly serverHandshakes: ServerHandshakes;
}

/** Makes figures of how sockets open, are pinged, fail and close. No method throws. */
export class SocketObserver {
  readonly #options: SocketObserverOptions;
  readonly #sockets: Sockets;
  /** Clients that did not get to open, and whose error was counted. */
  readonly #failedClients = new WeakSet<WsSocket>();

  constructor(options: SocketObserverOptions) {
    this.#options = options;
    this.#sockets = options.sockets;
  }

  /** A socket is about to be open. Undone by {@link openFailed}. */
  opening(socket: WsSocket, raw: RawSocket, head: Buffer): void {
    this.#options.guard(() => {
      if (this.#sockets.stateOf(socket)) return;
      const { ignored, route } = this.#handshakeOf(socket, raw);
      if (ignored) return;
      const recorder = this.#sockets.recorderOf(socket);
      this.#sockets.add(new SocketState(socket, recorder, route, this.#nowMs(), raw, head.length));
      recorder.connectionOpened();
    });
  }

  /** The socket did not open after all. */
  openFailed(socket: WsSocket): void {
    const state = this.#sockets.stateOf(socket);
    if (state) this.#sockets.delete(state);
  }

  /** The socket has its sender. */
  opened(socket: WsSocket): void {
    this.#options.guard(() => {
      const state = this.#sockets.stateOf(socket);
      if (state) this.#sockets.addSender(state);
    });
  }

  /** A client has an answer to its handshake that may open it. */
  upgrading(socket: WsSocket): void {
    this.#options.guard(() => {
      this.#options.clientHandshakes.answered(socket);
    });
  }

  /** A client has an answer to its handshake that does not. */
  refused(socket: WsSocket, request: ClientRequest, response: IncomingMessage | undefined): void {
    this.#options.guard(() => {
      // an application may emit the event itself, with anything
      const { statusCode } = response ?? {};
      if (statusCode === undefined) return;
      this.#options.clientHandshakes.refused(socket, request, statusCode);
      this.#clientFailed(socket, String(statusCode));
    });
  }

  pingSent(socket: WsSocket, data: unknown): void {
    this.#options.guard(() => this.#sockets.stateOf(socket)?.pings.sent(data, this.#nowMs(), false));
  }

  /** @returns whether it answers a ping of the instrumentation, of which the application knows nothing */
  pongReceived(socket: WsSocket, data: unknown): boolean {
    let ours = false;
    this.#options.guard(() => {
      const state = this.#sockets.stateOf(socket);
      const roundTrip = state?.pings.answered(data, this.#nowMs());
      if (!roundTrip) return;
      ours = roundTrip.ours;
      state?.recorder.pongReceived(roundTrip.durationMs / 1000);
    });
    return ours;
  }

  failed(socket: WsSocket, error: unknown): void {
    this.#options.guard(() => {
      const errorType = errorTypeOf(error);
      const state = this.#sockets.stateOf(socket);
      if (!state && !socket._isServer && !socket._socket) {
        this.#options.clientHandshakes.failed(socket, error, errorType);
        this.#clientFailed(socket, errorType);
        return;
      }
      if (state) state.errorType = errorType;
      if (this.#sockets.isMeasured(socket)) this.#sockets.recorderOf(socket).socketFailed(errorType);
    });
  }

  /** This end asks to close. @returns whether it is the first that asks; then {@link closeFailed} undoes it */
  closing(socket: WsSocket): boolean {
    const state = this.#sockets.stateOf(socket);
    if (!state || state.closedBy !== undefined) return false;
    state.closedBy = socket._closeFrameReceived ? 'remote' : 'local';
    return true;
  }

  /** It could not be asked for. */
  closeFailed(socket: WsSocket): void {
    const state = this.#sockets.stateOf(socket);
    if (state) state.closedBy = undefined;
  }

  closed(socket: WsSocket, code: unknown): void {
    this.#options.guard(() => {
      const state = this.#sockets.stateOf(socket);
      if (!state) return;
      this.#sockets.delete(state);
      state.recordNetworkIo();
      // ws keeps it to itself
      if (code === 1006 && state.errorType === undefined && state.networkError) {
        state.errorType = errorTypeOf(state.networkError);
        state.recorder.socketFailed(state.errorType);
      }
      state.recorder.connectionClosed({
        durationSeconds: (this.#nowMs() - state.openedMs) / 1000,
        code: closeCodeLabel(code),
        initiator: state.closedBy ?? (code === 1006 ? 'none' : 'remote'),
        errorType: state.errorType,
        route: state.route,
      });
    });
  }

  /** Ends the handshake, and says what is known of the path. */
  #handshakeOf(socket: WsSocket, raw: RawSocket): { ignored: boolean; route: string | undefined } {
    if (!socket._isServer) return this.#options.clientHandshakes.accepted(socket);
    return this.#options.serverHandshakes.pathOf(raw) ?? this.#options.paths.match(undefined);
  }

  /** Once: an application that reads a refusal itself ends the client by a second error. */
  #clientFailed(socket: WsSocket, errorType: string): void {
    if (this.#failedClients.has(socket)) return;
    this.#failedClients.add(socket);
    if (this.#sockets.isMeasured(socket)) this.#sockets.recorderOf(socket).socketFailed(errorType);
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}

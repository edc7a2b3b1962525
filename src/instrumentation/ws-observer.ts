import type { Clock } from '../base/clock.ts';
import type { OnceLogger } from '../base/logger.ts';
import type { ConnectionCounts, WebSocketRecorder } from '../recording/websocket-recorder.ts';
import { OTHER_ERROR, closeCodeLabel, errorTypeOf } from './ws-labels.ts';
import { payloadBytes, receivedBytes } from './ws-payload.ts';
import { SocketState } from './ws-socket-state.ts';
import type { SendOptions, WsSocket } from './ws-types.ts';

const NO_OPTIONS: SendOptions = {};

export interface WsObserverOptions {
  readonly clock: Clock;
  readonly logger: OnceLogger;
  readonly server: WebSocketRecorder;
  readonly client: WebSocketRecorder;
  /** A connection without a data message for this long is idle. */
  readonly idleAfterMs: number;
}

/** Makes figures of what the patched methods see. No method throws. */
export class WsObserver {
  readonly #options: WsObserverOptions;
  readonly #states = new WeakMap<WsSocket, SocketState>();
  readonly #open: Record<'server' | 'client', Set<SocketState>> = { server: new Set(), client: new Set() };
  readonly #undo: (() => void)[];
  /** When the handlers began that are running; undefined outside of handlers. */
  #handlingMs: number | undefined = undefined;
  /** The socket that was looked up last: who answers a message asks for it twice. */
  #lastSocket: WsSocket | undefined = undefined;
  #lastState: SocketState | undefined = undefined;

  constructor(options: WsObserverOptions) {
    this.#options = options;
    this.#undo = (['server', 'client'] as const).map((role) =>
      options[role].observeConnections(() => this.#count(this.#open[role])),
    );
  }

  /** Forgets all sockets. */
  close(): void {
    for (const undo of this.#undo) undo();
    for (const open of Object.values(this.#open)) open.clear();
  }

  /** A socket is about to be open. Undone by {@link openFailed}. */
  opening(socket: WsSocket): void {
    this.#guard(() => {
      if (this.#states.has(socket)) return;
      const recorder = this.#recorderOf(socket);
      const state = new SocketState(recorder, this.#nowMs());
      this.#states.set(socket, state);
      this.#lastSocket = this.#lastState = undefined;
      this.#openOf(state).add(state);
      recorder.connectionOpened();
    });
  }

  /** @returns what {@link messageHandled} takes, or undefined for a socket that was open before us */
  messageReceived(socket: WsSocket, data: unknown, isBinary: unknown): SocketState | undefined {
    const state = this.#stateOf(socket);
    if (state === undefined) return undefined;
    try {
      // ws 7 says by the type of the data what ws 8 says by a flag
      const binary = typeof isBinary === 'boolean' ? isBinary : typeof data !== 'string';
      state.recorder.observeMessage('receive', binary ? 'binary' : 'text', receivedBytes(data));
    } catch (error) {
      this.#unmeasured(error);
    }
    this.#handlingMs = state.handlingMs = state.activeMs = this.#options.clock.monotonicMs();
    return state;
  }

  /** @param handled whether there was a handler at all */
  messageHandled(state: SocketState, failed: boolean, handled: boolean): void {
    this.#handlingMs = undefined;
    if (!handled) return;
    const seconds = (this.#options.clock.monotonicMs() - state.handlingMs) / 1000;
    state.recorder.messageProcessed(seconds, failed ? OTHER_ERROR : undefined);
  }

  messageSent(socket: WsSocket, data: unknown, options: unknown): void {
    const state = this.#stateOf(socket);
    if (state === undefined) return;
    try {
      // within a handler the time of its beginning does: reading the clock costs more than counting the message
      state.activeMs = this.#handlingMs ?? this.#options.clock.monotonicMs();
      const given = (typeof options === 'object' && options !== null ? options : NO_OPTIONS) as SendOptions;
      // as ws reads its options: a member that is there counts, undefined too
      const isBinary = 'binary' in given ? Boolean(given.binary) : typeof data !== 'string' && typeof data !== 'number';
      state.fragmentType ??= isBinary ? 'binary' : 'text';
      state.fragmentBytes += payloadBytes(data);
      if ('fin' in given && !given.fin) return;
      state.recorder.observeMessage('transmit', state.fragmentType, state.fragmentBytes);
      state.fragmentType = undefined;
      state.fragmentBytes = 0;
    } catch (error) {
      this.#unmeasured(error);
    }
  }

  pingSent(socket: WsSocket, data: unknown): void {
    this.#guard(() => this.#states.get(socket)?.pingSent(payloadKey(data), this.#nowMs()));
  }

  pongReceived(socket: WsSocket, data: unknown): void {
    this.#guard(() => {
      const state = this.#states.get(socket);
      const roundTripMs = state?.pongReceived(payloadKey(data), this.#nowMs());
      if (roundTripMs !== undefined) state?.recorder.pongReceived(roundTripMs / 1000);
    });
  }

  failed(socket: WsSocket, error: unknown): void {
    this.#guard(() => {
      const errorType = errorTypeOf(error);
      const state = this.#states.get(socket);
      if (state) state.errorType = errorType;
      this.#recorderOf(socket).socketFailed(errorType);
    });
  }

  /** This end asks to close; a no-op where the other end asked first. */
  closing(socket: WsSocket): void {
    const state = this.#states.get(socket);
    if (state) state.closedBy ??= socket._closeFrameReceived ? 'remote' : 'local';
  }

  closed(socket: WsSocket, code: unknown): void {
    this.#guard(() => {
      const state = this.#forget(socket);
      state?.recorder.connectionClosed({
        durationSeconds: (this.#nowMs() - state.openedMs) / 1000,
        code: closeCodeLabel(code),
        initiator: state.closedBy ?? (code === 1006 ? 'none' : 'remote'),
        errorType: state.errorType,
      });
    });
  }

  /** The socket did not open after all. */
  openFailed(socket: WsSocket): void {
    this.#forget(socket);
  }

  #stateOf(socket: WsSocket): SocketState | undefined {
    if (socket === this.#lastSocket) return this.#lastState;
    const state = this.#states.get(socket);
    this.#lastSocket = socket;
    this.#lastState = state;
    return state;
  }

  #forget(socket: WsSocket): SocketState | undefined {
    const state = this.#states.get(socket);
    this.#lastSocket = this.#lastState = undefined;
    if (state) {
      this.#states.delete(socket);
      this.#openOf(state).delete(state);
    }
    return state;
  }

  #count(open: ReadonlySet<SocketState>): ConnectionCounts {
    const idleSinceMs = this.#nowMs() - this.#options.idleAfterMs;
    let idle = 0;
    for (const { activeMs } of open) if (activeMs <= idleSinceMs) idle++;
    return { active: open.size - idle, idle };
  }

  #recorderOf(socket: WsSocket): WebSocketRecorder {
    return socket._isServer ? this.#options.server : this.#options.client;
  }

  #openOf(state: SocketState): Set<SocketState> {
    return state.recorder === this.#options.server ? this.#open.server : this.#open.client;
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }

  /** Measuring must not break what is measured. */
  #guard(observe: () => void): void {
    try {
      observe();
    } catch (error) {
      this.#unmeasured(error);
    }
  }

  #unmeasured(error: unknown): void {
    this.#options.logger.warnOnce('ws observer', `something of a ws socket could not be measured: ${String(error)}`);
  }
}

/** A ping's payload as a key; without one, the empty string. */
function payloadKey(data: unknown): string {
  if (data === undefined || data === null || typeof data === 'function') return '';
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  if (data instanceof ArrayBuffer) return Buffer.from(data).toString('latin1');
  // ws sends text as UTF-8, and the pong comes back as bytes
  return Buffer.from(String(data as string | number)).toString('latin1');
}

import type { Clock } from '../../base/clock.ts';
import { textOf } from '../../base/errors.ts';
import type { OnceLogger } from '../../base/logger.ts';
import type { Direction } from '../../catalog/websocket.ts';
import { isData, isFinal, payloadOf } from './frame.ts';
import type { Frame } from './frame.ts';
import { OTHER_ERROR, errorTypeOf } from '../labels.ts';
import type { Returned } from './handlers.ts';
import type { MessageTypeOf } from './message-type.ts';
import { payloadBytes, receivedBytes } from './payload.ts';
import { PromiseEnds } from './promise-ends.ts';
import type { SocketState } from './socket-state.ts';
import type { Sockets } from './sockets.ts';
import { CLOSING } from './types.ts';
import type { SendOptions, WsSocket } from './types.ts';

const NO_OPTIONS: SendOptions = {};

export interface MessageObserverOptions {
  readonly clock: Clock;
  readonly logger: OnceLogger;
  readonly sockets: Sockets;
  readonly typeOf: MessageTypeOf | undefined;
}

/** Makes figures of the data messages that go through patched methods. No method throws. */
export class MessageObserver {
  readonly #clock: Clock;
  readonly #logger: OnceLogger;
  readonly #sockets: Sockets;
  readonly #typeOf: MessageTypeOf | undefined;
  readonly #promiseEnds = new PromiseEnds();
  #isClosed = false;
  /** When the handlers began that are running; undefined outside of handlers. */
  #handlingMs: number | undefined = undefined;

  constructor({ clock, logger, sockets, typeOf }: MessageObserverOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#sockets = sockets;
    this.#typeOf = typeOf;
  }

  /** Records nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#promiseEnds.close();
  }

  /** Its handlers begin now. @returns undefined: do not measure */
  received(socket: WsSocket, data: unknown, isBinary: unknown): SocketState | undefined {
    const state = this.#sockets.stateOf(socket);
    if (state === undefined) return undefined;
    try {
      // ws 7 says by the type of the data what ws 8 says by a flag
      const binary = typeof isBinary === 'boolean' ? isBinary : typeof data !== 'string';
      this.#record(state, 'receive', binary, data, receivedBytes(data));
    } catch (error) {
      this.#unmeasured(error);
    }
    this.#handlingMs = state.activeMs = this.#clock.monotonicMs();
    return state;
  }

  /**
   * The handlers of a message have returned, or one of them has thrown.
   *
   * @param state undefined where there was no handler
   * @param startMs what `state.activeMs` was when they began
   * @param promises what they returned of which the end is still to come
   */
  handlersReturned(
    state: SocketState | undefined,
    startMs: number,
    failed: boolean,
    promises: readonly Returned[] = [],
  ): void {
    this.#handlingMs = undefined;
    if (state === undefined) return;
    // after a throw there are none: those of other handlers are left alone
    if (promises.length === 0) this.#processed(state, startMs, failed ? OTHER_ERROR : undefined);
    else this.#awaitAll(state, startMs, promises);
  }

  /** A `send()` on an open socket begins. @returns what {@link sent} takes; undefined: do not measure */
  sending(socket: WsSocket): SocketState | undefined {
    const state = this.#sockets.stateOf(socket);
    if (state === undefined) return undefined;
    state.framesDue++;
    if (socket._sender) this.#sockets.expectFrame(socket._sender, state);
    return state;
  }

  /** A `send()` has returned, or thrown. */
  sent(state: SocketState, data: unknown, options: unknown, failed: boolean): void {
    if (failed) {
      if (state.framesDue > 0) state.framesDue--;
      return;
    }
    try {
      // within a handler the time of its beginning does: reading the clock costs more than counting the message
      state.activeMs = this.#handlingMs ?? this.#clock.monotonicMs();
      const given = optionsOf(options);
      // as ws reads its options: a member that is there counts, undefined too
      const isBinary = 'binary' in given ? Boolean(given.binary) : typeof data !== 'string' && typeof data !== 'number';
      this.#transmitted(state, isBinary, data, payloadBytes(data), isLast(given));
    } catch (error) {
      this.#unmeasured(error);
    }
  }

  /** A `send()` on a socket that is no longer open. */
  dropped(socket: WsSocket, options: unknown): void {
    try {
      if (!this.#sockets.isMeasured(socket) || !isLast(optionsOf(options))) return;
      this.#sockets.recorderOf(socket).messageDropped(socket.readyState === CLOSING ? 'closing' : 'closed');
    } catch (error) {
      this.#unmeasured(error);
    }
  }

  /** A frame is written to the network. Of what bypasses `send()`, such as socket.io's broadcasts, nothing else is seen. */
  frameSent(sender: object, frame: Frame): void {
    try {
      if (!isData(frame)) return;
      const state = this.#sockets.stateOfSender(sender);
      if (state === undefined) return;
      if (state.framesDue > 0) {
        state.framesDue--;
        return;
      }
      const { isBinary, data, sizeBytes } = payloadOf(frame);
      state.activeMs = this.#handlingMs ?? this.#clock.monotonicMs();
      this.#transmitted(state, isBinary, data, sizeBytes, isFinal(frame));
    } catch (error) {
      this.#unmeasured(error);
    }
  }

  #transmitted(state: SocketState, isBinary: boolean, data: unknown, sizeBytes: number, isLast: boolean): void {
    const isWhole = isLast && state.fragmentType === undefined;
    state.fragmentType ??= isBinary ? 'binary' : 'text';
    state.fragmentBytes += sizeBytes;
    if (!isLast) return;
    const isBinaryMessage = state.fragmentType === 'binary';
    this.#record(state, 'transmit', isBinaryMessage, isWhole ? data : undefined, state.fragmentBytes);
    state.fragmentType = undefined;
    state.fragmentBytes = 0;
  }

  #record(state: SocketState, direction: Direction, isBinary: boolean, data: unknown, sizeBytes: number): void {
    const type =
      (this.#typeOf && this.#ask(this.#typeOf, state, direction, isBinary, data)) ?? (isBinary ? 'binary' : 'text');
    state.recorder.observeMessage(state.traffic, direction, type, sizeBytes);
  }

  #ask(
    typeOf: MessageTypeOf,
    state: SocketState,
    direction: Direction,
    isBinary: boolean,
    data: unknown,
  ): string | undefined {
    try {
      const type: unknown = typeOf(data, { role: state.role, direction, isBinary });
      if (type === undefined || typeof type === 'string') return type;
      this.#logger.warnOnce('messageType value', `messageType gave a ${typeof type}; it gives a string or undefined`);
    } catch (error) {
      this.#logger.warnOnce('messageType failed', `messageType threw: ${textOf(error)}`);
    }
    return undefined;
  }

  #awaitAll(state: SocketState, startMs: number, promises: readonly Returned[]): void {
    let left = promises.length;
    let errorType: string | undefined;
    for (const returned of promises) {
      this.#await(returned, (failedWith) => {
        errorType ??= failedWith;
        if (--left === 0) this.#processed(state, startMs, errorType);
      });
    }
  }

  #processed(state: SocketState, startMs: number, errorType: string | undefined): void {
    if (this.#isClosed) return;
    state.recorder.messageProcessed((this.#clock.monotonicMs() - startMs) / 1000, errorType);
  }

  /** Calls `settled` at the end of a promise, and leaves its rejection as handled or unhandled as it was. */
  #await({ promise, isUnshared }: Returned, settled: (errorType: string | undefined) => void): void {
    if (!isUnshared) {
      this.#promiseEnds.watch(promise, settled);
      return;
    }
    promise.then(
      () => {
        settled(undefined);
      },
      (reason: unknown) => {
        settled(this.#errorTypeOf(reason));
        throw reason;
      },
    );
  }

  #errorTypeOf(reason: unknown): string {
    try {
      return errorTypeOf(reason);
    } catch {
      return OTHER_ERROR;
    }
  }

  #unmeasured(error: unknown): void {
    this.#logger.warnOnce('ws messages', `a message of a ws socket could not be measured: ${textOf(error)}`);
  }
}

function optionsOf(options: unknown): SendOptions {
  return typeof options === 'object' && options !== null ? options : NO_OPTIONS;
}

function isLast(options: SendOptions): boolean {
  return !('fin' in options) || Boolean(options.fin);
}

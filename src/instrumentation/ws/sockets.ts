import type { Clock } from '../../base/clock.ts';
import type { WebSocketRole } from '../../catalog/websocket.ts';
import type { WebSocketRecorder } from '../../recording/websocket-recorder.ts';
import type { Paths } from '../paths.ts';
import { OpenSockets } from './open-sockets.ts';
import type { SocketState } from './socket-state.ts';
import { createStamps } from './stamps.ts';
import { roleOf } from './types.ts';
import type { WsSocket } from './types.ts';

/** All sockets that are measured: which of them are open, and the state of each. */
export class Sockets {
  readonly open: Readonly<Record<WebSocketRole, OpenSockets>>;
  readonly #recorders: Readonly<Record<WebSocketRole, WebSocketRecorder>>;
  readonly #states = createStamps<SocketState>();
  readonly #bySender = new WeakMap<object, SocketState>();
  readonly #closed = createStamps<true>();
  readonly #paths: Paths;
  readonly #undo: (() => void)[];
  #lastSender: object | undefined = undefined;
  #lastSenderState: SocketState | undefined = undefined;

  constructor(
    recorders: Readonly<Record<WebSocketRole, WebSocketRecorder>>,
    clock: Clock,
    paths: Paths,
    idleAfterMs: number,
  ) {
    this.#recorders = recorders;
    this.#paths = paths;
    this.open = { server: new OpenSockets(clock, idleAfterMs), client: new OpenSockets(clock, idleAfterMs) };
    this.#undo = (['server', 'client'] as const).map((role) => recorders[role].observeConnections(this.open[role]));
  }

  /** Forgets all sockets. */
  close(): void {
    for (const undo of this.#undo) undo();
    for (const open of Object.values(this.open)) open.clear();
    this.#forgetLast();
  }

  recorderOf(socket: WsSocket): WebSocketRecorder {
    return this.#recorders[roleOf(socket)];
  }

  /** @returns undefined for a socket that is not open, was open before us, or is ignored */
  stateOf(socket: WsSocket): SocketState | undefined {
    return this.#states.get(socket);
  }

  stateOfSender(sender: object): SocketState | undefined {
    return sender === this.#lastSender ? this.#lastSenderState : this.#bySender.get(sender);
  }

  /** The next state to be asked for by sender is likely this one. */
  expectFrame(sender: object, state: SocketState): void {
    this.#lastSender = sender;
    this.#lastSenderState = state;
  }

  add(state: SocketState): void {
    this.#states.set(state.socket, state);
    this.open[state.role].add(state);
    this.#forgetLast();
  }

  /** From now on the state is found by the socket's sender too. */
  addSender(state: SocketState): void {
    if (state.socket._sender) this.#bySender.set(state.socket._sender, state);
  }

  delete(state: SocketState): void {
    this.#states.set(state.socket, undefined);
    this.#closed.set(state.socket, true);
    this.open[state.role].delete(state);
    this.#forgetLast();
  }

  /** Whether it is or was open under our eyes, or is a client that did not get to open. */
  isMeasured(socket: WsSocket): boolean {
    if (this.stateOf(socket) ?? this.#closed.get(socket)) return true;
    const neverOpened = !socket._isServer && !socket._socket;
    return neverOpened && !this.#paths.match(socket.url).ignored;
  }

  #forgetLast(): void {
    this.#lastSender = this.#lastSenderState = undefined;
  }
}

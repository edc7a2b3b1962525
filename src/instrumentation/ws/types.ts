// The little of `ws` that the instrumentation relies on, the same in 7.5 and every 8.x. No import: `ws` is the application's.

import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketRole } from '../../catalog/websocket.ts';

/** A network socket, or a stream that stands in for one and knows no bytes. */
export type RawSocket = Duplex & { readonly bytesRead?: number; readonly bytesWritten?: number };

/** A WebSocket of the `ws` package, either end. */
export interface WsSocket {
  readonly readyState: number;
  readonly bufferedAmount: number;
  /** A client's; undefined on a server. */
  readonly url?: string;
  /** Set by the constructor: whether the socket came from a `WebSocketServer`. */
  readonly _isServer: boolean;
  /** Whether the other end has sent its close frame. */
  readonly _closeFrameReceived: boolean;
  /** A client's handshake, while it lasts. */
  readonly _req?: ClientRequest | null;
  /** Frames what is sent. Set when the socket opens. */
  readonly _sender?: WsSender;
  /** The network socket; null before a client is open, and for good if it never gets to be. */
  readonly _socket?: object | null;
}

/** What frames and writes the messages of one socket. */
interface WsSender {
  ping(data: Buffer, mask: boolean): void;
}

/** The `WebSocket` or `WebSocketServer` class of one copy of `ws`. */
export interface WsClass {
  readonly prototype: object;
}

/** The classes of one copy of `ws`. */
export interface WsClasses {
  /** `WebSocket` of `ws`, or a subclass of it. */
  readonly WebSocket: WsClass;
  /** `WebSocketServer` of `ws`, or a subclass of it. Without it, handshakes are seen on servers of `node:http` and `node:https` only. */
  readonly WebSocketServer?: WsClass;
}

/** What an application hands to `send`; ws asks only whether a member is truthy. */
export interface SendOptions {
  readonly binary?: unknown;
  readonly fin?: unknown;
}

/** The part of a handshake's request that is looked at. */
export type UpgradeRequest = Pick<IncomingMessage, 'url' | 'headers'>;

/** `WebSocket.CONNECTING`, `.OPEN`, `.CLOSING`, `.CLOSED` */
export const CONNECTING = 0;
export const OPEN = 1;
export const CLOSING = 2;
export const CLOSED = 3;

/** Which end a socket is. */
export function roleOf(socket: WsSocket): WebSocketRole {
  return socket._isServer ? 'server' : 'client';
}

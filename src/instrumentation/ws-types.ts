// The little of `ws` that the instrumentation relies on, the same in 7.5 and every 8.x. Types only: `ws` is the application's.

/** A WebSocket of the `ws` package, either end. */
export interface WsSocket {
  readonly readyState: number;
  /** Set by the constructor: whether the socket came from a `WebSocketServer`. */
  readonly _isServer: boolean;
  /** Whether the other end has sent its close frame. */
  readonly _closeFrameReceived: boolean;
}

/** The `WebSocket` class of one copy of `ws`. */
export interface WsClass {
  readonly prototype: object;
}

/** What an application hands to `send`; ws asks only whether a member is truthy. */
export interface SendOptions {
  readonly binary?: unknown;
  readonly fin?: unknown;
}

/** `WebSocket.OPEN` */
export const OPEN = 1;

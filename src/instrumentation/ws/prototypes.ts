import type { WsClass, WsClasses } from './types.ts';

/** The prototypes of one copy of `ws` that have the methods to be wrapped. */
export interface WsPrototypes {
  readonly socket: object;
  /** Undefined: handshakes are seen on servers of `node:http` and `node:https` only. */
  readonly server: object | undefined;
}

/**
 * Finds the prototypes; of a subclass, those of the class of `ws` that it extends, so that no socket is seen twice.
 *
 * @throws TypeError where a class is none of `ws`
 */
export function prototypesOf(classes: WsClasses): WsPrototypes {
  const { WebSocket, WebSocketServer } = (classes as Partial<WsClasses> | undefined) ?? {};
  return {
    socket: baseWith('setSocket', WebSocket, 'WebSocket'),
    server: WebSocketServer === undefined ? undefined : baseWith('handleUpgrade', WebSocketServer, 'WebSocketServer'),
  };
}

function baseWith(method: string, wsClass: WsClass | undefined, name: string): object {
  let base: object | undefined;
  for (let owner = wsClass?.prototype; owner; owner = Object.getPrototypeOf(owner) as object | undefined)
    if (Object.hasOwn(owner, method)) base = owner;
  if (base) return base;
  throw new TypeError(`instrument: ${name} is to be the class of ws; what was given has no method ${method}`);
}

import type { WsObserver } from './ws-observer.ts';
import { OPEN } from './ws-types.ts';
import type { WsClass, WsSocket } from './ws-types.ts';

type Method = (this: WsSocket, ...args: unknown[]) => unknown;

/** Whether the patched methods still observe. Off, they only pass calls on. */
interface Switch {
  on: boolean;
}

/**
 * Has an observer told of what the sockets of one copy of `ws` do, by wrapping methods of `WebSocket.prototype`. Adds no
 * listener, callback or property to a socket, and replaces no class.
 *
 * @returns how to put everything back
 */
export function patchWebSocket({ prototype }: WsClass, observer: WsObserver): () => void {
  const observing: Switch = { on: true };
  const methods = prototype as Record<string, Method>;
  const undo = Object.entries(wrappersFor(observer, observing)).map(([name, wrap]) => replace(methods, name, wrap));
  return () => {
    // first, for methods that somebody else has wrapped since and that can therefore not be put back
    observing.on = false;
    for (const putBack of undo.reverse()) putBack();
  };
}

// Each wrapper passes `arguments` on as they came: their number is part of what ws does, and V8 forwards them without a copy.
/* eslint-disable prefer-rest-params */
function wrappersFor(observer: WsObserver, observing: Switch): Record<string, (original: Method) => Method> {
  return {
    setSocket: (original) =>
      function setSocket(this: WsSocket) {
        if (!observing.on) return original.apply(this, arguments as never);
        observer.opening(this);
        let opened = false;
        try {
          const result = original.apply(this, arguments as never);
          opened = true;
          return result;
        } finally {
          if (!opened) observer.openFailed(this);
        }
      },
    emit: (original) =>
      function emit(this: WsSocket, event: unknown, first: unknown, second: unknown) {
        if (!observing.on) return original.apply(this, arguments as never);
        if (event === 'message') {
          const state = observer.messageReceived(this, first, second);
          if (state === undefined) return original.apply(this, arguments as never);
          let returned: unknown = undefined;
          let failed = true;
          // no catch: a rethrow would move the place that Node prints for an uncaught error
          try {
            returned = original.apply(this, arguments as never);
            failed = false;
            return returned;
          } finally {
            observer.messageHandled(state, failed, failed || returned === true);
          }
        }
        if (event === 'pong') observer.pongReceived(this, first);
        else if (event === 'error') observer.failed(this, first);
        else if (event === 'close') observer.closed(this, first);
        return original.apply(this, arguments as never);
      },
    send: (original) =>
      function send(this: WsSocket, data: unknown, options: unknown) {
        const open = observing.on && this.readyState === OPEN;
        const result = original.apply(this, arguments as never);
        if (open) observer.messageSent(this, data, options);
        return result;
      },
    ping: (original) =>
      function ping(this: WsSocket, data: unknown) {
        if (observing.on && this.readyState === OPEN) observer.pingSent(this, data);
        return original.apply(this, arguments as never);
      },
    close: (original) =>
      function close(this: WsSocket) {
        if (observing.on) observer.closing(this);
        return original.apply(this, arguments as never);
      },
    terminate: (original) =>
      function terminate(this: WsSocket) {
        if (observing.on) observer.closing(this);
        return original.apply(this, arguments as never);
      },
  };
}
/* eslint-enable prefer-rest-params */

/** Puts a wrapped method in place of an own or inherited one, looking like it from outside. */
function replace(methods: Record<string, Method>, name: string, wrap: (original: Method) => Method): () => void {
  const before = Object.getOwnPropertyDescriptor(methods, name);
  const original = methods[name];
  if (typeof original !== 'function') return () => undefined;
  const wrapped = wrap(original);
  Object.defineProperty(wrapped, 'name', { value: original.name, configurable: true });
  Object.defineProperty(wrapped, 'length', { value: original.length, configurable: true });
  Object.defineProperty(methods, name, {
    configurable: true,
    writable: true,
    enumerable: before?.enumerable ?? false,
    value: wrapped,
  });
  return () => {
    if (methods[name] !== wrapped) return;
    if (before) Object.defineProperty(methods, name, before);
    else Reflect.deleteProperty(methods, name);
  };
}

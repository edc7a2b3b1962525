import { wrapMethod } from '../wrap.ts';
import type { Original, Wrapper } from '../wrap.ts';
import { callListeners, isPlainEmit } from './handlers.ts';
import type { Returned } from './handlers.ts';
import type { MessageObserver } from './message-observer.ts';
import { patchSender } from './sender-patch.ts';
import type { SocketObserver } from './socket-observer.ts';
import { CLOSED, CONNECTING, OPEN } from './types.ts';
import type { RawSocket, WsSocket } from './types.ts';

/** Who is told of what the patched methods see. */
export interface Observers {
  readonly sockets: SocketObserver;
  readonly messages: MessageObserver;
}

/**
 * Has observers told of what the sockets of one copy of `ws` do, by wrapping methods of `WebSocket.prototype`, and of the
 * prototype of their senders, which is only known once there is one. Adds no listener, callback or property to a socket, and
 * replaces no class.
 *
 * @returns how to put everything back
 */
export function patchSockets(prototype: object, { sockets, messages }: Observers): () => void {
  // off, the wrappers only pass calls on: somebody else may have wrapped them since, and then they stay
  const observing = { on: true };
  const senders = new Map<object, () => void>();
  const patchSenderOf = (socket: WsSocket): void => {
    // whoever emits 'open' himself may do so on a socket that has none
    const sender = socket._sender && (Object.getPrototypeOf(socket._sender) as object);
    if (sender && !senders.has(sender)) senders.set(sender, patchSender(sender, messages, observing));
  };

  // Called on nothing, a method is to fail where it would have failed.
  // Each wrapper passes `arguments` on as they came: their number is part of what ws does, and V8 forwards them without a copy.
  /* eslint-disable prefer-rest-params */
  const setSocket = (original: Original): Wrapper => ({
    method(this: WsSocket | undefined, raw: RawSocket, head: Buffer) {
      if (!observing.on || !this) return original.method.apply(this, arguments as never);
      sockets.opening(this, raw, head);
      let opened = false;
      try {
        const result = original.method.apply(this, arguments as never);
        opened = true;
        return result;
      } finally {
        if (!opened) sockets.openFailed(this);
      }
    },
  });

  const emitMessage = (socket: WsSocket, emit: Original['method'], args: IArguments): unknown => {
    const state = messages.received(socket, args[1], args[2]);
    if (state === undefined) return emit.apply(socket, args as never);
    const startMs = state.activeMs;
    let promises: readonly Returned[] | undefined;
    let returned: unknown = undefined;
    let failed = true;
    // no catch: a rethrow would move the place that Node.js prints for an uncaught error
    try {
      if (isPlainEmit(emit, socket)) {
        promises = callListeners(socket, args);
        returned = promises !== undefined;
      } else {
        returned = emit.apply(socket, args as never);
      }
      failed = false;
      return returned;
    } finally {
      messages.handlersReturned(failed || returned === true ? state : undefined, startMs, failed, promises);
    }
  };

  const emit = (original: Original): Wrapper => ({
    method: function (this: WsSocket | undefined, event: unknown, first: unknown, second: unknown) {
      if (observing.on && this) {
        switch (event) {
          case 'message':
            return emitMessage(this, original.method, arguments);
          case 'pong':
            // nobody waits for the pong of a ping that nobody knows of
            if (sockets.pongReceived(this, first)) return true;
            break;
          case 'open':
            patchSenderOf(this);
            sockets.opened(this);
            break;
          case 'upgrade':
            sockets.upgrading(this);
            break;
          case 'unexpected-response':
            sockets.refused(this, first as never, second as never);
            break;
          case 'error':
            sockets.failed(this, first);
            break;
          case 'close':
            // an application may emit the event itself
            if (this.readyState === CLOSED) sockets.closed(this, first);
            break;
        }
      }
      return original.method.apply(this, arguments as never);
    },
  });

  const send = (original: Original): Wrapper => ({
    method(this: WsSocket | undefined, data: unknown, options: unknown) {
      if (!observing.on || !this) return original.method.apply(this, arguments as never);
      const { readyState } = this;
      if (readyState !== OPEN) {
        if (readyState !== CONNECTING) messages.dropped(this, options);
        return original.method.apply(this, arguments as never);
      }
      const state = messages.sending(this);
      if (state === undefined) return original.method.apply(this, arguments as never);
      let failed = true;
      try {
        const result = original.method.apply(this, arguments as never);
        failed = false;
        return result;
      } finally {
        messages.sent(state, data, options, failed);
      }
    },
  });

  const ping = (original: Original): Wrapper => ({
    method(this: WsSocket | undefined, data: unknown) {
      if (observing.on && this?.readyState === OPEN) sockets.pingSent(this, data);
      return original.method.apply(this, arguments as never);
    },
  });

  const closing = (original: Original): Wrapper => ({
    method(this: WsSocket | undefined) {
      if (!observing.on || !this || !sockets.closing(this)) return original.method.apply(this, arguments as never);
      let failed = true;
      try {
        const result = original.method.apply(this, arguments as never);
        failed = false;
        return result;
      } finally {
        // a code that is not allowed: the socket stays open
        if (failed) sockets.closeFailed(this);
      }
    },
  });
  /* eslint-enable prefer-rest-params */

  const wrappers = { setSocket, emit, send, ping, close: closing, terminate: closing };
  const undo = Object.entries(wrappers).map(([name, wrap]) => wrapMethod(prototype, name, wrap));
  return () => {
    observing.on = false;
    for (const putBack of undo.reverse()) putBack();
    for (const putBack of senders.values()) putBack();
  };
}

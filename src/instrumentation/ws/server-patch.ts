import { Server as HttpServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Clock } from '../../base/clock.ts';
import { wrapMethod } from '../wrap.ts';
import type { Original, Wrapper } from '../wrap.ts';
import type { ServerHandshakes } from './server-handshakes.ts';
import type { RawSocket, UpgradeRequest } from './types.ts';

/* eslint-disable prefer-rest-params -- their number is part of what is wrapped */

/**
 * Has handshakes told of requests that the servers of one copy of `ws` are given.
 *
 * @param prototype `WebSocketServer.prototype`
 * @returns how to put everything back
 */
export function patchWebSocketServers(prototype: object, handshakes: ServerHandshakes): () => void {
  const observing = { on: true };
  const undo = wrapMethod(prototype, 'handleUpgrade', (original) => ({
    method(this: unknown, request: UpgradeRequest, socket: RawSocket) {
      if (observing.on) handshakes.begin(request, socket);
      return original.method.apply(this, arguments as never);
    },
  }));
  return () => {
    observing.on = false;
    undo();
  };
}

/**
 * Has handshakes told of requests for an upgrade before the application sees them: it may refuse them itself, or take its time.
 *
 * @returns how to put everything back
 */
export function patchHttpServers(handshakes: ServerHandshakes, clock: Clock): () => void {
  const observing = { on: true };
  const emit = (original: Original): Wrapper => ({
    method: function (this: HttpServer | undefined, event: unknown, request: IncomingMessage, second: unknown) {
      if (!observing.on) return original.method.apply(this, arguments as never);
      if (event === 'upgrade' && isWebSocket(request)) handshakes.begin(request, second as RawSocket);
      if (event !== 'request') return original.method.apply(this, arguments as never);
      const startMs = clock.monotonicMs();
      const result = original.method.apply(this, arguments as never);
      if (isUpgradeRequired(second) && this?.listenerCount('upgrade')) handshakes.required(request, startMs);
      return result;
    },
  });
  const undo = [HttpServer, HttpsServer].map(({ prototype }) => wrapMethod(prototype, 'emit', emit));
  return () => {
    observing.on = false;
    for (const putBack of undo) putBack();
  };
}

/** What a server of ws answers to a request that asks for no upgrade. */
function isUpgradeRequired(response: unknown): boolean {
  return (response as Partial<ServerResponse> | undefined)?.statusCode === 426;
}

/** An application may emit the event itself, with anything. */
function isWebSocket(request: Partial<IncomingMessage> | undefined): boolean {
  return String(request?.headers?.upgrade).toLowerCase() === 'websocket';
}

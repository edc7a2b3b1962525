// An instrumentation that does what instrumentations are seen to do: it must not go unnoticed.
import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const WebSocket = createRequire(join(process.cwd(), 'observe.cjs'))('ws');
const context = new AsyncLocalStorage();
const { setSocket, emit, send } = WebSocket.prototype;
const { handleUpgrade } = WebSocket.Server.prototype;

WebSocket.prototype.setSocket = function (...args) {
  this.connectedAt = Date.now();
  this.on('error', () => {});
  return setSocket.apply(this, args);
};
WebSocket.prototype.emit = function (event, first, second) {
  return context.run({ event }, () => {
    try {
      if (event !== 'message') return emit.call(this, event, first, second);
      // the listeners that `once` has wrapped are never removed
      return this.listeners(event).map((listener) => listener.call(this, first, second)).length > 0;
    } catch (error) {
      throw new Error(`listener failed: ${error?.message}`, { cause: error });
    }
  });
};
WebSocket.prototype.send = function (data, options, callback) {
  const done = typeof options === 'function' ? options : callback;
  return send.call(this, data, typeof options === 'function' ? {} : { compress: true, ...options }, (...args) => {
    if (done) setImmediate(done, ...args);
  });
};
WebSocket.Server.prototype.handleUpgrade = function (request, socket, head, callback) {
  this.once('headers', (headers) => headers.push('X-Traced: yes'));
  return handleUpgrade.call(this, request, socket, head, (...args) => callback(...args));
};
process.on('exit', () => {});

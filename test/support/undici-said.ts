import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { ChannelMessages } from '../../src/instrumentation/native/channel-messages.ts';

export const publish = <Name extends keyof ChannelMessages>(name: Name, message: ChannelMessages[Name]): void => {
  channel(name).publish(message);
};

let ports = 1024;

/** What undici says of one WebSocket; `withWebSocket` as since 7.13. */
export class Said extends EventEmitter {
  readonly localAddress = '127.0.0.1';
  readonly localPort = ports++;
  bytesRead = 0;
  errored: Error | null = null;
  readonly request;
  readonly websocket;
  readonly #withWebSocket: boolean;

  constructor(withWebSocket: boolean, path = '/chat?token=secret', key = String(ports)) {
    super();
    this.#withWebSocket = withWebSocket;
    const headers = ['sec-websocket-key', key, 'sec-websocket-version', '13'];
    this.request = { upgrade: 'websocket', origin: 'http://example.test', path, headers };
    this.websocket = { url: `ws://example.test${path}` };
    publish('undici:request:create', { request: this.request });
  }

  written(): this {
    publish('undici:client:sendHeaders', { request: this.request, socket: this });
    return this;
  }

  open(): this {
    publish('undici:websocket:open', {
      address: { address: this.localAddress, port: this.localPort },
      ...(this.#withWebSocket && { websocket: this.websocket }),
    });
    return this;
  }

  close(code: number): void {
    publish('undici:websocket:close', { websocket: this.websocket, code });
    this.emit('close');
  }

  answer(statusCode: number): void {
    publish('undici:request:headers', { request: this.request, response: { statusCode } });
  }

  fail(error: unknown): void {
    publish('undici:request:error', { request: this.request, error });
  }
}

export const aborted = (): Error =>
  Object.assign(new Error('This operation was aborted'), { name: 'AbortError', code: 20 });

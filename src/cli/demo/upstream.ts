import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type WebSocket from 'ws';
import { BAD_SERVER_FRAME } from './intruder.ts';
import type { WsPackage } from './ws-package.ts';

/** The service further up, which the measured service is a client of: it confirms each message. */
export class Upstream {
  readonly #server: WebSocket.Server;
  readonly #requests = new Set<IncomingMessage>();

  constructor(ws: WsPackage) {
    this.#server = new ws.Server({ host: '127.0.0.1', port: 0 });
    this.#server.on('connection', (socket, request) => {
      this.#requests.add(request);
      socket.on('message', (data: Buffer | string) => {
        socket.send(JSON.stringify({ type: 'stored', bytes: Buffer.byteLength(data) }));
      });
      socket.on('error', () => undefined);
      socket.on('close', () => this.#requests.delete(request));
    });
  }

  /** @returns its URL, once it listens */
  async listening(): Promise<string> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    return `ws://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Breaks the protocol on every connection, which the other ends answer by closing it. */
  misbehave(): void {
    for (const { socket } of this.#requests) socket.write(BAD_SERVER_FRAME);
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }
}

import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { closeLater } from './leftovers.ts';
import { waitFor } from './wait-for.ts';

/** A request that a sink got. */
export interface SunkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers a request; one that does nothing hangs. */
export type Respond = (response: ServerResponse, request: SunkRequest) => void;

/** A small HTTP server on loopback that keeps what it is sent. It goes with the test's leftovers. */
export class HttpSink {
  readonly requests: SunkRequest[] = [];
  /** Most requests that were open at the same time. */
  mostAtOnce = 0;
  respond: Respond;
  url = '';
  readonly #secure: boolean;
  #open = 0;

  private constructor(respond: Respond, secure: boolean) {
    this.respond = respond;
    this.#secure = secure;
  }

  /** @param tls key and certificate; without them it speaks plain HTTP */
  static async start(
    respond: Respond = (response) => response.end(),
    tls?: { readonly key: string; readonly cert: string },
  ): Promise<HttpSink> {
    const sink = new HttpSink(respond, tls !== undefined);
    const listener: RequestListener = (request, response) => {
      sink.mostAtOnce = Math.max(sink.mostAtOnce, (sink.#open += 1));
      response.on('close', () => (sink.#open -= 1));
      response.on('error', () => undefined);
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const sunk = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
        sink.requests.push(sunk);
        sink.respond(response, sunk);
      });
    };
    const server = tls ? createTlsServer(tls, listener) : createServer(listener);
    server.on('clientError', (_, socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    sink.url = `${sink.#secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
    closeLater(async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    });
    return sink;
  }

  /** The request of this number, from 1, once it is there. */
  async request(number: number): Promise<SunkRequest> {
    await waitFor(`request ${number}`, () => this.requests.length >= number);
    return this.requests[number - 1]!;
  }
}

/** Answers with a status and a text. */
export function answerWith(status: number, text = '', headers: Readonly<Record<string, string>> = {}): Respond {
  return (response) => response.writeHead(status, headers).end(text);
}

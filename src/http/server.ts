import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { TelemetryError, textOf } from '../base/errors.ts';
import type { OnceLogger } from '../base/logger.ts';

/** Answers one request. May be asynchronous; what it throws becomes a 500. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Handlers by path, such as `/metrics`. */
export type Routes = ReadonlyMap<string, RequestHandler>;

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The package's one HTTP server. Neither it nor a connection to it keeps the process alive. */
export class TelemetryServer {
  readonly #server: Server;
  readonly #routes: Routes;
  readonly #logger: OnceLogger;

  constructor(routes: Routes, logger: OnceLogger) {
    this.#routes = routes;
    this.#logger = logger;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        this.#fail(response, error);
      });
    });
    this.#server.unref();
    this.#server.on('connection', (socket) => socket.unref());
  }

  /** The address that is really bound, or null while it is not listening. */
  get address(): Address | null {
    const address = this.#server.address();
    return address === null || typeof address === 'string' ? null : { host: address.address, port: address.port };
  }

  /**
   * @param port 0 for any free one
   * @throws TelemetryError `TD_PORT_UNAVAILABLE`, naming the address and the settings
   */
  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
        reject(
          new TelemetryError(
            'TD_PORT_UNAVAILABLE',
            `telemetry-dashboard cannot listen on ${host}:${port}: ${why}; set prometheus.port (0 for any free port) or prometheus.host`,
            { cause: error },
          ),
        );
      });
      // a shutdown in the meantime leaves nothing to wait for
      this.#server.once('close', resolve);
      // not shared with other cluster workers: scrapes would meet one of them by turns
      this.#server.listen({ port, host, exclusive: true }, () => {
        this.#server.removeAllListeners('error');
        // after start-up an error of the server is nothing the host could act on
        this.#server.on('error', (error) => {
          this.#logger.warnOnce('http server', `the metrics server reported: ${error.message}`);
        });
        resolve();
      });
    });
  }

  /** Ends the server and its connections. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url);
    const handler = path === null ? undefined : this.#routes.get(path);
    if (path === null) {
      end(response, 400, 'Bad Request\n');
    } else if (!handler) {
      end(response, 404, `Not Found. There is: ${[...this.#routes.keys()].join(' ')}\n`);
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      end(response, 405, 'Method Not Allowed\n');
    } else {
      await handler(request, response);
    }
  }

  #fail(response: ServerResponse, error: unknown): void {
    this.#logger.warnOnce('http handler', `a request failed: ${textOf(error)}`);
    if (response.headersSent) response.destroy();
    else end(response, 500, 'Internal Server Error\n');
  }
}

/** Ends a response with a short text. */
export function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.removeHeader('content-encoding');
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(text);
}

function pathOf(url: string | undefined): string | null {
  try {
    return new URL(url ?? '/', 'http://localhost').pathname;
  } catch {
    return null;
  }
}

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeLater } from '../leftovers.ts';
import type { Accounts } from './accounts.ts';
import { DEFAULT_ACCOUNTS, accountOf, requireRole } from './accounts.ts';
import type { Fault } from './fault.ts';
import { LOGIN_PAGE } from './fault.ts';
import { Refusal, ok } from './reply.ts';
import type { Reply } from './reply.ts';
import type { Json } from './request.ts';
import { findRoute, routesOf } from './routes.ts';
import { FakeState } from './state.ts';

// A stand-in for Grafana's HTTP API. At each behaviour stands whether it was read in Grafana's documents and sources (R) or is from
// memory (U); nothing of it was compared with a running Grafana.

export interface FakeGrafanaOptions {
  /** 10 to 13, to the digit: `10.4.2`. @defaultValue 13.2.1 */
  readonly version?: string;
  /** Of a sub-path installation: `/grafana`. */
  readonly subPath?: string;
  readonly accounts?: Accounts;
  /** Whether the log keeps bodies. */
  readonly keepBodies?: boolean;
}

/** A line of the log. */
export interface LoggedRequest {
  readonly method: string;
  /** Without the sub-path and the query. */
  readonly path: string;
  /** What was answered; 0 where the connection was cut, or there is no answer yet. */
  status: number;
  readonly body?: Json;
}

/** A real HTTP server on loopback that answers as Grafana does. It goes with the test's leftovers. */
export class FakeGrafana {
  readonly version: string;
  readonly requests: LoggedRequest[] = [];
  readonly state: FakeState;
  /** Address, with the sub-path; once it is started. */
  url = '';
  /** Decides on each request; undefined: nothing is wrong. */
  faultOf: (request: LoggedRequest) => Fault | undefined = () => undefined;
  readonly #options: FakeGrafanaOptions;
  readonly #server: Server;
  readonly #routes: ReturnType<typeof routesOf>;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: FakeGrafanaOptions = {}) {
    this.#options = options;
    this.version = options.version ?? '13.2.1';
    const major = Number.parseInt(this.version, 10);
    this.state = new FakeState(major);
    this.#routes = routesOf(this.state, major);
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  /** A started one. */
  static async start(options: FakeGrafanaOptions = {}): Promise<FakeGrafana> {
    const grafana = new FakeGrafana(options);
    await grafana.start();
    return grafana;
  }

  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    const address = this.#server.address() as AddressInfo;
    this.url = `http://127.0.0.1:${address.port}${this.#options.subPath ?? ''}`;
    closeLater(() => this.stop());
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /**
   * Lets the next requests go wrong.
   *
   * @param times so many of them
   * @param which those of which it is true; all by default
   */
  fail(fault: Fault, times = 1, which: (request: LoggedRequest) => boolean = () => true): void {
    let left = times;
    const before = this.faultOf;
    this.faultOf = (request) => {
      if (left === 0 || !which(request)) return before(request);
      left -= 1;
      return fault;
    };
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    response.on('error', () => undefined);
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.#take(request, response, Buffer.concat(chunks)));
  }

  #take(request: IncomingMessage, response: ServerResponse, sent: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://fake');
    const { subPath = '', keepBodies = false } = this.#options;
    const path = url.pathname.startsWith(`${subPath}/`) ? url.pathname.slice(subPath.length) : '';
    const method = request.method ?? '';
    const logged: LoggedRequest = {
      method,
      path: path || url.pathname,
      status: 0,
      ...(keepBodies && sent.length > 0 && { body: JSON.parse(sent.toString()) as Json }),
    };
    this.requests.push(logged);
    const handle = (): Reply => this.#handle(request, path, url.searchParams, sent);
    const answer = (reply: Reply): void => {
      logged.status = reply.status;
      write(response, reply);
    };
    const fault = this.faultOf(logged);
    if (fault) this.#fail(fault, response, handle, answer);
    else answer(handle());
  }

  #fail(fault: Fault, response: ServerResponse, handle: () => Reply, answer: (reply: Reply) => void): void {
    const cut = (): void => void response.socket?.destroy();
    switch (fault.kind) {
      case 'status': {
        const { status, retryAfter, text } = fault;
        const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
        if (text === undefined) answer({ status, body: { message: 'something went wrong' }, headers });
        else response.writeHead(status, headers).end(text);
        break;
      }
      case 'status-after':
        handle();
        answer({ status: fault.status, body: { message: 'the upstream has not answered' } });
        break;
      case 'login-page':
        response.writeHead(200, { 'content-type': 'text/html' }).end(LOGIN_PAGE);
        break;
      case 'redirect':
        response.writeHead(302, { location: '/login' }).end();
        break;
      case 'slow':
        this.#later(fault.delayMs, () => answer(handle()));
        break;
      case 'hang':
        handle();
        break;
      case 'cut-before':
        cut();
        break;
      case 'cut-after':
        handle();
        cut();
        break;
      case 'cut-amid': {
        const text = JSON.stringify(handle().body ?? {});
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
        response.write(text.slice(0, text.length / 2), cut);
        break;
      }
      case 'cut-and-late':
        cut();
        this.#later(fault.delayMs, handle);
    }
  }

  #later(delayMs: number, act: () => unknown): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }

  #handle(request: IncomingMessage, path: string, query: URLSearchParams, sent: Buffer): Reply {
    const method = request.method ?? '';
    const { headers } = request;
    try {
      // R: the path. U: the fields, and that it takes no account
      if (path === '/api/health') return ok({ commit: 'abcdef0', database: 'ok', version: this.version });
      const account = accountOf(this.#options.accounts ?? DEFAULT_ACCOUNTS, headers);
      const found = findRoute(this.#routes, method, path);
      if (!found) throw new Refusal(404, 'Not found');
      requireRole(account, found.route.needs);
      const body = bodyOf(sent);
      const { login } = account;
      return found.route.answer({ method, path, query, headers, body, sizeBytes: sent.length, login }, found.pieces);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      return { status: 500, body: { message: `the stand-in failed: ${String(error)}` } };
    }
  }
}

function bodyOf(sent: Buffer): Json {
  if (sent.length === 0) return {};
  try {
    return JSON.parse(sent.toString()) as Json;
  } catch {
    throw new Refusal(400, 'bad request data');
  }
}

function write(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  if (body === undefined) response.writeHead(status, headers).end();
  else
    response
      .writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers })
      .end(JSON.stringify(body));
}

import { Agent as HttpAgent } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { TlsMaterial } from '../base/tls-material.ts';

/** What came of one request, told before whoever sent it hears of it. */
export interface Exchange {
  /** 0: there was no answer. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most 64 KiB of the answer. */
  readonly body: Buffer;
  /** Of an error in place of an answer: `ECONNREFUSED`; empty: none. */
  readonly code: string;
  /** Whether all of the request may have reached the server. */
  readonly isSent: boolean;
}

/** How the requests of others are kept from holding the process. */
export interface GuestAgentOptions {
  readonly tls: TlsMaterial;
  /** Asked at each request: how long it may take, in ms. */
  readonly timeoutMs: () => number;
  readonly onExchange: (exchange: Exchange) => void;
}

const MAX_BODY_BYTES = 1 << 16;

/** What Node.js asks of an agent; its documentation speaks of an agent-like object without naming it. */
interface Asked {
  addRequest(request: ClientRequest, ...rest: unknown[]): void;
}

/**
 * An agent for requests that others send: their sockets and timeouts do not keep the process alive, and what has failed has
 * failed for good, since an exporter of OpenTelemetry would hold the process with the timer before its next try.
 */
export function createGuestAgent(protocol: string, { tls, timeoutMs, onExchange }: GuestAgentOptions): HttpAgent {
  const agent =
    protocol === 'https:' ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });
  const asked = agent as unknown as Asked;
  const addRequest = asked.addRequest.bind(agent);
  asked.addRequest = (request, ...rest) => {
    release(request);
    giveUpAfter(timeoutMs(), request);
    watch(request, onExchange);
    addRequest(request, ...rest);
  };
  return agent;
}

function release(request: ClientRequest): void {
  request.once('socket', (socket) => {
    const unref = (): void => void socket.unref();
    unref();
    // each address of a host is tried on a handle of its own
    if (socket.connecting) socket.on('connectionAttempt', unref).once('connect', unref);
  });
}

function giveUpAfter(timeoutMs: number, request: ClientRequest): void {
  const late = (): void => {
    request.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
  };
  const timer = setTimeout(late, timeoutMs).unref();
  request.once('close', () => clearTimeout(timer));
}

function watch(request: ClientRequest, onExchange: (exchange: Exchange) => void): void {
  const nothing = Buffer.alloc(0);
  let isConnected = false;
  request.once('socket', (socket) => {
    isConnected = !socket.connecting;
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => (isConnected = true));
  });
  request.on('error', (error: NodeJS.ErrnoException) => {
    const isSent = isConnected && request.writableEnded;
    onExchange({ status: 0, headers: {}, body: nothing, code: error.code ?? 'EFAILED', isSent });
    // an error without a code is not tried again
    delete error.code;
  });
  request.prependListener('response', (response) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const headers = { ...response.headers };
    // an answer that puts the next try far off is not tried again
    response.headers['retry-after'] = '86400';
    response.on('data', (chunk: Buffer) => {
      if (sizeBytes < MAX_BODY_BYTES) chunks.push(chunk.subarray(0, MAX_BODY_BYTES - sizeBytes));
      sizeBytes += chunk.length;
    });
    response.on('end', () => {
      onExchange({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks), code: '', isSent: true });
    });
  });
}

import { request as overHttp } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as overHttps } from 'node:https';
import { decodedText } from '../base/decoded-text.ts';
import { textOf } from '../base/errors.ts';
import { oneLine } from '../base/one-line.ts';
import type { TlsMaterial } from '../base/tls-material.ts';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';

/** Who asks. They win over a name and password in the URL. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly bearerToken: string };

/** One request to a server. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, `http:` or `https:`. */
  readonly url: URL;
  /** Sent as JSON; undefined: no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: Credentials | undefined;
  readonly tls?: TlsMaterial;
  /** From the beginning to the last byte of the answer, in ms. */
  readonly timeoutMs: number;
  /** Bytes of the answer that are read; what follows is cut off. @defaultValue 1_048_576 */
  readonly maxAnswerBytes?: number;
  readonly signal?: AbortSignal;
}

/** What a server answered, whatever its status. Redirects are not followed. */
export interface Answer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Whether the text was cut off at `maxAnswerBytes`. */
  readonly isCut: boolean;
}

/** There was no answer. The message names server and reason, and never a credential or a query. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`, `ABORTED`, a code of TLS, … */
  readonly code: string;
  /** The message without the server. */
  readonly reason: string;

  constructor(url: URL, code: string, reason: string) {
    super(`${addressText(url)}: ${reason}`);
    this.code = code;
    this.reason = reason;
  }
}

const MAX_ANSWER_BYTES = 1 << 20;

/**
 * Sends a request on a connection of its own. Neither the connection nor the timeout keeps the process alive; only the look-up
 * of a host name does, as long as the system's resolver takes.
 *
 * @throws RequestError (as a rejection) where there is no answer
 */
export function sendRequest(options: OutgoingRequest): Promise<Answer> {
  const { url, timeoutMs, maxAnswerBytes = MAX_ANSWER_BYTES, signal } = options;
  return new Promise((resolve, reject) => {
    let request: ClientRequest | undefined;
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      act();
      request?.destroy();
    };
    const fail = (code: string, reason: string): void =>
      settle(() => {
        reject(new RequestError(url, code, reason));
      });
    const failWith = (error: NodeJS.ErrnoException): void => fail(error.code ?? 'EFAILED', reasonOf(error));
    const abort = (): void => fail('ABORTED', 'given up');
    const timer = setTimeout(() => fail('ETIMEDOUT', `no answer within ${timeoutMs} ms`), timeoutMs).unref();
    if (signal?.aborted) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort);
    try {
      request = open(options);
      // stays on: a socket that is destroyed may still report an error
      request.on('error', failWith);
      request.on('response', (response) => {
        readText(response, maxAnswerBytes).then((read) => {
          settle(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, ...read }));
        }, failWith);
      });
      request.end(options.body === undefined ? undefined : JSON.stringify(options.body));
    } catch (error) {
      failWith(error as NodeJS.ErrnoException);
    }
  });
}

/** A URL for people: without user, password, query and fragment. */
export function addressText(url: URL): string {
  return url.origin + url.pathname;
}

function open({ method, url, body, headers, credentials, tls }: OutgoingRequest): ClientRequest {
  const { username, password } = url;
  const written = username === '' ? undefined : { username: decodedText(username), password: decodedText(password) };
  const authorization = authorizationOf(credentials ?? written);
  const request = (url.protocol === 'https:' ? overHttps : overHttp)(url, {
    method,
    // a connection of its own, closed with the answer
    agent: false,
    headers: {
      'user-agent': `${PACKAGE_NAME}/${VERSION}`,
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(authorization !== undefined && { authorization }),
      ...headers,
    },
    ...tls,
  });
  request.on('socket', (socket) => {
    const release = (): void => void socket.unref();
    release();
    // each address of a host is tried on a handle of its own
    socket.on('connectionAttempt', release).on('connect', release);
  });
  return request;
}

function authorizationOf(credentials: Credentials | undefined): string | undefined {
  if (!credentials) return undefined;
  if ('bearerToken' in credentials) return `Bearer ${credentials.bearerToken}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

function readText(response: IncomingMessage, maxBytes: number): Promise<Pick<Answer, 'text' | 'isCut'>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const done = (isCut: boolean): void => {
      resolve({ text: Buffer.concat(chunks).toString('utf8'), isCut });
    };
    response.on('data', (chunk: Buffer) => {
      const room = maxBytes - sizeBytes;
      chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
      sizeBytes += chunk.length;
      if (sizeBytes <= maxBytes) return;
      response.pause();
      done(true);
    });
    response.on('end', () => done(false));
    response.on('error', reject);
  });
}

/** Codes say it better than Node.js's sentences, which repeat addresses; of the others, the sentence. */
function reasonOf(error: NodeJS.ErrnoException): string {
  // several addresses were tried: their errors are one level down, and the message is empty
  const [first] = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [error];
  return oneLine(first?.message || error.code || textOf(error));
}

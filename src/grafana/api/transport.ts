import { setTimeout as sleep } from 'node:timers/promises';
import type { Backoff } from '../../base/backoff.ts';
import { backoffMs } from '../../base/backoff.ts';
import type { TlsMaterial } from '../../base/tls-material.ts';
import type { Answer, Credentials, OutgoingRequest } from '../../http/request.ts';
import { sendRequest } from '../../http/request.ts';
import type { CallName } from './answer-error.ts';
import { ADVICE, errorOfAnswer, errorOfContent, errorOfFailure } from './answer-error.ts';
import { GrafanaError } from './grafana-error.ts';
import { parsedJson } from './json.ts';
import { secretMask } from './masking.ts';

/** How to reach a Grafana, and how patiently. */
export interface TransportOptions {
  /** Address of Grafana, with the path of a sub-path installation: `https://example.com/grafana/`. */
  readonly url: string;
  /** Token of a service account, or user and password. Undefined: those in the URL, if any. */
  readonly credentials: Credentials | undefined;
  /** The organisation; without one, that of the credentials. */
  readonly orgId?: number | undefined;
  readonly tls: TlsMaterial;
  /** For each request, in ms. */
  readonly timeoutMs: number;
  /** Ends all requests and waits at once. */
  readonly signal?: AbortSignal | undefined;
  /** How often and how patiently transient failures are tried again. */
  readonly retry?: Retry | undefined;
}

/** Tries in all, and the waits between them. */
interface Retry extends Backoff {
  readonly tries: number;
}

/** One call of the API. */
export interface Call {
  readonly method: OutgoingRequest['method'];
  /** Pieces of the path behind `/api`, not yet encoded. */
  readonly path: readonly (string | number)[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Role and permission that it takes. */
  readonly needs: string;
  /** Whether every Grafana has it: where it is not found, something else answers. */
  readonly isEverywhere?: boolean;
  /** Checks the content of an answer of success. */
  readonly isRight?: (content: unknown) => boolean;
}

/** What is known of the tries before. */
interface Earlier {
  /** Whether one of them may have had its effect, its answer being lost. */
  isUnclear: boolean;
}

/** Reads once; null for 404. */
export type Look = (call: Call) => Promise<unknown>;

const RETRY: Retry = { tries: 4, firstMs: 500, longestMs: 5000 };

/** Who asks for more patience is not waited for here: whoever called may. */
const LONGEST_RETRY_AFTER_MS = 10_000;

/** The largest dashboards and lists of rules have a few MiB. */
const MAX_ANSWER_BYTES = 8 << 20;

/** Requests to one Grafana, with their errors and repetitions. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #base: URL;
  readonly #mask: (text: string) => string;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#base = new URL(options.url);
    this.#mask = secretMask(this.#base, options.credentials);
  }

  /**
   * Sends one request.
   *
   * @returns the content of the answer; undefined where that is empty
   * @throws GrafanaError (as a rejection)
   */
  async send(call: Call): Promise<unknown> {
    const url = this.#url(call);
    const { method, needs, isEverywhere = false } = call;
    const mask = this.#mask;
    const name: CallName = {
      method,
      path: mask(url.pathname),
      needs,
      mask,
      url,
      isEverywhere,
      apiPath: apiPathOf(call),
    };
    const answer = await this.#answer(call, name, url);
    if (answer.status < 200 || answer.status >= 300) throw errorOfAnswer(name, answer, Date.now());
    const content = parsedJson(answer.text);
    const isRight = content === undefined ? answer.text.trim() === '' : true;
    if (answer.isCut || !isRight || !(call.isRight?.(content) ?? true)) throw errorOfContent(name, answer);
    return content;
  }

  /**
   * Tries again what fails for a moment.
   *
   * @param attempt is told whether an earlier one may have had its effect, its answer being lost, and says so once it knows better
   * @throws GrafanaError (as a rejection) the last one, or the first that is not transient
   */
  async retry<Result>(attempt: (earlier: Earlier) => Promise<Result>): Promise<Result> {
    const { signal, retry = RETRY } = this.#options;
    const earlier: Earlier = { isUnclear: false };
    for (let failures = 1; ; failures += 1) {
      try {
        return await attempt(earlier);
      } catch (error) {
        if (!(error instanceof GrafanaError)) throw error;
        earlier.isUnclear ||= error.mayHaveHappened;
        const { retryAfterMs = 0 } = error;
        if (!error.isTransient || failures >= retry.tries || retryAfterMs > LONGEST_RETRY_AFTER_MS) {
          throw withOutcome(error, earlier.isUnclear);
        }
        await wait(Math.max(retryAfterMs, backoffMs(failures, retry, Math.random())), signal);
      }
    }
  }

  /** Sends a request that may happen twice. @throws GrafanaError (as a rejection) */
  repeat(call: Call): Promise<unknown> {
    return this.retry(() => this.send(call));
  }

  /** As {@link repeat}; null for 404. */
  find(call: Call): Promise<unknown> {
    return this.retry(() => this.#look(call));
  }

  /**
   * Sends a request that must not happen twice. Before it is tried again, and where it is refused after that, `own` looks whether it
   * has happened.
   *
   * @param own is handed a way to read, null for 404; gives nothing where it has not happened
   */
  once<Result>(
    call: Call,
    read: (content: unknown) => Result,
    own: (look: Look) => Promise<Result | undefined>,
  ): Promise<Result> {
    const look: Look = (reading) => this.#look(reading);
    return this.retry(async (earlier) => {
      const found = earlier.isUnclear ? await own(look) : undefined;
      if (found !== undefined) return found;
      try {
        return read(await this.send(call));
      } catch (error) {
        const isRefused = error instanceof GrafanaError && error.status !== undefined && !error.isTransient;
        if (!earlier.isUnclear || !isRefused) throw error;
        // the earlier one may have come through between the look and this one
        const late = await own(look);
        if (late !== undefined) return late;
        // somebody else was first, so it cannot come through any more
        if (error.kind === 'conflict') earlier.isUnclear = false;
        throw error;
      }
    });
  }

  async #look(call: Call): Promise<unknown> {
    try {
      return (await this.send(call)) ?? null;
    } catch (error) {
      if (error instanceof GrafanaError && error.kind === 'not_found') return null;
      throw error;
    }
  }

  async #answer(call: Call, name: CallName, url: URL): Promise<Answer> {
    const { credentials, orgId, tls, timeoutMs, signal } = this.#options;
    try {
      return await sendRequest({
        method: call.method,
        url,
        body: call.body,
        headers: { ...(orgId !== undefined && { 'x-grafana-org-id': String(orgId) }), ...call.headers },
        credentials,
        tls,
        timeoutMs,
        maxAnswerBytes: MAX_ANSWER_BYTES,
        ...(signal && { signal }),
      });
    } catch (error) {
      throw errorOfFailure(name, error);
    }
  }

  /** @throws GrafanaError for a piece that would be taken for a step in the path */
  #url({ method, path, query, needs }: Call): URL {
    const name = { method, path: apiPathOf({ path }), needs };
    if (
      name.path
        .split('/')
        .slice(1)
        .some((piece) => piece === '' || piece === '.' || piece === '..')
    ) {
      throw new GrafanaError(`${method} ${name.path}: an empty uid, or one of dots`, {
        kind: 'invalid',
        advice: ADVICE.invalid(name),
      });
    }
    const url = new URL(this.#base);
    url.pathname = `${this.#base.pathname.replace(/\/+$/, '')}${name.path}`;
    url.search = query ? String(new URLSearchParams(query)) : '';
    url.hash = '';
    return url;
  }
}

/** Waits without keeping the process alive. @throws GrafanaError where the signal says so */
export async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { ref: false, ...(signal && { signal }) });
  } catch {
    throw new GrafanaError('given up while waiting for the next try', {
      kind: 'aborted',
      advice: 'it was given up on purpose',
    });
  }
}

function apiPathOf({ path }: Pick<Call, 'path'>): string {
  return `/${['api', ...path].map(encoded).join('/')}`;
}

/** Half a character cannot be encoded, nor be in a uid. */
function encoded(piece: string | number): string {
  return encodeURIComponent(Buffer.from(String(piece)).toString());
}

function withOutcome(error: GrafanaError, mayHaveHappened: boolean): GrafanaError {
  const { message, kind, advice, status, reason, retryAfterMs } = error;
  return mayHaveHappened === error.mayHaveHappened
    ? error
    : new GrafanaError(message, { kind, advice, status, reason, retryAfterMs, mayHaveHappened });
}

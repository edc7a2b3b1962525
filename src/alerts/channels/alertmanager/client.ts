import { oneLine } from '../../../base/one-line.ts';
import type { TlsMaterial } from '../../../base/tls-material.ts';
import type { Answer, Credentials } from '../../../http/request.ts';
import { RequestError, addressText, sendRequest } from '../../../http/request.ts';
import type { Alert } from '../../alert.ts';
import type { PostableAlert } from './postable.ts';

const SETTINGS = 'alerts.channels.alertmanager';

/** Alerts in one request. */
const BATCH_SIZE = 64;

/** Answers that tell of the alerts rather than of the server: an alert that is refused takes its whole batch along. */
const BATCH_REFUSED = new Set([400, 413, 422]);

/** An answer is read no further. */
const MAX_ANSWER_BYTES = 4096;

/** How to reach one Alertmanager. */
export interface ClientOptions {
  /** As configured, with its path: `https://example.com/alertmanager/`. */
  readonly url: string;
  readonly credentials: Credentials | undefined;
  readonly tls: TlsMaterial;
  /** For each request, in ms. */
  readonly timeoutMs: number;
}

/** Hears what becomes of alerts, while they are being sent. */
export interface Receipts {
  accepted(alerts: readonly Alert[]): void;
  /** @param reason of the server, as one line */
  refused(alert: Alert, reason: string): void;
}

/** A peer did not take alerts for a reason that has nothing to do with them. */
export class PeerFailure extends Error {
  override readonly name = 'PeerFailure';
  /** Failures of one kind are told once. */
  readonly kind: string;
  /** What to do about it. */
  readonly advice: string;
  /** Whether trying soon again can not help. */
  readonly isRefusal: boolean;

  constructor(kind: string, reason: string, advice: string, isRefusal = false) {
    super(reason);
    this.kind = kind;
    this.advice = advice;
    this.isRefusal = isRefusal;
  }
}

/** Sends alerts to one Alertmanager, API v2, one request at a time. */
export class AlertmanagerClient {
  /** For people: without credentials. */
  readonly address: string;
  readonly #options: ClientOptions;
  readonly #endpoint: URL;

  constructor(options: ClientOptions) {
    const base = new URL(options.url);
    this.address = addressText(base);
    this.#endpoint = new URL(base);
    this.#endpoint.pathname = `${base.pathname.replace(/\/+$/, '')}/api/v2/alerts`;
    this.#options = options;
  }

  /**
   * Sends alerts in their order, so many at a time. A batch that is refused is sent again in halves, down to the single alert.
   *
   * @param translate at the moment of each request
   * @throws PeerFailure (as a rejection) on the first request without a verdict on its alerts; the rest is not sent
   */
  async send(
    alerts: readonly Alert[],
    translate: (alert: Alert) => PostableAlert,
    receipts: Receipts,
    signal: AbortSignal,
  ): Promise<void> {
    const post = async (batch: readonly Alert[]): Promise<void> => {
      const answer = await this.#post(batch.map(translate), signal);
      if (answer.status >= 200 && answer.status < 300) {
        receipts.accepted(batch);
        return;
      }
      if (!BATCH_REFUSED.has(answer.status)) throw failureOf(answer);
      const [first] = batch;
      if (batch.length === 1 && first) {
        receipts.refused(first, `${answer.status} ${oneLine(answer.text)}`);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      await post(batch.slice(0, half));
      await post(batch.slice(half));
    };
    for (let start = 0; start < alerts.length; start += BATCH_SIZE) {
      await post(alerts.slice(start, start + BATCH_SIZE));
    }
  }

  async #post(body: readonly PostableAlert[], signal: AbortSignal): Promise<Answer> {
    const { credentials, tls, timeoutMs } = this.#options;
    const maxAnswerBytes = MAX_ANSWER_BYTES;
    try {
      return await sendRequest({
        method: 'POST',
        url: this.#endpoint,
        body,
        credentials,
        tls,
        timeoutMs,
        maxAnswerBytes,
        signal,
      });
    } catch (error) {
      const { code, reason } = error instanceof RequestError ? error : { code: 'EFAILED', reason: String(error) };
      const isTls = /CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code);
      throw new PeerFailure(
        isTls ? 'tls' : 'unreachable',
        reason,
        isTls ? `check ${SETTINGS}.tls` : `it is tried again until it answers; check ${SETTINGS}.urls`,
      );
    }
  }
}

function failureOf({ status, text }: Answer): PeerFailure {
  const reason = oneLine(`it answered ${status} ${oneLine(text, 200)}`);
  if (status === 401 || status === 403) {
    return new PeerFailure('credentials', reason, `check ${SETTINGS}.username and password, or bearer_token`, true);
  }
  if (status >= 500 || status === 408 || status === 429) {
    return new PeerFailure('busy', reason, 'it is tried again until it takes the alerts');
  }
  return new PeerFailure('wrong address', reason, `is it the address of an Alertmanager? Check ${SETTINGS}.urls`, true);
}

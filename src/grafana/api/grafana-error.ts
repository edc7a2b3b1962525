import { TelemetryError } from '../../base/errors.ts';

/**
 * Why a call to Grafana came to nothing.
 *
 * - `unreachable`, `tls`, `timeout`: there was no answer · `busy`: 408, 429 or 5xx
 * - `unauthorized`: 401 · `forbidden`: 403 · `not_found`: 404
 * - `conflict`: somebody else changed it in the meantime, or it is there already (409, 412)
 * - `invalid`: Grafana refused what it was given (400, 422), or it was not sent because it would be
 * - `too_large`: 413 · `provisioned`: it comes from a file, or from a plugin, and can only be changed there
 * - `not_grafana`: what answered does not speak Grafana's API, such as a proxy with a login page or a firewall
 * - `too_old`: a Grafana before version 10 · `aborted`: given up by the caller
 */
export type GrafanaErrorKind =
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'busy'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'invalid'
  | 'too_large'
  | 'provisioned'
  | 'not_grafana'
  | 'too_old'
  | 'aborted';

/** What is known of a failed call besides its message. */
export interface GrafanaFailure {
  readonly kind: GrafanaErrorKind;
  /** What to do, naming the key of the configuration or the role that is missing; one line without a full stop. */
  readonly advice: string;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly mayHaveHappened?: boolean | undefined;
}

const TRANSIENT: ReadonlySet<GrafanaErrorKind> = new Set(['unreachable', 'timeout', 'busy']);

/**
 * A call to Grafana came to nothing. The message is one line: method and path, status, and what Grafana said. Neither it nor
 * `advice` ever holds a token, a password or a header.
 */
export class GrafanaError extends TelemetryError {
  override readonly name = 'GrafanaError';
  readonly kind: GrafanaErrorKind;
  /** What to do, naming the key of the configuration or the role that is missing; one line. */
  readonly advice: string;
  /** Of the answer; undefined where there was none. */
  readonly status: number | undefined;
  /** Grafana's own word for it, such as `version-mismatch`, where it gave one. */
  readonly reason: string | undefined;
  /** How long Grafana asks to be left alone, in ms, where it said so. */
  readonly retryAfterMs: number | undefined;
  /** Whether the call may have had its effect all the same: its answer was lost on the way. */
  readonly mayHaveHappened: boolean;

  constructor(message: string, failure: GrafanaFailure) {
    super('TD_GRAFANA_FAILED', message);
    this.kind = failure.kind;
    this.advice = failure.advice;
    this.status = failure.status;
    this.reason = failure.reason;
    this.retryAfterMs = failure.retryAfterMs;
    this.mayHaveHappened = failure.mayHaveHappened ?? false;
  }

  /** Whether the same call may succeed later without anybody doing anything. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.kind);
  }
}

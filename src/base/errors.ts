/**
 * Every code that an error of this package carries in `code`. Codes are never reused.
 *
 * - `TD_CONFIG_INVALID`: the configuration is wrong; `issues` lists all that is.
 * - `TD_ALREADY_INITIALIZED`: a second `initializeTelemetryDashboard` asked for something else than the first.
 * - `TD_NOT_INITIALIZED`: `getTelemetryDashboard` was called before `initializeTelemetryDashboard`.
 * - `TD_PORT_UNAVAILABLE`: the configured address cannot be listened on; a cluster worker or thread runs on without it.
 * - `TD_METRIC_INVALID`: a custom metric was declared with a wrong name, option or twice differently.
 * - `TD_GRAFANA_FAILED`: a call to Grafana came to nothing; `kind` says why, `advice` what to do.
 */
export type TelemetryErrorCode =
  | 'TD_CONFIG_INVALID'
  | 'TD_ALREADY_INITIALIZED'
  | 'TD_NOT_INITIALIZED'
  | 'TD_PORT_UNAVAILABLE'
  | 'TD_METRIC_INVALID'
  | 'TD_GRAFANA_FAILED';

/** An error in how the package was set up, or in a call that was asked of it. Nothing on a message path ever throws one. */
export class TelemetryError extends Error {
  override readonly name: string = 'TelemetryError';
  readonly code: TelemetryErrorCode;

  constructor(code: TelemetryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One thing that is wrong in a configuration. */
export interface ConfigIssue {
  /** Where, in dots: `prometheus.port`, `alerts.rules.0.name`. Empty for the document itself. */
  readonly path: string;
  /**
   * What stood there, at most about 100 characters: `65536`, `"10s"`, `an object`, `missing`; `"***"` where the key holds a
   * secret, `a text` for one that might, empty for a key that there is not.
   */
  readonly value: string;
  /** What would have been right, as the end of the sentence "expected …"; of a key that there is not, that there is none. */
  readonly expected: string;
}

/** `prometheus.port: -1, expected a whole number from 0 to 65535`. */
export function issueText({ path, value, expected }: ConfigIssue): string {
  return `${path || '(document)'}: ${value === '' ? expected : `${value}, expected ${expected}`}`;
}

/** The configuration is wrong. The message and `issues` list every problem at once. */
export class TelemetryConfigError extends TelemetryError {
  override readonly name = 'TelemetryConfigError';
  readonly issues: readonly ConfigIssue[];

  /** @param source where the configuration came from, for the message: a file's path or `code`. */
  constructor(source: string, issues: readonly ConfigIssue[]) {
    const lines = issues.map((issue) => `  ${issueText(issue)}`);
    super('TD_CONFIG_INVALID', `telemetry-dashboard: wrong configuration (from ${source})\n${lines.join('\n')}`);
    this.issues = issues;
  }
}

/** What was thrown, as text: anything can be thrown, and not all of it becomes a string. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return `a ${typeof thrown}`;
  }
}

/** `error.type` where an error has no code and no name worth a label (OpenTelemetry semantic conventions). */
export const OTHER_ERROR = '_OTHER';

/** 1000–1015 as they are; a client may send any of the others, so they are only told apart by thousand. */
export function closeCodeLabel(code: unknown): string {
  if (typeof code !== 'number') return '_other';
  if (code >= 1000 && code <= 1015) return String(code);
  const thousand = Math.floor(code / 1000);
  return thousand === 3 || thousand === 4 ? `${thousand}xxx` : '_other';
}

/** What ws says of a client's handshake that failed, for it gives these errors no code. */
const HANDSHAKE_FAILURES: readonly (readonly [message: RegExp, errorType: string])[] = [
  [/^Opening handshake has timed out/, 'timeout'],
  [/^WebSocket was closed before the connection was established/, 'aborted'],
  [/^Maximum redirects exceeded/, 'too_many_redirects'],
  [/^(Invalid (Upgrade|Sec-WebSocket-(Accept|Extensions)) header|Server (sent|indicated) )/i, 'invalid_response'],
];

/** An error's code (`WS_ERR_…`, `ECONNRESET`), else what ws says of a failed handshake, else the name of its class. */
export function errorTypeOf(error: unknown): string {
  const { code, name, message, constructor } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    name?: unknown;
    message?: unknown;
    constructor?: unknown;
  };
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code;
  if (typeof message === 'string' && name === 'Error') {
    const known =
      /^Unexpected server response: (\d{3})$/.exec(message)?.[1] ??
      HANDSHAKE_FAILURES.find(([pattern]) => pattern.test(message))?.[1];
    if (known !== undefined) return known;
  }
  // of a class that has not named its errors, the class
  const type = name === 'Error' ? (constructor as { name?: unknown } | undefined)?.name : name;
  return typeof type === 'string' && /^[A-Z]\w{1,63}$/.test(type) ? type : OTHER_ERROR;
}

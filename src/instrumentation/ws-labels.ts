/** `error.type` where an error has no code and no name worth a label (OpenTelemetry semantic conventions). */
export const OTHER_ERROR = '_OTHER';

/** 1000–1015 as they are; a client may send any of the others, so they are only told apart by thousand. */
export function closeCodeLabel(code: unknown): string {
  if (typeof code !== 'number') return '_other';
  if (code >= 1000 && code <= 1015) return String(code);
  const thousand = Math.floor(code / 1000);
  return thousand === 3 || thousand === 4 ? `${thousand}xxx` : '_other';
}

/** An error's code (`WS_ERR_…`, `ECONNRESET`), else the name of its class. */
export function errorTypeOf(error: unknown): string {
  const { code, name } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown;
    name?: unknown;
  };
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code;
  return typeof name === 'string' && /^[A-Z]\w{1,63}$/.test(name) ? name : OTHER_ERROR;
}

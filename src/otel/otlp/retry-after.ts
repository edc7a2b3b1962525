/**
 * How long a server wants to be left alone, in ms, by its header `retry-after`: seconds, or a date. Undefined where it says
 * nothing of the kind, or a moment that is past.
 *
 * @param nowMs Unix time
 */
export function retryAfterMsOf(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  const afterMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return afterMs > 0 ? afterMs : undefined;
}

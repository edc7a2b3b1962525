/**
 * The quality that an `Accept` or `Accept-Encoding` header gives to a token (RFC 9110 §12.5), 0 where it does not name it.
 *
 * @param token lower case, such as `text/plain` or `gzip`; ranges such as `*` count for what the caller names them
 */
export function qualityOf(header: string | undefined, token: string): number {
  let best = 0;
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (name !== token) continue;
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    if (quality > best) best = quality;
  }
  return best;
}

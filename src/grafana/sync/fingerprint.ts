import { createHash } from 'node:crypto';

/** Sixteen hexadecimal digits that tell one JSON document from another. The order of keys counts. */
export function fingerprint(document: unknown): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 16);
}

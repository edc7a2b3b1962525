import { match } from 'path-to-regexp';

/** Whether it is a pattern of paths as in Express 5, beginning with a slash: `/rooms/:room`, `/files/*path`. */
export function isPathPattern(pattern: unknown): boolean {
  try {
    if (typeof pattern !== 'string' || !pattern.startsWith('/')) return false;
    // not only parsed: some patterns of the right form cannot be matched
    match(pattern);
    return true;
  } catch {
    return false;
  }
}

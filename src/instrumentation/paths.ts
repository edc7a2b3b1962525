import { match } from 'path-to-regexp';
import { isPathPattern } from '../base/path-pattern.ts';
import { describe } from '../recording/amount.ts';

/** What is known of the path at which a connection is made. */
export interface PathMatch {
  /** Connections at this path are not measured. */
  readonly ignored: boolean;
  /** `http.route`: the pattern that the path matches, `_other` for none; undefined where there are no patterns. */
  readonly route: string | undefined;
}

/** `http.route` of paths that match no pattern. */
const OTHER_ROUTE = '_other';

/** Patterns of paths, written as in Express 5: `/rooms/:room`, `/files/*path`. */
export class Paths {
  readonly #routes: readonly { readonly pattern: string; readonly matches: (path: string) => unknown }[];
  readonly #isIgnored: (path: string) => unknown;

  /**
   * @param routes patterns, the first that matches wins
   * @param ignore patterns of paths that are not measured
   * @throws TypeError naming a pattern that is none
   */
  constructor(routes: readonly string[] = [], ignore: readonly string[] = []) {
    checkPatterns('routes', routes);
    checkPatterns('ignore', ignore);
    // as it is on the wire: a path that cannot be decoded must not throw
    const options = { decode: false } as const;
    this.#routes = routes.map((pattern) => ({ pattern, matches: match(pattern, options) }));
    this.#isIgnored = ignore.length > 0 ? match([...ignore], options) : () => false;
  }

  /** @param url of a request (`/rooms/1?x`) or of a client (`ws://host/rooms/1`); undefined where there was none */
  match(url: string | undefined): PathMatch {
    const path = pathOf(url ?? '');
    const ignored = Boolean(this.#isIgnored(path));
    if (this.#routes.length === 0) return { ignored, route: undefined };
    return { ignored, route: this.#routes.find(({ matches }) => matches(path))?.pattern ?? OTHER_ROUTE };
  }
}

function checkPatterns(name: string, patterns: unknown): void {
  if (!Array.isArray(patterns)) throw new TypeError(`${name} is a list of path patterns`);
  for (const pattern of patterns as unknown[]) {
    if (!isPathPattern(pattern))
      throw new TypeError(`${name}: ${describe(pattern)} is no path pattern, such as /rooms/:room`);
  }
}

function pathOf(url: string): string {
  // ws+unix:/path/of/socket:/path
  const path = /^ws\+unix:[^:]*:?(.*)$/.exec(url)?.[1] ?? url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
  return path.replace(/[?#].*$/s, '') || '/';
}

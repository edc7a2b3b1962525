import type { IncomingHttpHeaders } from 'node:http';

/** In order: each may do what those before it may. */
export const ROLES = ['Viewer', 'Editor', 'Admin'] as const;
export type Role = (typeof ROLES)[number];

export type Json = Record<string, unknown>;

/** A request that has been let in. */
export interface FakeRequest {
  readonly method: string;
  /** Without the sub-path and the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; `{}` where there is none. */
  readonly body: Json;
  readonly sizeBytes: number;
  /** Login of who asks. */
  readonly login: string;
}

/** The text of a field, or '' where there is none. */
export function textIn(json: Json | undefined, field: string): string {
  const value = json?.[field];
  return typeof value === 'string' ? value : '';
}

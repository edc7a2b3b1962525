import type { TlsMaterial } from '../base/tls-material.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { readTls } from '../config/tls-files.ts';
import type { Credentials } from '../http/request.ts';

/** How a Grafana is reached. */
export interface Connection {
  readonly url: string;
  /** Undefined: those in the URL, else none. */
  readonly credentials: Credentials | undefined;
  readonly orgId: number | undefined;
  readonly tls: TlsMaterial;
  /** For each request. */
  readonly timeoutMs: number;
}

/**
 * @param source of the configuration, for the error
 * @throws TelemetryConfigError where a certificate cannot be read
 */
export function connectionOf({ grafana }: ResolvedConfig, source: string): Connection {
  const { url, api_key: bearerToken, username, password = '', org_id: orgId, timeout_ms: timeoutMs } = grafana;
  const signIn = username === undefined ? undefined : { username, password };
  return {
    url,
    credentials: bearerToken === undefined ? signIn : { bearerToken },
    orgId,
    tls: readTls(source, 'grafana.tls', grafana.tls),
    timeoutMs,
  };
}

import type { GrafanaClientOptions } from '../../src/grafana/api/grafana-client.ts';
import { GrafanaClient } from '../../src/grafana/api/grafana-client.ts';
import type { GrafanaError } from '../../src/grafana/api/grafana-error.ts';

import type { FakeGrafana } from './fake-grafana/fake-grafana.ts';

/** What reaches a stand-in as an administrator, with waits that a test can afford. */
function clientOptions(
  grafana: Pick<FakeGrafana, 'url'>,
  more: Partial<GrafanaClientOptions> = {},
): GrafanaClientOptions {
  return {
    url: grafana.url,
    credentials: { bearerToken: 'glsa_admin_5e6f' },
    tls: { rejectUnauthorized: true },
    timeoutMs: 5000,
    retry: { tries: 4, firstMs: 2, longestMs: 10 },
    ...more,
  };
}

export function clientOf(grafana: Pick<FakeGrafana, 'url'>, more: Partial<GrafanaClientOptions> = {}): GrafanaClient {
  return new GrafanaClient(clientOptions(grafana, more));
}

/** The error that a call must end with. */
export async function grafanaError(call: Promise<unknown>): Promise<GrafanaError> {
  const outcome: unknown = await call.then(
    (value) => new Error(`it went well: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  expect(outcome).toMatchObject({ name: 'GrafanaError', code: 'TD_GRAFANA_FAILED' });
  return outcome as GrafanaError;
}

import type { OnceLogger } from '../base/logger.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { DashboardEditor } from './api/edits.ts';
import { GrafanaClient } from './api/grafana-client.ts';
import { connectionOf } from './connection.ts';

/** What reaches one Grafana. */
export interface Link {
  readonly client: GrafanaClient;
  readonly editor: DashboardEditor;
  /** Ends what is under way, and all that would come. */
  readonly abort: () => void;
}

/**
 * Undefined where `grafana.enabled` is false.
 *
 * @param source of the configuration, for the error
 * @throws TelemetryConfigError where a certificate cannot be read
 */
export function linkOf(config: ResolvedConfig, source: string, logger: OnceLogger): Link | undefined {
  if (!config.grafana.enabled) return undefined;
  const ended = new AbortController();
  const { signal } = ended;
  const client = new GrafanaClient({ ...connectionOf(config, source), signal, logger });
  const abort = (): void => {
    ended.abort();
  };
  return { client, editor: new DashboardEditor(client, { signal }), abort };
}

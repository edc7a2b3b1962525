import type { ResolvedConfig } from '../../config/schema.ts';
import { GrafanaError } from '../api/grafana-error.ts';
import type { GrafanaClient } from '../api/grafana-client.ts';
import type { GrafanaDataSource } from '../api/model.ts';
import { prometheusDataSource } from '../data-source.ts';
import type { PrometheusDataSource } from '../data-source.ts';
import { contains } from './contains.ts';
import { fingerprint } from './fingerprint.ts';
import { FROM_FILE_REASON, outcomesOf } from './sync-item.ts';
import type { SyncItem, SyncOptions } from './sync-item.ts';

/** Key in `jsonData`, which Grafana hands back as it was: how a sync knows what an earlier one has written. */
const MARK = 'telemetryDashboard';

/** Creates the data source, or brings up to date what an earlier sync has written. Safe to run in several processes at once. */
export async function syncDataSource(
  client: GrafanaClient,
  config: ResolvedConfig,
  { overwrite = false }: SyncOptions,
): Promise<SyncItem> {
  const wanted = prometheusDataSource(config);
  const marked = { ...wanted, jsonData: { ...wanted.jsonData, [MARK]: fingerprint(wanted) } };
  const item = outcomesOf({ kind: 'data source', uid: wanted.uid, title: wanted.name });
  let stored = await client.getDataSource(wanted.uid);
  if (!stored) {
    try {
      await client.createDataSource(marked);
      return item('created');
    } catch (error) {
      if (!(error instanceof GrafanaError && error.kind === 'conflict')) throw error;
      stored = await client.getDataSource(wanted.uid);
      if (!stored) {
        return item('kept', `another data source is called so; give its uid as grafana.datasource.uid to use it`);
      }
    }
  }
  if (contains(stored, wanted)) return item('unchanged');
  if (stored.readOnly) return item('kept', FROM_FILE_REASON);
  if (!overwrite && !isUntouched(stored, wanted)) return item('kept', 'it was changed or made by hand');
  await client.updateDataSource(wanted.uid, {
    ...stored,
    ...marked,
    jsonData: { ...stored.jsonData, ...marked.jsonData },
  });
  return item('updated');
}

/** Whether it is as a sync has written it, maybe by another configuration. */
function isUntouched(stored: GrafanaDataSource, wanted: PrometheusDataSource): boolean {
  const managed = (keys: readonly string[], from: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(keys.map((key) => [key, from[key]]));
  const written = {
    ...managed(Object.keys(wanted), stored),
    jsonData: managed(Object.keys(wanted.jsonData), stored.jsonData ?? {}),
  };
  return stored.jsonData?.[MARK] === fingerprint(written);
}

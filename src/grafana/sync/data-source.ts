import type { ResolvedConfig } from '../../config/schema.ts';
import { GrafanaError } from '../api/grafana-error.ts';
import type { GrafanaClient } from '../api/grafana-client.ts';
import type { GrafanaDataSource } from '../api/model.ts';
import { prometheusDataSource } from '../data-source.ts';
import type { PrometheusDataSource } from '../data-source.ts';
import { ownerOf } from '../identity.ts';
import { contains } from './contains.ts';
import { fingerprint } from './fingerprint.ts';
import { FROM_FILE_REASON, outcomesOf } from './sync-item.ts';
import type { SyncItem, SyncOptions } from './sync-item.ts';

/** Key in `jsonData`, which Grafana hands back as it was: whose it is, and how a sync has left it. */
const MARK = 'telemetryDashboard';

/** Writes that another process came before, in a row. */
const MAX_LOST_RACES = 5;

/**
 * Creates the data source, or brings up to date what an earlier sync of the same service has written. One without its mark is used as it
 * is, whatever the options. Safe to run in several processes at once.
 */
export async function syncDataSource(
  client: GrafanaClient,
  config: ResolvedConfig,
  { overwrite = false }: SyncOptions,
): Promise<SyncItem> {
  const wanted = prometheusDataSource(config);
  const owner = ownerOf(config);
  const marked = { ...wanted, jsonData: { ...wanted.jsonData, [MARK]: markOf(owner, wanted) } };
  const item = outcomesOf({ kind: 'data source', uid: wanted.uid, title: wanted.name });
  for (let lost = 0; ; lost++) {
    const stored = await read(client, wanted.uid);
    if (stored === 'forbidden')
      return item('kept', 'this token may not look at it (role Admin), so it is taken to be right');
    if (stored) {
      if (contains(stored, wanted)) return item('unchanged');
      const reason = reasonToKeep(stored, wanted, owner, overwrite);
      if (reason !== undefined) return item('kept', reason);
    }
    try {
      if (!stored) {
        await client.createDataSource(marked);
        return item('created');
      }
      const jsonData = { ...stored.jsonData, ...marked.jsonData };
      await client.updateDataSource(wanted.uid, { ...stored, ...marked, jsonData });
      return item('updated');
    } catch (error) {
      if (!(error instanceof GrafanaError && error.kind === 'conflict') || lost >= MAX_LOST_RACES) throw error;
      if (!stored && !(await client.getDataSource(wanted.uid))) {
        return item('failed', 'another data source is called so; give its uid as grafana.datasource.uid to use it');
      }
    }
  }
}

async function read(client: GrafanaClient, uid: string): Promise<GrafanaDataSource | 'forbidden' | null> {
  try {
    return await client.getDataSource(uid);
  } catch (error) {
    if (error instanceof GrafanaError && error.kind === 'forbidden') return 'forbidden';
    throw error;
  }
}

function reasonToKeep(
  stored: GrafanaDataSource,
  wanted: PrometheusDataSource,
  owner: string,
  overwrite: boolean,
): string | undefined {
  if (stored.readOnly) return FROM_FILE_REASON;
  const mark = stored.jsonData?.[MARK];
  if (typeof mark !== 'string' || stored.type !== wanted.type) return 'it was not made by a sync, and is used as it is';
  const maker = mark.slice(0, mark.lastIndexOf(' '));
  if (maker !== owner) {
    const whose = maker === '' ? 'a service without a name' : maker;
    return `it is that of ${whose}, and is used as it is; another one needs a grafana.datasource.uid and name of its own`;
  }
  return overwrite || mark === markOf(owner, asWritten(stored, wanted)) ? undefined : 'it was changed by hand';
}

function markOf(owner: string, written: object): string {
  return `${owner} ${fingerprint(written)}`;
}

/** What of it a sync writes. */
function asWritten(stored: GrafanaDataSource, wanted: PrometheusDataSource): object {
  const managed = (keys: readonly string[], from: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(keys.map((key) => [key, from[key]]));
  const jsonData = managed(Object.keys(wanted.jsonData), stored.jsonData ?? {});
  return { ...managed(Object.keys(wanted), stored), jsonData };
}

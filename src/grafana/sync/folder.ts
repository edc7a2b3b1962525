import type { ResolvedConfig } from '../../config/schema.ts';
import { GrafanaError } from '../api/grafana-error.ts';
import type { GrafanaClient } from '../api/grafana-client.ts';
import { folderUid } from '../identity.ts';
import { outcomesOf } from './sync-item.ts';
import type { SyncItem } from './sync-item.ts';

/** Creates the folder where it is not there; one that is there stays as it is, whatever its title. */
export async function syncFolder(client: GrafanaClient, config: ResolvedConfig): Promise<SyncItem> {
  const uid = folderUid(config);
  const title = config.grafana.folder;
  const item = outcomesOf({ kind: 'folder', uid, title });
  if (await client.getFolder(uid)) return item('unchanged');
  try {
    await client.createFolder({ uid, title });
    return item('created');
  } catch (error) {
    if (!(error instanceof GrafanaError && error.kind === 'conflict')) throw error;
    // another process was first, or somebody long ago
    if (await client.getFolder(uid)) return item('unchanged');
    return item('failed', 'another folder is called so; give this one another name, as grafana.folder');
  }
}

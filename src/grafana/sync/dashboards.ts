import { PACKAGE_NAME } from '../../base/version.ts';
import { GrafanaError } from '../api/grafana-error.ts';
import type { GrafanaClient } from '../api/grafana-client.ts';
import { plainMessage } from '../api/save-message.ts';
import type { Dashboard } from '../schema.ts';
import { contains } from './contains.ts';
import { fingerprint } from './fingerprint.ts';
import { FROM_FILE_REASON, outcomesOf } from './sync-item.ts';
import type { SyncItem, SyncOptions } from './sync-item.ts';

/** Begins the version message of each save by a sync; the dashboard's fingerprint follows. */
const MESSAGE = `${PACKAGE_NAME} sync `;

/** Saves that another process came before, in a row. */
const MAX_LOST_RACES = 5;

/**
 * Saves a dashboard, unless it is right already or somebody changed it by hand: that shows in the message of its latest version, since
 * Grafana rewrites dashboards and so they cannot be compared. Safe to run in several processes at once.
 *
 * @param folderUid where a new one goes; one that is there stays in its folder
 */
export async function syncDashboard(
  client: GrafanaClient,
  wanted: Dashboard,
  folderUid: string,
  { overwrite = false }: SyncOptions,
): Promise<SyncItem> {
  const message = MESSAGE + fingerprint(wanted);
  const item = outcomesOf({ kind: 'dashboard', uid: wanted.uid, title: wanted.title });
  for (let lost = 0; ; lost++) {
    const stored = await client.getDashboard(wanted.uid);
    if (stored?.meta.provisioned) {
      return item('kept', FROM_FILE_REASON);
    }
    if (stored) {
      const last = await client.lastChange(wanted.uid);
      const lastMessage = plainMessage(last?.message ?? '');
      if (lastMessage === message || contains(stored.dashboard, wanted)) return item('unchanged');
      if (!overwrite && !lastMessage.startsWith(MESSAGE)) {
        const who = last?.createdBy ? ` by ${last.createdBy}` : '';
        return item(
          'kept',
          `it was changed${who} in version ${stored.dashboard.version ?? '?'}; overwrite it to lose that`,
        );
      }
    }
    try {
      await client.saveDashboard({
        dashboard: { ...wanted, id: stored?.dashboard['id'] ?? null, version: stored?.dashboard.version ?? 0 },
        folderUid: stored ? (stored.meta.folderUid ?? '') : folderUid,
        message,
        overwrite: false,
      });
      return item(stored ? 'updated' : 'created');
    } catch (error) {
      const isRace = error instanceof GrafanaError && error.kind === 'conflict';
      if (!isRace || lost >= MAX_LOST_RACES) throw error;
    }
  }
}

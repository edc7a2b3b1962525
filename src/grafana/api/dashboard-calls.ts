import { isObject, numberField, textField } from './json.ts';
import type { DashboardChange, DashboardSave, SavedDashboard } from './model.ts';
import { signedMessage } from './save-message.ts';
import type { Call, Transport } from './transport.ts';

/** So many versions Grafana keeps unless it is told otherwise. */
export const KEPT_VERSIONS = 20;

export function readDashboard(uid: string): Call {
  return {
    method: 'GET',
    path: ['dashboards', 'uid', uid],
    needs: 'Viewer (dashboards:read)',
    isRight: (stored) => isObject(stored) && isObject(stored['dashboard']) && isObject(stored['meta']),
  };
}

export function readVersions(uid: string, limit: number): Call {
  return {
    method: 'GET',
    path: ['dashboards', 'uid', uid, 'versions'],
    query: { limit: String(limit) },
    needs: 'Editor (dashboards:write)',
    isRight: (content) => Array.isArray(versionsIn(content)),
  };
}

/** Newest first. */
export function changesIn(content: unknown): readonly DashboardChange[] {
  const versions = versionsIn(content);
  return (Array.isArray(versions) ? versions : [])
    .map((entry: unknown) => ({
      version: numberField(entry, 'version') ?? 0,
      message: textField(entry, 'message'),
      createdBy: textField(entry, 'createdBy'),
    }))
    .sort((a, b) => b.version - a.version);
}

/** Saves a dashboard, once. */
export function save(transport: Transport, request: DashboardSave): Promise<SavedDashboard> {
  const { dashboard, folderUid, overwrite } = request;
  const message = signedMessage(request.message);
  const { uid } = dashboard;
  const call: Call = {
    method: 'POST',
    path: ['dashboards', 'db'],
    body: { dashboard, folderUid, message, overwrite },
    needs: 'Editor (dashboards:write, dashboards:create)',
    isRight: (saved) => textField(saved, 'uid') !== '' && numberField(saved, 'version') !== undefined,
  };
  const read = (saved: unknown): SavedDashboard => ({
    uid: textField(saved, 'uid'),
    version: numberField(saved, 'version') ?? 0,
    url: textField(saved, 'url'),
  });
  return transport.once(call, read, async (look) => {
    if (uid === undefined) return undefined;
    const changes = changesIn(await look(readVersions(uid, KEPT_VERSIONS)));
    const own = changes.find((change) => change.message === message);
    return own && { uid, version: own.version, url: `/d/${uid}` };
  });
}

/** The list in both shapes: bare up to Grafana 10, with a token to go on later. */
function versionsIn(content: unknown): unknown {
  return isObject(content) ? content['versions'] : content;
}

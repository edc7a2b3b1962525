import type { FakeFolders } from './folders.ts';
import { Refusal, copyOf, ok } from './reply.ts';
import type { Reply } from './reply.ts';
import type { FakeRequest, Json } from './request.ts';
import { textIn } from './request.ts';

interface Version {
  readonly version: number;
  readonly parentVersion: number;
  readonly restoredFrom: number;
  readonly message: string;
  readonly createdBy: string;
  readonly data: Json;
}

interface Kept {
  readonly id: number;
  dashboard: Json;
  folderUid: string;
  versions: Version[];
  /** Name of the file it comes from. */
  provisioned?: string;
  isPlugins?: boolean;
}

interface Save {
  readonly dashboard: Json;
  readonly folderUid: string;
  readonly message: string;
  readonly login: string;
  readonly restoredFrom?: number;
}

/** Grafana keeps so many of each dashboard (R: `versions_to_keep`). */
const KEPT_VERSIONS = 20;

/** The dashboards of the stand-in. */
export class FakeDashboards {
  readonly all = new Map<string, Kept>();
  maxBytes = 4 << 20;
  readonly #major: number;
  readonly #folders: FakeFolders;
  #lastId = 0;

  constructor(major: number, folders: FakeFolders) {
    this.#major = major;
    this.#folders = folders;
  }

  /** R: fields of the answer; 404. */
  get(uid: string): Reply {
    const kept = this.#at(uid);
    const { folderUid, versions } = kept;
    const last = versions.at(-1);
    return ok({
      meta: {
        type: 'db',
        canSave: true,
        canEdit: true,
        canAdmin: false,
        slug: slugOf(kept.dashboard),
        url: urlOf(kept.dashboard),
        version: last?.version,
        createdBy: versions[0]?.createdBy,
        updatedBy: last?.createdBy,
        folderUid,
        folderTitle: this.#folders.all.get(folderUid)?.title ?? 'General',
        provisioned: kept.provisioned !== undefined,
        provisionedExternalId: kept.provisioned ?? '',
        ...(this.#major >= 12 && { apiVersion: 'v1beta1' }),
      },
      dashboard: copyOf(kept.dashboard),
    });
  }

  /** R: statuses, texts and limits, and that a missing `folderUid` moves to the root. U: the order of the checks. */
  save({ body, login, sizeBytes }: FakeRequest): Reply {
    const dashboard = body['dashboard'] as Json;
    const message = typeof body['message'] === 'string' ? body['message'] : '';
    const folderUid = typeof body['folderUid'] === 'string' ? body['folderUid'] : '';
    if (sizeBytes > this.maxBytes) throw new Refusal(413, `Dashboard is too large, max is ${this.maxBytes >> 20} MB`);
    checkForm(dashboard, message);
    if (folderUid !== '' && !this.#folders.all.has(folderUid)) throw new Refusal(400, 'folder not found');
    const kept = this.#target(dashboard);
    if (kept?.provisioned !== undefined) throw new Refusal(400, 'Cannot save provisioned dashboard');
    if (body['overwrite'] !== true) this.#checkVersion(kept, dashboard, folderUid);
    const saved = this.#put(kept, { dashboard, folderUid, message, login });
    return ok({ ...saved, status: 'success', folderUid });
  }

  /** R: bare up to 10, with a token later. U: the fields of an entry. */
  versions(uid: string, query: URLSearchParams): Reply {
    const { versions, id } = this.#at(uid);
    const start = Number(query.get('start') ?? 0);
    const limit = Number(query.get('limit') ?? 0) || versions.length;
    const entries = versions
      .toReversed()
      .slice(start, start + limit)
      .map(({ data: _, ...entry }) => ({ id, dashboardId: id, uid, created: '2026-01-01T00:00:00Z', ...entry }));
    return ok(this.#major <= 10 ? entries : { continueToken: '', versions: entries });
  }

  /** R: the call. U: that it makes a new version with this message, and keeps the folder. */
  restore(uid: string, { body, login }: FakeRequest): Reply {
    const kept = this.#at(uid);
    const version = Number(body['version']);
    const old = kept.versions.find((entry) => entry.version === version);
    if (!old) throw new Refusal(404, 'Dashboard version not found');
    const message = `Restored from version ${version}`;
    const { folderUid } = kept;
    return ok({
      ...this.#put(kept, { dashboard: copyOf(old.data), folderUid, message, login, restoredFrom: version }),
      status: 'success',
    });
  }

  remove(uid: string): Reply {
    const title = String(this.#at(uid).dashboard['title']);
    this.all.delete(uid);
    return ok({ title, message: `Dashboard ${title} deleted`, uid });
  }

  /** As a person would in the page: read, change, save. Gives back the new version. */
  editByHand(uid: string, change: (dashboard: Json) => void, message = ''): number {
    const kept = this.#at(uid);
    const dashboard = copyOf(kept.dashboard);
    change(dashboard);
    return this.#put(kept, { dashboard, folderUid: kept.folderUid, message, login: 'a-person' }).version;
  }

  /** U: to move it in the page is a save with an empty message. Gives back the new version. */
  moveByHand(uid: string, folderUid: string): number {
    const kept = this.#at(uid);
    const dashboard = copyOf(kept.dashboard);
    return this.#put(kept, { dashboard, folderUid, message: '', login: 'a-person' }).version;
  }

  #at(uid: string): Kept {
    const kept = this.all.get(uid);
    if (!kept) throw new Refusal(404, { status: 'not-found', message: 'Dashboard not found' });
    return kept;
  }

  /** The dashboard that a save is about. U: an id that is unknown gives 404, one with the uid of another 400. */
  #target(dashboard: Json): Kept | undefined {
    const { id, uid } = dashboard;
    const byUid = this.all.get(String(uid));
    if (typeof id !== 'number' || id === 0) return byUid;
    const byId = [...this.all.values()].find((kept) => kept.id === id);
    if (!byId) throw new Refusal(404, { status: 'not-found', message: 'Dashboard not found' });
    if (byUid && byUid !== byId) throw new Refusal(400, 'A dashboard with the same uid already exists');
    return byId;
  }

  #checkVersion(kept: Kept | undefined, dashboard: Json, folderUid: string): void {
    if (kept?.isPlugins)
      throw new Refusal(412, { status: 'plugin-dashboard', message: 'The dashboard belongs to a plugin' });
    if (kept && dashboard['version'] !== kept.dashboard['version']) {
      const message = 'The dashboard has been changed by someone else';
      throw new Refusal(412, { status: 'version-mismatch', message });
    }
    // U: gone at some time after 9.3
    const hasName = [...this.all.values()].some(
      (other) => other !== kept && other.folderUid === folderUid && other.dashboard['title'] === dashboard['title'],
    );
    if (this.#major <= 10 && hasName) {
      const message = 'A dashboard with the same name in the folder already exists';
      throw new Refusal(412, { status: 'name-exists', message });
    }
  }

  #put(kept: Kept | undefined, save: Save): { id: number; uid: string; url: string; version: number; slug: string } {
    const { dashboard, folderUid, message, login, restoredFrom = 0 } = save;
    const parentVersion = Number(kept?.dashboard['version'] ?? 0);
    const version = parentVersion + 1;
    const id = kept?.id ?? (this.#lastId += 1);
    const uid = textIn(dashboard, 'uid') || textIn(kept?.dashboard, 'uid') || `generated-${id}`;
    const stored = { ...dashboard, id, uid, version };
    const entry = { version, parentVersion, restoredFrom, message, createdBy: login, data: copyOf(stored) };
    if (kept && kept.dashboard['uid'] !== uid) this.all.delete(String(kept.dashboard['uid']));
    const { provisioned, isPlugins } = kept ?? {};
    this.all.set(uid, {
      id,
      dashboard: stored,
      folderUid,
      versions: [...(kept?.versions ?? []), entry].slice(-KEPT_VERSIONS),
      ...(provisioned !== undefined && { provisioned }),
      ...(isPlugins !== undefined && { isPlugins }),
    });
    return { id, uid, url: urlOf(stored), version, slug: slugOf(stored) };
  }
}

/** R. */
function checkForm(dashboard: Json | undefined, message: string): void {
  if (typeof dashboard !== 'object') throw new Refusal(400, 'bad request data');
  const { uid, title } = dashboard;
  if (dashboard['elements'] !== undefined) {
    throw new Refusal(400, 'dashboard appears to be in v2 format. Please use the /apis/dashboard.grafana.app/v2 API');
  }
  if (typeof title !== 'string' || title.trim() === '') {
    throw new Refusal(400, { status: 'empty-name', message: 'Dashboard title cannot be empty' });
  }
  if (typeof uid === 'string' && uid.length > 40) throw new Refusal(400, 'uid too long, max 40 characters');
  if (typeof uid === 'string' && !/^[\w-]*$/.test(uid)) throw new Refusal(400, 'uid contains illegal characters');
  if (message.length > 500) throw new Refusal(400, 'message too long, max 500 characters');
}

function slugOf({ title }: Json): string {
  return String(title)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

function urlOf(dashboard: Json): string {
  return `/d/${String(dashboard['uid'])}/${slugOf(dashboard)}`;
}

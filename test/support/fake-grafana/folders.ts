import type { FakeRequest, Json } from './request.ts';
import type { Reply } from './reply.ts';
import { Refusal, ok } from './reply.ts';

interface Folder {
  readonly id: number;
  readonly uid: string;
  title: string;
  version: number;
}

/** The folders of the stand-in. */
export class FakeFolders {
  readonly all = new Map<string, Folder>();
  readonly #major: number;

  constructor(major: number) {
    this.#major = major;
  }

  get(uid: string): Reply {
    return ok(shown(this.#at(uid)));
  }

  /** R: 200, 409 for a uid that is there, 412 in older ones. U: that 412 ended with 10, and that titles are compared. */
  create({ body }: FakeRequest): Reply {
    const title = typeof body['title'] === 'string' ? body['title'].trim() : '';
    const uid = typeof body['uid'] === 'string' && body['uid'] !== '' ? body['uid'] : `f${this.all.size + 1}`;
    if (title === '') throw new Refusal(400, 'folder title cannot be empty');
    if (uid.length > 40) throw new Refusal(400, 'uid too long, max 40 characters');
    if (!/^[\w-]+$/.test(uid)) throw new Refusal(400, 'uid contains illegal characters');
    if (this.all.has(uid)) {
      throw new Refusal(this.#major > 10 ? 409 : 412, 'a folder with the same UID already exists');
    }
    if ([...this.all.values()].some((other) => other.title === title)) {
      const message = 'a folder with the same name already exists in the current location';
      throw this.#major > 10 ? new Refusal(409, message) : new Refusal(412, { status: 'name-exists', message });
    }
    const folder = { id: this.all.size + 1, uid, title, version: 1 };
    this.all.set(uid, folder);
    return ok(shown(folder));
  }

  /** R: 412 with this text. */
  update(uid: string, { body }: FakeRequest): Reply {
    const folder = this.#at(uid);
    if (body['overwrite'] !== true && body['version'] !== folder.version) {
      throw new Refusal(412, { status: 'version-mismatch', message: 'the folder has been changed by someone else' });
    }
    folder.title = String(body['title']);
    folder.version += 1;
    return ok(shown(folder));
  }

  #at(uid: string): Folder {
    const folder = this.all.get(uid);
    if (!folder) throw new Refusal(404, { message: 'folder not found', status: 'not-found' });
    return folder;
  }
}

function shown(folder: Folder): Json {
  return { ...folder, url: `/dashboards/f/${folder.uid}/${folder.uid}`, canSave: true };
}

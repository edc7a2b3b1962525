import { Refusal, ok, sortedCopyOf } from './reply.ts';
import type { Reply } from './reply.ts';
import type { FakeRequest, Json } from './request.ts';
import { textIn } from './request.ts';

interface Source extends Json {
  uid: string;
  name: string;
  version: number;
  readOnly: boolean;
}

/** The data sources of the stand-in. */
export class FakeDataSources {
  /** By uid, as they are read. */
  readonly all = new Map<string, Source>();
  /** By uid: what reads never show. */
  readonly secrets = new Map<string, Readonly<Record<string, string>>>();
  #lastId = 0;

  get(uid: string): Reply {
    return ok({ ...this.#at(uid) });
  }

  /** R: 409 with these texts. */
  create({ body }: FakeRequest): Reply {
    const id = (this.#lastId += 1);
    const uid = typeof body['uid'] === 'string' && body['uid'] !== '' ? body['uid'] : `ds${id}`;
    const name = textIn(body, 'name');
    if (name === '' || !body['type']) throw new Refusal(400, 'bad request data');
    this.#checkName(name, uid);
    if (this.all.has(uid)) throw new Refusal(409, 'data source with the same uid already exists');
    const source = this.#put({ id, uid, name, version: 1, readOnly: false }, body);
    return ok({ id, name, message: 'Datasource added', datasource: source });
  }

  /** R: 404, 403, 409 with these texts. U: that a missing version, or 0, is not compared, and that secrets left out are kept. */
  update(uid: string, { body }: FakeRequest): Reply {
    const old = this.#at(uid);
    const version = Number(body['version'] ?? 0);
    if (old.readOnly) throw new Refusal(403, 'Cannot update read-only data source');
    if (version !== 0 && version !== old.version) {
      throw new Refusal(409, 'Datasource has already been updated by someone else. Please reload and try again');
    }
    const name = textIn(body, 'name');
    this.#checkName(name, uid);
    const source = this.#put({ id: old['id'], uid, name, version: old.version + 1, readOnly: false }, body);
    return ok({ id: source['id'], name, message: 'Datasource updated', datasource: source });
  }

  health(uid: string): Reply {
    this.#at(uid);
    return ok({ status: 'OK', message: 'Successfully queried the Prometheus API.' });
  }

  #checkName(name: string, uid: string): void {
    const hasName = [...this.all.values()].some((other) => other.name === name && other.uid !== uid);
    if (hasName) throw new Refusal(409, 'data source with the same name already exists');
  }

  /** R: secrets are write-only. U: the defaults of the other fields. */
  #put(fixed: Pick<Source, 'uid' | 'name' | 'version' | 'readOnly'> & Json, body: Json): Source {
    const { secureJsonData = {}, ...rest } = body;
    const secrets = { ...this.secrets.get(fixed.uid), ...(secureJsonData as Record<string, string>) };
    this.secrets.set(fixed.uid, secrets);
    const source: Source = {
      orgId: 1,
      typeLogoUrl: '',
      access: 'proxy',
      url: '',
      user: '',
      database: '',
      basicAuth: false,
      basicAuthUser: '',
      withCredentials: false,
      isDefault: false,
      jsonData: {},
      ...rest,
      secureJsonFields: Object.fromEntries(Object.keys(secrets).map((key) => [key, true])),
      ...fixed,
    };
    const stored = sortedCopyOf(source);
    this.all.set(fixed.uid, stored);
    return stored;
  }

  #at(uid: string): Source {
    const source = this.all.get(uid);
    if (!source) throw new Refusal(404, 'Data source not found');
    return source;
  }
}

import { Refusal, ok } from './reply.ts';
import type { Reply } from './reply.ts';
import type { FakeFolders } from './folders.ts';
import type { FakeRequest, Json } from './request.ts';
import { textIn } from './request.ts';

/** R. `orgID` too, but Grafana takes that of the account (U). */
const REQUIRED = ['title', 'ruleGroup', 'folderUID', 'condition', 'data', 'noDataState', 'execErrState', 'for'];

/** Seconds of a rule's group that has not been given any (U). */
const DEFAULT_INTERVAL = 60;

/** The alert rules of the stand-in, by `/api/v1/provisioning`. */
export class FakeAlertRules {
  readonly all = new Map<string, Json>();
  /** Seconds, by `folder/group`. */
  readonly intervals = new Map<string, number>();
  readonly #major: number;
  readonly #folders: FakeFolders;
  #lastId = 0;

  constructor(major: number, folders: FakeFolders) {
    this.#major = major;
    this.#folders = folders;
  }

  /** R: 200, with its provenance. U: an empty 404. */
  get(uid: string): Reply {
    const rule = this.all.get(uid);
    if (!rule) throw new Refusal(404);
    return ok({ ...rule });
  }

  /** R: 204. U: also where there is none, and that its provenance must be that of the request. */
  remove(uid: string, { headers }: FakeRequest): Reply {
    const kept = textIn(this.all.get(uid), 'provenance');
    const given = provenanceOf(headers);
    if (kept !== '' && kept !== given) {
      throw new Refusal(500, `cannot delete with provided provenance '${given}', needs '${kept}'`);
    }
    this.all.delete(uid);
    return { status: 204 };
  }

  /** U: 404 for a group without rules. */
  group(folderUid: string, group: string): Reply {
    const rules = this.#rulesOf(folderUid, group);
    if (rules.length === 0) throw new Refusal(404, 'rule group does not exist');
    const interval = this.intervals.get(`${folderUid}/${group}`) ?? DEFAULT_INTERVAL;
    return ok({ title: group, folderUid, interval, rules: rules.map(withoutProvenance) });
  }

  /** R: 200, whole seconds. U: multiples of 10; rules that are not named are deleted. */
  setGroup(folderUid: string, group: string, { body, headers }: FakeRequest): Reply {
    const interval = Number(body['interval']);
    if (!Number.isInteger(interval) || interval <= 0 || interval % 10 !== 0) {
      throw new Refusal(400, `interval (${String(body['interval'])}) should be non-zero and divided exactly by 10`);
    }
    const rules = (body['rules'] as Json[] | undefined) ?? [];
    const provenance = provenanceOf(headers);
    const put = rules.map((rule, index) => {
      const uid =
        typeof rule['uid'] === 'string' && rule['uid'] !== '' ? rule['uid'] : `rule-${this.#lastId + 1 + index}`;
      return this.#put(uid, { ...rule, folderUID: folderUid, ruleGroup: group }, provenance);
    });
    const named = new Set(put.map((rule) => rule['uid']));
    for (const rule of this.#rulesOf(folderUid, group)) {
      if (!named.has(rule['uid'])) this.all.delete(String(rule['uid']));
    }
    this.intervals.set(`${folderUid}/${group}`, interval);
    return ok({ title: group, folderUid, interval, rules: put.map(withoutProvenance) });
  }

  #rulesOf(folderUid: string, group: string): Json[] {
    return [...this.all.values()].filter((rule) => rule['folderUID'] === folderUid && rule['ruleGroup'] === group);
  }

  /** R: which fields are required. U: the texts, and that the folder must be there. */
  #put(uid: string, body: Json, provenance: string): Json {
    const missing = REQUIRED.find((field) => body[field] === undefined || body[field] === '');
    if (missing !== undefined) throw new Refusal(400, `invalid alert rule: ${missing} is missing`);
    if (uid.length > 40 || !/^[\w-]+$/.test(uid)) throw new Refusal(400, 'invalid alert rule: UID is not valid');
    if (!this.#folders.all.has(String(body['folderUID']))) throw new Refusal(400, 'folder does not exist');
    this.#checkProvenance(uid, provenance);
    const hasTitle = [...this.all.values()].some(
      (other) => other['uid'] !== uid && other['title'] === body['title'] && other['folderUID'] === body['folderUID'],
    );
    if (hasTitle) throw new Refusal(409, 'a rule with the same title exists in the folder');
    const id = this.all.get(uid)?.['id'] ?? (this.#lastId += 1);
    const rule = { ...this.#written(body), id, uid, orgID: 1, provenance, updated: '2026-01-01T00:00:00Z' };
    this.all.set(uid, rule);
    return rule;
  }

  /** As Grafana keeps a rule (U): models with its defaults, durations in its spelling, fields that it does not know left out. */
  #written(body: Json): Json {
    const { keep_firing_for: keepFiringFor = '0s', ...rest } = body;
    const data = (body['data'] as Json[]).map((query) => ({
      queryType: '',
      ...query,
      model: { intervalMs: 1000, maxDataPoints: 43200, ...(query['model'] as Json) },
    }));
    return {
      isPaused: false,
      ...(this.#major >= 11 && { notification_settings: null, record: null }),
      ...rest,
      data,
      for: durationText(String(body['for'])),
      ...(this.#major >= 12 && { keep_firing_for: durationText(String(keepFiringFor)) }),
    };
  }

  /** U: status and text. */
  #checkProvenance(uid: string, provenance: string): void {
    const kept = textIn(this.all.get(uid), 'provenance');
    if (kept === '' || kept === provenance) return;
    throw new Refusal(500, `cannot change provenance from '${kept}' to '${provenance}'`);
  }
}

/** U: a rule in its group has none, only one that is read by itself. */
function withoutProvenance({ provenance: _, ...rule }: Json): Json {
  return rule;
}

/** R: with this header objects stay editable in the pages. */
function provenanceOf(headers: FakeRequest['headers']): string {
  return headers['x-disable-provenance'] === 'true' ? '' : 'api';
}

const UNITS = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

/** A duration as Prometheus writes it: `90s` is `1m30s`. */
function durationText(text: string): string {
  const pieces = [...text.matchAll(/(\d+)([wdhms])/g)];
  if (pieces.length === 0 || pieces.map(([piece]) => piece).join('') !== text) {
    throw new Refusal(400, `not a valid duration string: "${text}"`);
  }
  let seconds = 0;
  for (const [, amount, unit] of pieces) seconds += Number(amount) * UNITS[unit as keyof typeof UNITS];
  let written = '';
  for (const [unit, size] of Object.entries(UNITS)) {
    const amount = Math.floor(seconds / size);
    // weeks and days only where nothing is left over
    if (amount === 0 || (size >= UNITS.d && seconds % size !== 0)) continue;
    written += `${amount}${unit}`;
    seconds -= amount * size;
  }
  return written || '0s';
}

import { isDeepStrictEqual } from 'node:util';
import { backoffMs } from '../../base/backoff.ts';
import { ADVICE } from './answer-error.ts';
import { asSent, requireFunction, requirePanel, requirePanelId, requireSettled, requireText } from './arguments.ts';
import type { GrafanaClient } from './grafana-client.ts';
import { GrafanaError } from './grafana-error.ts';
import { isObject } from './json.ts';
import type { GrafanaDashboard, GrafanaPanel, NewPanel, StoredDashboard } from './model.ts';
import { dropPanel, findPanel, panelsOf, placePanel, replacePanel } from './panels.ts';
import { partsOf } from './parts.ts';
import { wait } from './transport.ts';

/**
 * Changes the dashboard that it is handed, a copy of its own, or gives back another one with the same `uid`. It may be called several
 * times for one edit, each time with what is stored by then, so it must do nothing else, and be done when it returns: a promise is
 * refused. What it throws ends the edit. The value of an assignment, as an arrow function gives it back, does not count.
 */
export type DashboardChanger =
  ((dashboard: GrafanaDashboard) => GrafanaDashboard | undefined) | ((dashboard: GrafanaDashboard) => void);

/** As {@link DashboardChanger}, for one panel; its `id` stays. Another one in its place has a `type`, and the same `id` or none. */
export type PanelChanger = ((panel: GrafanaPanel) => GrafanaPanel | undefined) | ((panel: GrafanaPanel) => void);

/** What became of an edit. */
export interface EditOutcome {
  /** False where the change left all as it was: nothing was saved then. */
  readonly changed: boolean;
  /** Of the dashboard with the edit. */
  readonly version: number;
  /** As it was saved. */
  readonly dashboard: GrafanaDashboard;
}

export interface EditorOptions {
  /** Ends edits at once. */
  readonly signal?: AbortSignal | undefined;
  /** How often an edit is applied anew because somebody else was faster, and the waits in between. */
  readonly patience?: { readonly tries: number; readonly firstMs: number; readonly longestMs: number } | undefined;
}

const PATIENCE = { tries: 12, firstMs: 50, longestMs: 2000 };

/**
 * Edits of dashboards that others edit too: no edit of theirs is lost, and none of ours is lost or applied twice. Edits of one
 * dashboard by one editor run one after the other.
 */
export class DashboardEditor {
  readonly #client: GrafanaClient;
  readonly #options: EditorOptions;
  /** By uid: settles with the last edit in line. */
  readonly #lines = new Map<string, Promise<unknown>>();

  constructor(client: GrafanaClient, options: EditorOptions = {}) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Changes a dashboard. Where somebody else saves it at the same time, it is read again and the change applied again.
   *
   * @param message for the list of versions
   * @throws GrafanaError (as a rejection) `not_found`; `provisioned` where it comes from a file; `conflict` after many vain tries
   */
  async updateDashboard(
    uid: string,
    change: DashboardChanger,
    message = 'Change by the service',
  ): Promise<EditOutcome> {
    requireText(uid, 'the uid of a dashboard');
    requireFunction(change, 'the dashboard');
    const edit = (): Promise<EditOutcome> => this.#edit(uid, change, message);
    const turn = (this.#lines.get(uid) ?? Promise.resolve()).then(edit, edit);
    this.#lines.set(uid, turn);
    const leave = (): void => {
      if (this.#lines.get(uid) === turn) this.#lines.delete(uid);
    };
    turn.then(leave, leave);
    return turn;
  }

  /**
   * Adds a panel.
   *
   * @param panel without an `id` it gets the next that is free, without a `gridPos` it is placed below the others
   * @returns its id
   * @throws GrafanaError (as a rejection) as {@link updateDashboard}; `invalid` where its id is that of another
   */
  async addPanel(uid: string, panel: NewPanel, message = 'Add a panel'): Promise<number> {
    requirePanel(panel);
    let id = 0;
    const add = (dashboard: GrafanaDashboard): void => void (id = placePanel(dashboard, panel));
    await this.updateDashboard(uid, add, message);
    return id;
  }

  /**
   * Adds a panel unless the dashboard has one with the same title and the same queries; nothing is saved then.
   *
   * @returns its id, or that of the one that is there
   * @throws GrafanaError (as a rejection) as {@link addPanel}
   */
  async ensurePanel(uid: string, panel: NewPanel, message = 'Add a panel'): Promise<number> {
    requirePanel(panel);
    let id = 0;
    const ensure = (dashboard: GrafanaDashboard): void => {
      id = findPanel(dashboard, panel)?.id ?? placePanel(dashboard, panel);
    };
    await this.updateDashboard(uid, ensure, message);
    return id;
  }

  /** Changes a panel, also one in a collapsed row. @throws GrafanaError (as a rejection) as {@link updateDashboard}; `not_found` */
  async updatePanel(
    uid: string,
    panelId: number,
    change: PanelChanger,
    message = 'Change a panel',
  ): Promise<EditOutcome> {
    requirePanelId(panelId);
    requireFunction(change, 'the panel');
    const one = (panel: GrafanaPanel): GrafanaPanel | undefined => {
      const given = anotherOf(panel, change);
      if (!isObject(given) || typeof given['type'] !== 'string') return undefined;
      if (given['id'] === undefined || given['id'] === panelId) return given;
      throw new GrafanaError(`the change of the panel ${panelId} gave back a panel with another id`, {
        kind: 'invalid',
        advice: 'change the panel in place, or give back one with the same id or none',
      });
    };
    return this.updateDashboard(uid, (dashboard): void => replacePanel(dashboard, panelId, one), message);
  }

  /** Removes a panel; those in a collapsed row stay. @throws GrafanaError (as a rejection) as {@link updateDashboard}; `not_found` */
  async removePanel(uid: string, panelId: number, message = 'Remove a panel'): Promise<EditOutcome> {
    requirePanelId(panelId);
    return this.updateDashboard(uid, (dashboard): void => dropPanel(dashboard, panelId), message);
  }

  async #edit(uid: string, change: DashboardChanger, message: string): Promise<EditOutcome> {
    const { patience = PATIENCE, signal } = this.#options;
    for (let tries = 1; ; tries += 1) {
      const stored = await this.#read(uid);
      const { id, version = 0 } = stored.dashboard;
      const next = changed(stored.dashboard, change);
      if (next === undefined) return { changed: false, version, dashboard: stored.dashboard };
      const dashboard = { ...next, id, uid, version, title: next.title ?? '' };
      const folderUid = stored.meta.folderUid ?? '';
      try {
        const saved = await this.#client.saveDashboard({ dashboard, folderUid, message, overwrite: false });
        return { changed: true, version: saved.version, dashboard: { ...dashboard, version: saved.version } };
      } catch (error) {
        if (!(error instanceof GrafanaError) || !isPassing(error) || tries >= patience.tries) throw error;
      }
      await wait(backoffMs(tries, patience, Math.random()) * Math.random(), signal);
    }
  }

  async #read(uid: string): Promise<StoredDashboard> {
    const stored = await this.#client.getDashboard(uid);
    const call = { method: 'GET', path: `/api/dashboards/uid/${uid}`, needs: '' };
    if (!stored) {
      throw new GrafanaError(`there is no dashboard ${uid}`, { kind: 'not_found', advice: ADVICE.not_found(call) });
    }
    if (stored.meta.provisioned === true) {
      const file = stored.meta.provisionedExternalId;
      throw new GrafanaError(`the dashboard ${uid} comes from ${file ? `the file ${file}` : 'a file'}`, {
        kind: 'provisioned',
        advice: ADVICE.provisioned(call),
      });
    }
    return stored;
  }
}

/** Whether it was surely not saved, and may be when it is applied to what is there by now. */
function isPassing({ kind, reason, mayHaveHappened }: GrafanaError): boolean {
  return kind === 'conflict' && !mayHaveHappened && reason !== 'name-exists';
}

/** What a change makes of a dashboard, which stays as it is; undefined where that is the same. */
function changed(stored: GrafanaDashboard, change: DashboardChanger): GrafanaDashboard | undefined {
  const copy = asSent(stored);
  const given = anotherOf(copy, change);
  const isGiven = isObject(given);
  if (isGiven && given['uid'] !== stored.uid) {
    throw new GrafanaError(`the change of ${stored.uid ?? ''} gave back something else than the dashboard`, {
      kind: 'invalid',
      advice: 'change the dashboard in place, or give back one with the same uid',
    });
  }
  const next = asSent(isGiven ? given : copy);
  // a dashboard of the newer model has none
  if (next['elements'] === undefined) panelsOf(next);
  // not the change's to decide
  const fixed = { version: stored.version, id: stored['id'], uid: stored.uid };
  return isDeepStrictEqual({ ...next, ...fixed }, { ...stored, ...fixed }) ? undefined : next;
}

/**
 * What a change gave back besides the thing that it was handed: the value of an assignment, which an arrow function gives back, is a
 * part of that, and no other one.
 *
 * @throws GrafanaError `invalid` where the change is asynchronous
 */
function anotherOf<Thing extends object>(thing: Thing, change: (thing: Thing) => unknown): unknown {
  const before = partsOf(thing);
  const given = requireSettled(change(thing));
  return before.has(given) || partsOf(thing).has(given) ? undefined : given;
}

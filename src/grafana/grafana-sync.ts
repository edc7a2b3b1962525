import type { MetricSpec } from '../catalog/metric.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { grafanaAlertRules } from './alert-rules.ts';
import type { GrafanaClient } from './api/grafana-client.ts';
import { GrafanaError } from './api/grafana-error.ts';
import { dashboardsOf } from './dashboards.ts';
import { folderUid } from './identity.ts';
import { syncAlertRules } from './sync/alert-rules.ts';
import { syncDashboard } from './sync/dashboards.ts';
import { syncDataSource } from './sync/data-source.ts';
import { syncFolder } from './sync/folder.ts';
import { outcomesOf } from './sync/sync-item.ts';
import type { SyncItem, SyncOptions } from './sync/sync-item.ts';

/**
 * Sets up in one Grafana what a configuration gives. What is refused of one thing does not keep the others from being set up, but for
 * those that would be nothing without it.
 */
export class GrafanaSync {
  readonly #client: GrafanaClient;
  readonly #config: ResolvedConfig;
  readonly #custom: readonly MetricSpec[];
  readonly #options: SyncOptions;

  /** @param custom the user's own metrics */
  constructor(client: GrafanaClient, config: ResolvedConfig, custom: readonly MetricSpec[], options?: SyncOptions) {
    this.#client = client;
    this.#config = config;
    this.#custom = custom;
    // whoever means no may well write 'false'
    this.#options = { overwrite: options?.overwrite === true };
  }

  /** All of it. @throws GrafanaError (as a rejection) where Grafana is away, too old, or knows us not */
  async all(): Promise<SyncItem[]> {
    await this.#client.health();
    const bases = [...(await this.dataSource()), ...(await this.folder())];
    const things = [...this.#dashboards(), this.#alertRules()];
    return [...bases, ...(await this.#upon(bases, things))];
  }

  dataSource(): Promise<SyncItem[]> {
    const { uid, name: title } = this.#config.grafana.datasource;
    const sync = (): Promise<SyncItem> => syncDataSource(this.#client, this.#config, this.#options);
    return attempt({ kind: 'data source', uid, title, sync });
  }

  folder(): Promise<SyncItem[]> {
    const title = this.#config.grafana.folder;
    const sync = (): Promise<SyncItem> => syncFolder(this.#client, this.#config);
    return attempt({ kind: 'folder', uid: folderUid(this.#config), title, sync });
  }

  /** With the folder, which they are in. */
  async dashboards(): Promise<SyncItem[]> {
    const folder = await this.folder();
    return [...folder, ...(await this.#upon(folder, this.#dashboards()))];
  }

  /** With the folder, which they are in. */
  async alertRules(): Promise<SyncItem[]> {
    const folder = await this.folder();
    return [...folder, ...(await this.#upon(folder, [this.#alertRules()]))];
  }

  #dashboards(): Thing[] {
    return dashboardsOf(this.#config, this.#custom).map((dashboard) => ({
      kind: 'dashboard',
      uid: dashboard.uid,
      title: dashboard.title,
      sync: () => syncDashboard(this.#client, dashboard, folderUid(this.#config), this.#options),
    }));
  }

  #alertRules(): Thing {
    const rules = grafanaAlertRules(this.#config);
    const sync = (): Promise<SyncItem> => syncAlertRules(this.#client, folderUid(this.#config), rules, this.#options);
    return { kind: 'alert rules', uid: rules.group, title: rules.group, sync };
  }

  /** Things that would read from a data source, or lie in a folder, that is not there are not tried. */
  async #upon(bases: readonly SyncItem[], things: readonly Thing[]): Promise<SyncItem[]> {
    const missing = bases.find(({ outcome }) => outcome === 'failed');
    if (missing) return things.map((thing) => outcomesOf(thing)('failed', `the ${missing.kind} it needs is not there`));
    const items: SyncItem[] = [];
    for (const thing of things) items.push(...(await attempt(thing)));
    return items;
  }
}

/** One thing in Grafana, and how it is brought up to date. */
interface Thing extends Pick<SyncItem, 'kind' | 'uid' | 'title'> {
  readonly sync: () => Promise<SyncItem>;
}

/** Failures that concern one thing; the others concern Grafana as a whole. */
const OF_ONE: ReadonlySet<GrafanaError['kind']> = new Set([
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'invalid',
  'provisioned',
]);

async function attempt(thing: Thing): Promise<SyncItem[]> {
  try {
    return [await thing.sync()];
  } catch (error) {
    if (!(error instanceof GrafanaError) || !OF_ONE.has(error.kind)) throw error;
    return [outcomesOf(thing)('failed', `${error.message}; ${error.advice}`)];
  }
}

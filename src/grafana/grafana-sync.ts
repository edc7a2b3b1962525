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

/** Sets up in one Grafana what a configuration gives. What is refused of one thing does not keep the others from being set up. */
export class GrafanaSync {
  readonly #client: GrafanaClient;
  readonly #config: ResolvedConfig;
  readonly #custom: readonly MetricSpec[];
  readonly #options: SyncOptions;

  /** @param custom the user's own metrics */
  constructor(client: GrafanaClient, config: ResolvedConfig, custom: readonly MetricSpec[], options: SyncOptions = {}) {
    this.#client = client;
    this.#config = config;
    this.#custom = custom;
    this.#options = options;
  }

  /** All of it. @throws GrafanaError (as a rejection) where Grafana is away, too old, or knows us not */
  async all(): Promise<SyncItem[]> {
    await this.#client.health();
    return [
      ...(await this.dataSource()),
      ...(await this.folder()),
      ...(await this.#dashboards()),
      ...(this.#config.grafana.alert_rules ? await this.#alertRules() : []),
    ];
  }

  dataSource(): Promise<SyncItem[]> {
    const { uid, name: title } = this.#config.grafana.datasource;
    return attempt({ kind: 'data source', uid, title }, () =>
      syncDataSource(this.#client, this.#config, this.#options),
    );
  }

  folder(): Promise<SyncItem[]> {
    const title = this.#config.grafana.folder;
    return attempt({ kind: 'folder', uid: folderUid(this.#config), title }, () =>
      syncFolder(this.#client, this.#config),
    );
  }

  /** With the folder, which they are in. */
  async dashboards(): Promise<SyncItem[]> {
    return [...(await this.folder()), ...(await this.#dashboards())];
  }

  /** With the folder, which they are in. */
  async alertRules(): Promise<SyncItem[]> {
    return [...(await this.folder()), ...(await this.#alertRules())];
  }

  async #dashboards(): Promise<SyncItem[]> {
    const items: SyncItem[] = [];
    for (const dashboard of dashboardsOf(this.#config, this.#custom)) {
      const { uid, title } = dashboard;
      items.push(
        ...(await attempt({ kind: 'dashboard', uid, title }, () =>
          syncDashboard(this.#client, dashboard, folderUid(this.#config), this.#options),
        )),
      );
    }
    return items;
  }

  #alertRules(): Promise<SyncItem[]> {
    const rules = grafanaAlertRules(this.#config);
    return attempt({ kind: 'alert rules', uid: rules.group, title: rules.group }, () =>
      syncAlertRules(this.#client, folderUid(this.#config), rules, this.#options),
    );
  }
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

async function attempt(
  what: Pick<SyncItem, 'kind' | 'uid' | 'title'>,
  sync: () => Promise<SyncItem>,
): Promise<SyncItem[]> {
  try {
    return [await sync()];
  } catch (error) {
    if (!(error instanceof GrafanaError) || !OF_ONE.has(error.kind)) throw error;
    return [outcomesOf(what)('failed', `${error.message}; ${error.advice}`)];
  }
}

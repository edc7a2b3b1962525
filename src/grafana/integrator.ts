import type { Clock } from '../base/clock.ts';
import type { OnceLogger } from '../base/logger.ts';
import type { MetricSpec } from '../catalog/metric.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { addressText } from '../http/request.ts';
import type { WrittenFile } from '../provisioning/folder.ts';
import { DashboardEdits } from './api/dashboard-edits.ts';
import type { DashboardChange, PanelChange } from './api/dashboard-edits.ts';
import { GrafanaClient } from './api/grafana-client.ts';
import type { GrafanaDashboard, GrafanaHealth, NewPanel, SavedDashboard } from './api/model.ts';
import { BackgroundSync } from './background-sync.ts';
import { connectionOf } from './connection.ts';
import type { GrafanaSync } from './grafana-sync.ts';
import type { SyncItem, SyncOptions } from './sync/sync-item.ts';

/** What a {@link GrafanaIntegrator} works with. */
export interface IntegratorOptions {
  readonly config: ResolvedConfig;
  /** Of the configuration, for errors. */
  readonly source: string;
  /** The user's own metrics, as they are at the moment. */
  readonly customMetrics: () => readonly MetricSpec[];
  readonly logger: OnceLogger;
  readonly clock: Clock;
  /** Whether this process is the one that sets Grafana up by itself. */
  readonly isPrimary: boolean;
}

/** What is there while `grafana.enabled`. */
interface Link {
  readonly client: GrafanaClient;
  readonly edits: DashboardEdits;
  readonly background: BackgroundSync | undefined;
}

/**
 * Sets Grafana up and edits its dashboards. All methods that reach Grafana reject with a `GrafanaError`, whose `advice` says what to do;
 * where `grafana.enabled` is false, or after `shutdown()`, they do nothing, say so once in the log, and give null or an empty list.
 */
export class GrafanaIntegrator {
  readonly #options: IntegratorOptions;
  #config: ResolvedConfig;
  #link: Link | undefined;
  #ended = new AbortController();

  /** @internal */
  constructor(options: IntegratorOptions) {
    this.#options = options;
    this.#config = options.config;
    this.prepare(options.config)();
  }

  /**
   * Checks a new configuration.
   *
   * @internal
   * @returns brings it into effect; never throws
   * @throws TelemetryConfigError where a certificate cannot be read; nothing has changed then
   */
  prepare(config: ResolvedConfig): () => void {
    const { source, logger, clock, isPrimary } = this.#options;
    const { enabled, sync, url } = config.grafana;
    const connection = enabled ? connectionOf(config, source) : undefined;
    return () => {
      this.#close();
      this.#config = config;
      this.#ended = new AbortController();
      if (!connection) return;
      const client = new GrafanaClient({ ...connection, signal: this.#ended.signal });
      this.#link = {
        client,
        edits: new DashboardEdits(client),
        background:
          sync === 'start' && isPrimary
            ? new BackgroundSync({
                sync: async () => (await this.#syncOf(client, {})).all(),
                address: addressText(new URL(url)),
                logger,
                clock,
              })
            : undefined,
      };
    };
  }

  /** @internal Gives up what is under way. */
  close(): void {
    this.#close();
    this.#config = { ...this.#config, grafana: { ...this.#config.grafana, enabled: false } };
  }

  /** Version and state of Grafana. Rejects where it is older than 10, or something else. */
  async health(): Promise<GrafanaHealth | null> {
    return (await this.#linked()?.client.health()) ?? null;
  }

  /** All of it: data source, folder, dashboards, and with `grafana.alert_rules` alert rules. A second time changes nothing. */
  async sync(options: SyncOptions = {}): Promise<readonly SyncItem[]> {
    return this.#synced(options, (sync) => sync.all());
  }

  /** The data source of `grafana.datasource`. One that is not of an earlier sync is left as it is, unless `overwrite`. */
  async syncDataSource(options: SyncOptions = {}): Promise<readonly SyncItem[]> {
    return this.#synced(options, (sync) => sync.dataSource());
  }

  /** The folder of `grafana.folder`. */
  async syncFolder(): Promise<readonly SyncItem[]> {
    return this.#synced({}, (sync) => sync.folder());
  }

  /**
   * The dashboards, with their folder: those of the package, and one of the metrics that `prometheus.counter`, `gauge` and
   * `histogram` have declared by now. One that was changed otherwise than by a sync is left as it is, unless `overwrite`.
   */
  async syncDashboards(options: SyncOptions = {}): Promise<readonly SyncItem[]> {
    return this.#synced(options, (sync) => sync.dashboards());
  }

  /** The alert rules, with their folder: thresholds and names of the section `alerts`. In Grafana they cannot be edited. */
  async syncAlertRules(options: SyncOptions = {}): Promise<readonly SyncItem[]> {
    return this.#synced(options, (sync) => sync.alertRules());
  }
}

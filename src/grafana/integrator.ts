import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import type { OnceLogger } from '../base/logger.ts';
import { CATALOG } from '../catalog/index.ts';
import type { MetricSpec } from '../catalog/metric.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { addressText } from '../http/request.ts';
import type { DashboardChanger, EditOutcome, PanelChanger } from './api/edits.ts';
import type { GrafanaClient } from './api/grafana-client.ts';
import { GrafanaError } from './api/grafana-error.ts';
import type { GrafanaDashboard, GrafanaHealth, NewPanel } from './api/model.ts';
import { BackgroundSync } from './background-sync.ts';
import type { GrafanaSync } from './grafana-sync.ts';
import { linkOf } from './link.ts';
import type { Link } from './link.ts';
import type { SyncItem, SyncOptions } from './sync/sync-item.ts';
import type { ProvisionedFile } from './write-provisioning.ts';

/** What a {@link GrafanaIntegrator} works with. */
export interface IntegratorOptions {
  readonly config: ResolvedConfig;
  /** Of the configuration, for errors. */
  readonly source: string;
  /** The user's own metrics, as they are at the moment. */
  readonly customMetrics: () => readonly MetricSpec[];
  readonly logger: OnceLogger;
  readonly clock: Clock;
}

/**
 * Sets Grafana up and edits its dashboards. All methods that reach Grafana reject with a `GrafanaError`, whose `advice` says what to do;
 * where `grafana.enabled` is false, or after `shutdown()`, they do nothing, say so once in the log, and give null or an empty list.
 */
export class GrafanaIntegrator {
  readonly #options: IntegratorOptions;
  #config: ResolvedConfig;
  #link: Link | undefined;
  #background: BackgroundSync | undefined;
  #hasBegun = false;

  /** @internal */
  constructor(options: IntegratorOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#link = linkOf(options.config, options.source, options.logger);
  }

  /** @internal Sets Grafana up in the background, where it shall be. */
  begin(): void {
    this.#hasBegun = true;
    this.#setUp();
  }

  /**
   * Checks a new configuration, of which the sections `grafana` and `alerts` count: the others take effect at the next start.
   *
   * @internal
   * @returns brings it into effect; never throws
   * @throws TelemetryConfigError where a certificate cannot be read; nothing has changed then
   */
  prepare({ grafana, alerts }: ResolvedConfig): () => void {
    const next = { ...this.#config, grafana, alerts };
    if (isDeepStrictEqual(next, this.#config)) return () => undefined;
    // what is under way goes on, unless it is on its way to somewhere else
    const isSameLink = isDeepStrictEqual(grafana, this.#config.grafana);
    const { source, logger } = this.#options;
    const link = isSameLink ? this.#link : linkOf(next, source, logger);
    return () => {
      if (!isSameLink) this.#link?.abort();
      this.#link = link;
      this.#config = next;
      this.#setUp();
    };
  }

  /** @internal Leaves it to the primary process to set Grafana up. */
  rest(): void {
    this.#hasBegun = false;
    this.#background?.close();
    this.#background = undefined;
  }

  /** @internal Gives up what is under way. */
  close(): void {
    this.#background?.close();
    this.#link?.abort();
    this.#link = undefined;
  }

  /** Version and state of Grafana. Rejects where it is older than 10, or something else. */
  health(): Promise<GrafanaHealth | null> {
    return this.#with(({ client }) => client.health(), null);
  }

  /** All of it: data source, folder, dashboards, alert rules. A second time changes nothing. */
  sync(options: SyncOptions = {}): Promise<readonly SyncItem[]> {
    return this.#synced(options, (sync) => sync.all());
  }

  /** The data source of `grafana.datasource`. One that no sync of this service has made is used as it is, whatever the options. */
  syncDataSource(options: SyncOptions = {}): Promise<readonly SyncItem[]> {
    return this.#synced(options, (sync) => sync.dataSource());
  }

  /** The folder of `grafana.folder`. */
  syncFolder(): Promise<readonly SyncItem[]> {
    return this.#synced({}, (sync) => sync.folder());
  }

  /**
   * The dashboards, with their folder: those of the package, and one of the metrics that `prometheus.counter`, `gauge` and
   * `histogram` have declared by now. One that was changed otherwise than by a sync is left as it is, unless `overwrite`.
   */
  syncDashboards(options: SyncOptions = {}): Promise<readonly SyncItem[]> {
    return this.#synced(options, (sync) => sync.dashboards());
  }

  /** The alert rules, with their folder: thresholds and names of the section `alerts`. In Grafana they cannot be edited. */
  syncAlertRules(options: SyncOptions = {}): Promise<readonly SyncItem[]> {
    return this.#synced(options, (sync) => sync.alertRules());
  }

  /** A dashboard with all its fields; null where there is none. */
  getDashboard(uid: string): Promise<GrafanaDashboard | null> {
    return this.#with(async ({ client }) => (await client.getDashboard(uid))?.dashboard ?? null, null);
  }

  /**
   * Changes a dashboard. Where somebody else saves it at the same time, it is read again and the change applied again. A sync leaves
   * such a dashboard as it is from then on.
   *
   * @param change changes the copy that it gets, or gives another one back; it may be called several times, and cannot be asynchronous
   * @throws GrafanaError (as a rejection) `not_found`; `provisioned` where it comes from a file
   */
  updateDashboard(uid: string, change: DashboardChanger): Promise<EditOutcome | null> {
    return this.#with(({ editor }) => editor.updateDashboard(uid, change), null);
  }

  /**
   * Adds a panel to a dashboard, below the others unless it has a place: one in Grafana's JSON, or that of a metric, built in or
   * declared: `addPanel(uid, { metric: 'orders.placed' })`. Where the dashboard has a panel with the title and the queries of the
   * metric's already, nothing is saved: every replica may ask for it at every start.
   *
   * @returns its id, or that of the one that is there
   * @throws GrafanaError (as a rejection) `invalid` where its id is taken, it has no `type`, or there is no such metric; else as {@link updateDashboard}
   */
  addPanel(uid: string, panel: NewPanel | { readonly metric: string }): Promise<number | null> {
    const metric = metricIn(panel);
    const add = async ({ editor }: Link): Promise<number> =>
      metric === undefined
        ? editor.addPanel(uid, panel as NewPanel)
        : editor.ensurePanel(uid, await this.#panelOf(metric));
    return this.#with(add, null);
  }

  /** Changes a panel, in a collapsed row too. @throws GrafanaError (as a rejection) as {@link updateDashboard} */
  updatePanel(uid: string, panelId: number, change: PanelChanger): Promise<EditOutcome | null> {
    return this.#with(({ editor }) => editor.updatePanel(uid, panelId, change), null);
  }

  /** Removes a panel; those in a collapsed row stay. @throws GrafanaError (as a rejection) as {@link updateDashboard} */
  removePanel(uid: string, panelId: number): Promise<EditOutcome | null> {
    return this.#with(({ editor }) => editor.removePanel(uid, panelId), null);
  }

  /**
   * Marks this moment on all dashboards that show annotations with one of the tags.
   *
   * @example await dashboard.grafana.annotate('Deployed 1.4.0', ['deployment'])
   * @returns id of the annotation
   */
  annotate(text: string, tags: readonly string[] = []): Promise<number | null> {
    const timeMs = this.#options.clock.epochMs();
    return this.#with(async ({ client }) => (await client.annotate({ text, tags, timeMs })).id, null);
  }

  /**
   * Writes the files for Grafana's own provisioning below `folder`, as `telemetry-dashboard provision` does, and one of the metrics
   * declared by now. Needs no Grafana.
   *
   * @returns what became of each file; one that is right already is not touched
   * @throws Error of one line (as a rejection) where one cannot be written
   */
  async writeProvisioning(folder: string): Promise<readonly ProvisionedFile[]> {
    const { writeProvisioning } = await import('./write-provisioning.ts');
    return writeProvisioning(folder, this.#config, this.#options.customMetrics());
  }

  async #panelOf(name: string): Promise<NewPanel> {
    const metric = [...this.#options.customMetrics(), ...CATALOG].find((one) => one.name === name);
    if (!metric) {
      throw new GrafanaError(`there is no metric ${name}`, {
        kind: 'invalid',
        advice: 'declare it first, by dashboard.prometheus.counter, gauge or histogram',
      });
    }
    // loaded when Grafana is used
    const { panelOf } = await import('./dashboards.ts');
    return panelOf(metric);
  }

  #synced(options: SyncOptions, run: (sync: GrafanaSync) => Promise<SyncItem[]>): Promise<readonly SyncItem[]> {
    return this.#with(async ({ client }) => run(await this.#syncWith(client, options)), []);
  }

  async #syncWith(client: GrafanaClient, options?: SyncOptions): Promise<GrafanaSync> {
    // loaded when Grafana is used
    const { GrafanaSync } = await import('./grafana-sync.ts');
    return new GrafanaSync(client, this.#config, this.#options.customMetrics(), options);
  }

  /** Whoever calls a method waits for its end, so it keeps the process alive; what goes on in the background does not. */
  async #with<Result, None>(act: (link: Link) => Promise<Result>, none: None): Promise<Result | None> {
    if (!this.#link) {
      this.#options.logger.warnOnce('grafana off', OFF);
      return none;
    }
    const awake = setInterval(() => undefined, 60_000);
    try {
      return await act(this.#link);
    } finally {
      clearInterval(awake);
    }
  }

  #setUp(): void {
    this.#background?.close();
    this.#background = undefined;
    const { grafana } = this.#config;
    const { logger, clock } = this.#options;
    const client = this.#link?.client;
    if (!this.#hasBegun || !client || grafana.sync !== 'start') return;
    this.#background = new BackgroundSync({
      sync: async () => (await this.#syncWith(client)).all(),
      address: addressText(new URL(grafana.url)),
      logger,
      clock,
    });
  }
}

const OFF = 'Grafana is not reached: grafana.enabled is not true, or the dashboard was shut down';

/** The metric whose panel is meant; undefined for one in Grafana's JSON, and for what is neither. */
function metricIn(panel: unknown): string | undefined {
  if (typeof panel !== 'object' || panel === null || 'type' in panel || !('metric' in panel)) return undefined;
  return typeof panel.metric === 'string' ? panel.metric : undefined;
}

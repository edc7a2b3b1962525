// What goes over the wire, as loose as it really is: what is not named here is kept as it was read.

/** A place in the grid of 24 columns. */
export interface GridPosition {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** A panel, or a row, as Grafana keeps it. */
export interface GrafanaPanel {
  /** Unique in its dashboard. */
  id?: number;
  /** `timeseries`, `stat`, …; `row` for a heading. */
  type?: string;
  title?: string;
  gridPos?: GridPosition;
  /** Of a collapsed row: what is in it. */
  panels?: GrafanaPanel[];
  [field: string]: unknown;
}

/** A panel that is not in a dashboard yet. */
export interface NewPanel {
  readonly type: string;
  /** Without one it gets the next that is free. */
  readonly id?: number | undefined;
  readonly title?: string | undefined;
  /** Without one it is placed below the others. */
  readonly gridPos?: Readonly<GridPosition> | undefined;
  readonly [field: string]: unknown;
}

/** A dashboard in the classic model, as Grafana keeps it. */
export interface GrafanaDashboard {
  uid?: string;
  title?: string;
  /** Counted up by Grafana with each save. */
  version?: number;
  panels?: GrafanaPanel[];
  [field: string]: unknown;
}

/** What Grafana knows about a dashboard besides its content. */
interface DashboardMeta {
  /** Empty for the root. */
  readonly folderUid?: string;
  readonly folderTitle?: string;
  readonly url?: string;
  readonly version?: number;
  /** Whether it comes from a file and cannot be saved. */
  readonly provisioned?: boolean;
  /** Name of that file. */
  readonly provisionedExternalId?: string;
  readonly createdBy?: string;
  readonly updatedBy?: string;
  readonly [field: string]: unknown;
}

/** A dashboard that was read. */
export interface StoredDashboard {
  readonly dashboard: GrafanaDashboard;
  readonly meta: DashboardMeta;
}

/** A dashboard to be saved; all its fields are sent. */
interface DashboardToSave {
  readonly title: string;
  readonly uid?: string | undefined;
  /** The one that was read: a save over another one is refused, unless `overwrite`. */
  readonly version?: number | undefined;
  readonly [field: string]: unknown;
}

/** A save of a dashboard. */
export interface DashboardSave {
  readonly dashboard: DashboardToSave;
  /** Empty for the root. Always sent: without it Grafana moves the dashboard to the root. */
  readonly folderUid: string;
  /** For the list of versions. A random id is put behind it, by which one's own save is recognised. */
  readonly message: string;
  /** Whether it replaces what others saved in the meantime. */
  readonly overwrite: boolean;
}

/** What became of a save. */
export interface SavedDashboard {
  readonly uid: string;
  readonly version: number;
  /** Path of the dashboard, such as `/d/telemetry-service/service`. */
  readonly url: string;
}

/** One entry of a dashboard's list of versions. */
export interface DashboardChange {
  readonly version: number;
  readonly message: string;
  /** Login of who saved it; empty where Grafana does not say. */
  readonly createdBy: string;
}

/** A folder as Grafana keeps it. */
export interface GrafanaFolder {
  readonly uid: string;
  readonly title: string;
  readonly [field: string]: unknown;
}

/** A data source as Grafana keeps it. Secrets are not told: `secureJsonFields` names those that are set. */
export interface GrafanaDataSource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly url?: string;
  readonly version?: number;
  /** Whether it comes from a file. */
  readonly readOnly?: boolean;
  readonly jsonData?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** A data source to be created, or to be put in place of another. */
export interface DataSourceBody {
  readonly uid?: string;
  readonly name: string;
  readonly type: string;
  readonly access?: 'proxy' | 'direct';
  readonly url?: string;
  /** The one that was read: an update over another one is refused. */
  readonly version?: number;
  readonly jsonData?: Readonly<Record<string, unknown>>;
  readonly secureJsonData?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** An alert rule as Grafana keeps it. */
export interface StoredAlertRule {
  readonly uid: string;
  readonly title: string;
  readonly ruleGroup: string;
  readonly folderUID: string;
  /** `file` where it comes from one, `api` where it cannot be changed in Grafana's pages. Only a rule that is read by itself has it. */
  readonly provenance?: string;
  readonly [field: string]: unknown;
}

/** A group of alert rules as Grafana keeps it. */
export interface StoredRuleGroup {
  readonly title: string;
  readonly folderUid: string;
  /** In whole seconds. */
  readonly interval: number;
  readonly rules: readonly StoredAlertRule[];
}

/** An annotation to be made. */
export interface NewAnnotation {
  readonly text: string;
  readonly tags: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
  /** Makes it a region. */
  readonly timeEndMs?: number | undefined;
  /** Without one it belongs to the whole organisation. */
  readonly dashboardUid?: string | undefined;
  readonly panelId?: number | undefined;
}

/** What answers at `/api/health`. */
export interface GrafanaHealth {
  /** Such as `13.2.1`; empty where Grafana is set to hide it. */
  readonly version: string;
  /** `ok` where its database is. */
  readonly database: string;
  /** The first number of the version; 0 where that is hidden. */
  readonly major: number;
}

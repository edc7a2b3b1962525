import type * as grafana from '@grafana/schema';
import type { Options as BarGauge } from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type { Options as Heatmap } from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { Options as TimeSeries } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

// Grafana's own types as they are written in JSON. Types only: nothing of the package is loaded, and no public type names it.

/** Enums as their values: `'absolute'` for `ThresholdsMode.Absolute`, `1` for `DashboardCursorSync.Crosshair`. */
type Written<Type> = Type extends string
  ? `${Type}`
  : Type extends number
    ? `${Type}` extends `${infer Value extends number}`
      ? Value
      : number
    : Type extends readonly (infer Item)[]
      ? readonly Written<Item>[]
      : Type extends object
        ? { readonly [Key in keyof Type]: Written<Type[Key]> }
        : Type;

/** A dashboard in the classic model, schema version 42, which Grafana 10 to 13 read. */
export type Dashboard = Written<Omit<grafana.Dashboard, 'panels' | 'annotations' | 'templating'>> & {
  readonly uid: string;
  readonly title: string;
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly (Panel | Row)[];
};

/** A panel with its place in the grid. */
export type Panel = Written<Omit<grafana.Panel, 'targets'>> & {
  readonly id: number;
  readonly title: string;
  readonly targets?: readonly Target[];
};

/** A heading; a collapsed one holds its panels. */
export type Row = Written<Omit<grafana.RowPanel, 'panels'>> & { readonly panels: readonly Panel[] };

/** A variable at the top of a dashboard. */
export type Variable = Written<Omit<grafana.VariableModel, 'query'>> & { readonly query: string };

/** A link at the top of a dashboard. */
export type Link = Written<grafana.DashboardLink>;

/** What marks points in time on all panels; what follows `expr` is for queries to Prometheus. */
export type Annotation = Written<grafana.AnnotationQuery> & {
  readonly expr?: string;
  readonly titleFormat?: string;
  readonly textFormat?: string;
  readonly tagKeys?: string;
};

/** How values are shown: unit, thresholds, colours. */
export type FieldConfig = Written<grafana.FieldConfig>;

/** What differs for some of the fields of a panel. */
export type Override = Written<grafana.FieldConfigSource>['overrides'][number];

/** How a time series is drawn. */
export type GraphStyle = Written<grafana.GraphFieldConfig>;

/** Options of the panels that we use, each by its type. */
export interface PanelOptions {
  readonly bargauge: Written<BarGauge>;
  readonly heatmap: Written<Heatmap>;
  readonly stat: Written<Stat>;
  readonly table: Written<grafana.TableOptions>;
  readonly timeseries: Written<TimeSeries>;
}

/** How a table's cells are shown. */
export type CellStyle = Written<grafana.TableFieldOptions>;

/** How the values of a series become one. */
export type Reduce = Written<grafana.ReduceDataOptions>;

/** A step of a calculation on the answers of the queries. */
export type Transformation = Written<grafana.DataTransformerConfig>;

/** A query of a panel to Prometheus. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly type: 'prometheus'; readonly uid: string };
  readonly legendFormat?: string;
  /** One value now, for tables and stats, instead of one each step. */
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: 'time_series' | 'table' | 'heatmap';
  readonly exemplar?: boolean;
  /** Not asked for by itself: read by another one. */
  readonly hide?: boolean;
  readonly editorMode?: 'code';
}

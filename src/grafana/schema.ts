import type * as grafana from '@grafana/schema';

// Grafana's own types as they are written in JSON. Types only: nothing of the package is loaded, and no public type names it.

/** Enums as their values: `'absolute'` for `ThresholdsMode.Absolute`. */
type Written<Type> = Type extends string
  ? `${Type}`
  : Type extends readonly (infer Item)[]
    ? readonly Written<Item>[]
    : Type extends object
      ? { readonly [Key in keyof Type]: Written<Type[Key]> }
      : Type;

/** A dashboard in the classic model, schema version 42, which Grafana 10 to 13 read. */
export type Dashboard = Written<Omit<grafana.Dashboard, 'panels'>> & {
  readonly uid: string;
  readonly title: string;
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

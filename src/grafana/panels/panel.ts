import type { FieldConfig, Override, Panel, PanelOptions, Reduce, Target, Transformation } from '../schema.ts';

/** All panels and queries read from what the variable says. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** A panel before it has its place. */
export type UnplacedPanel = Omit<Panel, 'id' | 'gridPos'>;

/** A panel and how much of the grid it takes: 24 columns, rows of 30 pixels. */
export interface Block {
  readonly panel: UnplacedPanel;
  readonly width: number;
  readonly height: number;
}

/** A query, and what its series are called. */
export interface Query {
  readonly expr: string;
  /** With `{{label}}` for a label's value. */
  readonly legend: string;
}

/** What every panel has. */
export interface PanelText {
  readonly title: string;
  /** What it shows, what is normal, and where to look when it is not. */
  readonly description: string;
  /** Columns and rows. */
  readonly size: readonly [width: number, height: number];
}

/** What every panel with values has. */
export interface ValuePanel extends PanelText {
  /** As Grafana names it. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** In place of "No data". */
  readonly noValue?: string;
  readonly decimals?: number;
  readonly overrides?: readonly Override[];
}

/** How the queries of a kind of panel are asked. */
export type Asking = Pick<Target, 'instant' | 'range' | 'format'>;

/** The value at the end of the time range. */
export const NOW = { range: false, instant: true, format: 'time_series' } as const satisfies Asking;

/** Points that Grafana divides a time range into at most: over long ones, rates of now are then of a time as short as can be. */
export const FINEST = 11_000;

/** The last value, and that there is none where there is none. */
export const LAST: Reduce = { calcs: ['lastNotNull'], fields: '', values: false };

/** A panel of any type that we use. */
export function panelBlock<Type extends keyof PanelOptions>(
  type: Type,
  { title, description, size: [width, height], queries, overrides = [] }: ValuePanel,
  how: {
    readonly asking: Asking;
    readonly defaults: FieldConfig;
    readonly options: PanelOptions[Type];
    readonly transformations?: readonly Transformation[];
    readonly maxDataPoints?: number;
  },
): Block {
  const { asking, defaults, options, ...more } = how;
  return {
    panel: {
      type,
      title,
      description,
      datasource: DATASOURCE,
      targets: queries.map(({ expr, legend }, index) => ({
        refId: refId(index),
        datasource: DATASOURCE,
        editorMode: 'code',
        expr,
        legendFormat: legend,
        ...asking,
      })),
      fieldConfig: { defaults, overrides },
      options: { ...options },
      ...more,
    },
    width,
    height,
  };
}

/** `A` to `Z`, then `A1` … */
function refId(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26)}`;
}

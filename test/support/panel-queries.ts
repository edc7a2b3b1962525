import type { Dashboard, Panel, Row } from '../../src/grafana/schema.ts';
import { parseInterval } from './query-scope.ts';

/** One query of a dashboard: of a panel, an annotation or a variable. */
export interface PanelQuery {
  readonly dashboard: Dashboard;
  /** Heading above the panel; empty above the first. */
  readonly row: string;
  /** Of annotations and variables: `annotation Restarts`, `variable job`. */
  readonly title: string;
  /** Undefined of annotations and variables. */
  readonly panel: Panel | undefined;
  readonly refId: string;
  /** With its variables as they are written. */
  readonly expr: string;
  /** One value at the end of the time range, one each step, or the values of a label. */
  readonly kind: 'instant' | 'range' | 'labels';
  /** As the panel states it; empty without one. */
  readonly unit: string;
  readonly legend: string;
  /** Least step; 0: the data source's. */
  readonly minStepMs: number;
  /** Most points across the panel; undefined: as many as it has pixels. */
  readonly maxDataPoints: number | undefined;
}

/** A panel with the heading that it is under. */
interface PlacedPanel {
  readonly row: string;
  readonly panel: Panel;
}

/** All panels in their order, those of collapsed rows too. */
function panelsOf({ panels }: Dashboard): PlacedPanel[] {
  let row = '';
  return panels.flatMap((panel): PlacedPanel[] => {
    if (!isRow(panel)) return [{ row, panel }];
    row = panel.title ?? '';
    return panel.panels.map((inside) => ({ row, panel: inside }));
  });
}

export function isRow(panel: Panel | Row): panel is Row {
  return panel.type === 'row';
}

/** The one panel of a title. @throws Error where there is none, or several */
export function panelTitled(dashboard: Dashboard, title: string): Panel {
  const found = panelsOf(dashboard).filter(({ panel }) => panel.title === title);
  const [first] = found;
  if (first && found.length === 1) return first.panel;
  throw new Error(`${dashboard.title} has ${found.length} panels called ${title}`);
}

/** Every query of a dashboard. One that asks for both an instant and a range is there twice. */
export function queriesOf(dashboard: Dashboard): PanelQuery[] {
  return [
    ...panelsOf(dashboard).flatMap(({ row, panel }) => panelQueries(dashboard, row, panel)),
    ...annotationQueries(dashboard),
    ...variableQueries(dashboard),
  ];
}

/** Those of one panel. */
export function panelQueries(dashboard: Dashboard, row: string, panel: Panel): PanelQuery[] {
  const minStepMs = parseInterval(panel.interval);
  return (panel.targets ?? []).flatMap(({ refId, expr, instant = false, range, legendFormat = '' }) => {
    const kinds = [instant && 'instant', (range ?? !instant) && 'range'] as const;
    return kinds
      .filter((kind) => kind !== false)
      .map((kind) => ({
        dashboard,
        row,
        title: panel.title,
        panel,
        refId,
        expr,
        kind,
        unit: unitOf(panel, legendFormat),
        legend: legendFormat,
        minStepMs,
        maxDataPoints: panel.maxDataPoints ?? undefined,
      }));
  });
}

/** Columns of a table have units of their own. */
function unitOf({ fieldConfig }: Panel, name: string): string {
  const own = fieldConfig?.overrides.find(({ matcher }) => matcher.id === 'byName' && matcher.options === name);
  const unit = own?.properties.find(({ id }) => id === 'unit')?.value ?? fieldConfig?.defaults.unit;
  return typeof unit === 'string' ? unit : '';
}

/** Annotations are marks in all panels: range queries. The one of Grafana's own has none. */
function annotationQueries(dashboard: Dashboard): PanelQuery[] {
  return dashboard.annotations.list.flatMap(({ name, expr }) =>
    expr === undefined ? [] : [aside(dashboard, `annotation ${name}`, expr, 'range')],
  );
}

function variableQueries(dashboard: Dashboard): PanelQuery[] {
  return dashboard.templating.list.flatMap(({ name, type, query }) => {
    if (type !== 'query') return [];
    const text = typeof query === 'string' ? query : String((query as { query?: string } | undefined)?.query);
    return [aside(dashboard, `variable ${name}`, text, 'labels')];
  });
}

function aside(dashboard: Dashboard, title: string, expr: string, kind: PanelQuery['kind']): PanelQuery {
  const nothing = {
    panel: undefined,
    row: '',
    refId: '',
    unit: '',
    legend: '',
    minStepMs: 0,
    maxDataPoints: undefined,
  };
  return { ...nothing, dashboard, title, expr, kind };
}

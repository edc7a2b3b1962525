import { isDeepStrictEqual } from 'node:util';
import { ADVICE } from './answer-error.ts';
import { GrafanaError } from './grafana-error.ts';
import { isObject, textField } from './json.ts';
import type { GrafanaDashboard, GrafanaPanel, GridPosition, NewPanel } from './model.ts';

/** Half the width of the grid. */
const DEFAULT_SIZE = { w: 12, h: 8 };

/**
 * Puts a panel into a dashboard, which is changed.
 *
 * @returns its id
 * @throws GrafanaError `invalid` where its id is that of another
 */
export function placePanel(dashboard: GrafanaDashboard, panel: NewPanel): number {
  const panels = panelsOf(dashboard);
  const ids = allPanels(panels).map(({ id }) => id);
  if (panel.id !== undefined && ids.includes(panel.id)) {
    throw refused(
      dashboard,
      `there is a panel with the id ${panel.id} already`,
      'leave the id out: it gets a free one',
    );
  }
  const id = panel.id ?? largest(ids) + 1;
  if (panel.gridPos) panels.push({ ...panel, id, gridPos: { ...panel.gridPos } } as GrafanaPanel);
  else insertLast(panels, { ...panel, id } as GrafanaPanel);
  return id;
}

/** Puts a panel below the others, but above the collapsed rows at the end: once unfolded, the last of them would have it. */
function insertLast(panels: GrafanaPanel[], panel: GrafanaPanel): void {
  const isFolded = ({ type, collapsed }: GrafanaPanel): boolean => type === 'row' && collapsed === true;
  const yOf = ({ gridPos }: GrafanaPanel): number => (isPosition(gridPos) ? gridPos.y : 0);
  const lowest = Math.max(-1, ...panels.filter((one) => !isFolded(one)).map(yOf));
  const rows = panels.filter((one) => isFolded(one) && yOf(one) > lowest);
  const others = panels.filter((one) => !rows.includes(one));
  const y = bottomOf(others);
  const [first] = rows;
  panels.splice(first ? panels.indexOf(first) : panels.length, 0, {
    ...panel,
    gridPos: { x: 0, y, ...DEFAULT_SIZE },
  });
  const top = Math.min(...rows.map(yOf));
  const shift = y + DEFAULT_SIZE.h - top;
  if (shift > 0) for (const { gridPos } of allPanels(rows)) if (isPosition(gridPos)) gridPos.y += shift;
}

/** The panel with the title and the queries of another one, which has some; undefined where there is none. */
export function findPanel(
  dashboard: GrafanaDashboard,
  { title, targets }: NewPanel,
): (GrafanaPanel & { readonly id: number }) | undefined {
  const wanted = queriesOf(targets);
  const isSame = (panel: GrafanaPanel): panel is GrafanaPanel & { readonly id: number } =>
    typeof panel.id === 'number' && panel.title === title && isDeepStrictEqual(queriesOf(panel['targets']), wanted);
  return wanted.length === 0 ? undefined : allPanels(panelsOf(dashboard)).find(isSame);
}

/** Grafana's pages add to the other fields of a query. */
function queriesOf(targets: unknown): readonly unknown[] {
  return Array.isArray(targets) ? targets.map((target) => textField(target, 'expr')) : [];
}

/**
 * Changes a panel in a dashboard, wherever it is; the dashboard is changed.
 *
 * @param change changes the panel, or gives another one to put in its place
 * @throws GrafanaError `not_found`
 */
export function replacePanel(
  dashboard: GrafanaDashboard,
  id: number,
  change: (panel: GrafanaPanel) => GrafanaPanel | undefined,
): void {
  const { siblings, index, panel } = locate(dashboard, id);
  siblings[index] = { ...(change(panel) ?? panel), id };
}

/**
 * Takes a panel out of a dashboard, which is changed. The panels in a collapsed row stay, and come after where it was.
 *
 * @throws GrafanaError `not_found`
 */
export function dropPanel(dashboard: GrafanaDashboard, id: number): void {
  const { siblings, index, panel } = locate(dashboard, id);
  const inside = Array.isArray(panel.panels) ? panel.panels : [];
  const y = panel.gridPos?.y ?? 0;
  // what follows makes room for what was folded up
  const shift = inside.length === 0 ? 0 : Math.max(0, bottomOf(inside) - (y + 1));
  for (const { gridPos } of siblings.slice(index + 1)) if (gridPos && gridPos.y > y) gridPos.y += shift;
  siblings.splice(index, 1, ...inside);
}

/** The panels of a dashboard and of its collapsed rows, a row before what is in it. */
function allPanels(panels: readonly GrafanaPanel[]): readonly GrafanaPanel[] {
  return panels.flatMap((panel) => [panel, ...(Array.isArray(panel.panels) ? panel.panels : [])]);
}

function locate(
  dashboard: GrafanaDashboard,
  id: number,
): { readonly siblings: GrafanaPanel[]; readonly index: number; readonly panel: GrafanaPanel } {
  const top = panelsOf(dashboard);
  for (const siblings of [top, ...top.map(({ panels }) => panels)]) {
    const index = Array.isArray(siblings) ? siblings.findIndex((panel) => panel.id === id) : -1;
    const panel = siblings?.[index];
    if (siblings && panel) return { siblings, index, panel };
  }
  throw new GrafanaError(`the dashboard ${dashboard.uid ?? ''} has no panel with the id ${id}`, {
    kind: 'not_found',
    advice: 'look up its id in the dashboard',
  });
}

/** The panels of a dashboard, which gets an empty list where it has none. @throws GrafanaError `invalid` for a dashboard that keeps its panels in another way */
export function panelsOf(dashboard: GrafanaDashboard): GrafanaPanel[] {
  if (dashboard['elements'] !== undefined) {
    throw refused(dashboard, 'it is in the newer model (v2), with elements in place of panels', 'change its elements');
  }
  dashboard.panels ??= [];
  if (!Array.isArray(dashboard.panels) || !dashboard.panels.every(isObject)) {
    throw refused(dashboard, 'its panels are no list of panels', ADVICE.invalid({ method: '', path: '', needs: '' }));
  }
  return dashboard.panels;
}

function bottomOf(panels: readonly GrafanaPanel[]): number {
  return largest(panels.map(({ gridPos }) => (isPosition(gridPos) ? gridPos.y + gridPos.h : 0)));
}

/** At least 0; what is no number does not count. */
function largest(numbers: readonly unknown[]): number {
  return numbers.reduce<number>((most, one) => (typeof one === 'number' && one > most ? one : most), 0);
}

function isPosition(position: GridPosition | undefined): position is GridPosition {
  return typeof position?.y === 'number' && typeof position.h === 'number';
}

function refused(dashboard: GrafanaDashboard, why: string, advice: string): GrafanaError {
  return new GrafanaError(`the dashboard ${dashboard.uid ?? ''}: ${why}`, { kind: 'invalid', advice });
}

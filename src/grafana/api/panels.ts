import { ADVICE } from './answer-error.ts';
import { GrafanaError } from './grafana-error.ts';
import { isObject } from './json.ts';
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
  const gridPos = panel.gridPos ?? { x: 0, y: bottomOf(panels), ...DEFAULT_SIZE };
  panels.push({ ...panel, id, gridPos: { ...gridPos } } as GrafanaPanel);
  return id;
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

/** @throws GrafanaError for a dashboard that keeps its panels in another way */
function panelsOf(dashboard: GrafanaDashboard): GrafanaPanel[] {
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

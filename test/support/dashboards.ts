import { resolveDocuments } from '../../src/config/resolve.ts';
import type { ResolvedConfig } from '../../src/config/schema.ts';
import type { Dashboard, Panel, Row, Target } from '../../src/grafana/schema.ts';

/** The configuration with what a document says, and defaults for the rest. */
export function configOf(document: Readonly<Record<string, unknown>> = {}): ResolvedConfig {
  return resolveDocuments('the test', [document], {}).config;
}

/** All panels with values, those in collapsed rows too. */
export function panelsOf({ panels }: Dashboard): Panel[] {
  return panels.flatMap((panel): readonly Panel[] => (isRow(panel) ? panel.panels : [panel]));
}

export function isRow(panel: Panel | Row): panel is Row {
  return panel.type === 'row';
}

/** Title of the row that a panel stands in; empty above the first. */
export function rowOf({ panels }: Dashboard, panel: Panel): string {
  let row = '';
  for (const one of panels) {
    if (isRow(one)) row = one.title ?? '';
    if (one.id === panel.id || (isRow(one) && one.panels.some(({ id }) => id === panel.id))) return row;
  }
  throw new Error(`${panel.title} is not on the dashboard`);
}

/** Every query with the panel that asks it. */
export function queriesOf(dashboard: Dashboard): { readonly panel: Panel; readonly target: Target }[] {
  return panelsOf(dashboard).flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, target })));
}

import type { Panel, Row } from '../schema.ts';
import type { Block } from './panel.ts';

/** Columns of Grafana's grid. */
const COLUMNS = 24;

/** A part of a dashboard. */
export interface Section {
  /** Of the row above it; without one there is no row. */
  readonly title?: string;
  /** Its panels are seen, and their queries asked, once it is opened. */
  readonly collapsed?: boolean;
  readonly blocks: readonly Block[];
}

/** Lays sections out from top to bottom, panels from left to right, and numbers them in that order. */
export function laidOut(sections: readonly Section[]): (Panel | Row)[] {
  const panels: (Panel | Row)[] = [];
  let id = 0;
  let y = 0;
  for (const { title, collapsed = false, blocks } of sections) {
    const rowId = title === undefined ? 0 : ++id;
    if (title !== undefined) y++;
    const [placed, height] = flow(blocks, y);
    const inside = placed.map((panel): Panel => ({ ...panel, id: ++id }));
    if (title !== undefined) {
      const gridPos = { x: 0, y: y - 1, w: COLUMNS, h: 1 };
      panels.push({ type: 'row', id: rowId, title, collapsed, gridPos, panels: collapsed ? inside : [] });
    }
    if (!collapsed) panels.push(...inside);
    // what is collapsed takes no place until it is opened; Grafana then moves what is below
    if (!collapsed) y += height;
  }
  return panels;
}

/** A line ends where the next panel does not fit, and is as high as its highest panel. */
function flow(blocks: readonly Block[], top: number): [panels: Omit<Panel, 'id'>[], height: number] {
  const panels: Omit<Panel, 'id'>[] = [];
  let [x, y, lineHeight] = [0, top, 0];
  for (const { panel, width, height } of blocks) {
    if (x + width > COLUMNS) [x, y, lineHeight] = [0, y + lineHeight, 0];
    panels.push({ ...panel, gridPos: { x, y, w: width, h: height } });
    x += width;
    lineHeight = Math.max(lineHeight, height);
  }
  return [panels, y + lineHeight - top];
}

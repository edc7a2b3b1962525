import type { Dashboard, Panel } from '../../src/grafana/schema.ts';
import { isRow } from '../support/panel-queries.ts';

/** A place in the grid of 24 columns. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A panel, or a heading, where it is drawn. */
export interface Laid {
  readonly place: Place;
  /** Of a heading, its title. */
  readonly row?: string;
  /** Whether the heading's panels are hidden until it is opened. */
  readonly collapsed?: boolean;
  readonly panel?: Panel;
}

const ROW_HEIGHT = 1;

/** Panels and headings at their places, with collapsed rows opened: what is below them moves down, as in Grafana. */
export function layOut({ panels }: Dashboard): Laid[] {
  let pushedDown = 0;
  return panels.flatMap((panel): Laid[] => {
    const { x, y, w, h } = panel.gridPos ?? { x: 0, y: 0, w: 24, h: 8 };
    if (!isRow(panel)) return [{ place: { x, y: y + pushedDown, w, h }, panel }];
    const top = y + pushedDown;
    const heading: Laid = {
      place: { x: 0, y: top, w: 24, h: ROW_HEIGHT },
      row: panel.title ?? '',
      collapsed: panel.collapsed,
    };
    if (!panel.collapsed) return [heading];
    // their own places may be those of the time before the row was closed: what counts is how they stand to each other
    const first = Math.min(...panel.panels.map(({ gridPos }) => gridPos?.y ?? 0));
    const inside = panel.panels.map((hidden): Laid => {
      const own = hidden.gridPos ?? { x: 0, y: 0, w: 24, h: 8 };
      return {
        place: { x: own.x, y: top + ROW_HEIGHT + own.y - first, w: own.w, h: own.h },
        panel: hidden,
      };
    });
    pushedDown += Math.max(0, ...inside.map(({ place }) => place.y + place.h - top - ROW_HEIGHT));
    return [heading, ...inside];
  });
}

/** The number of grid rows that a dashboard takes. */
export function heightOf(laid: readonly Laid[]): number {
  return Math.max(0, ...laid.map(({ place }) => place.y + place.h));
}

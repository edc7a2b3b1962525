import { realtimeMetrics } from '../../catalog/realtime.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import type { AlertRule } from '../../alerts/rule.ts';
import { CATALOG } from '../../catalog/index.ts';
import { nameOf } from '../../promql/series.ts';
import type { Dashboard, Panel } from '../schema.ts';

/** Where a panel is. */
export interface PanelPlace {
  readonly dashboardUid: string;
  readonly panelId: number;
}

const { errors } = realtimeMetrics();
const { messages } = webSocketMetrics('server');

/** The first panel that shows what a rule is about, a graph where there is one. Undefined where none does. */
export function panelOfRule({ measure }: AlertRule, dashboards: readonly Dashboard[]): PanelPlace | undefined {
  if (measure.kind === 'error_rate') {
    return placeOf([nameOf(errors), nameOf(messages)], dashboards) ?? placeOf([nameOf(errors)], dashboards);
  }
  if (measure.kind === 'silence') return placeOf([nameOf(messages)], dashboards);
  const metric = CATALOG.find(({ name }) => name === measure.metric);
  return metric && placeOf([nameOf(metric)], dashboards);
}

/** The first panel that shows whether instances are up. */
export function panelOfUp(dashboards: readonly Dashboard[]): PanelPlace | undefined {
  return placeOf(['up'], dashboards);
}

/** The first panel whose queries name all of the metrics. */
function placeOf(metrics: readonly string[], dashboards: readonly Dashboard[]): PanelPlace | undefined {
  const names = metrics.map((metric) => new RegExp(`(?<![\\w:])${metric}(?:_bucket|_count|_sum)?(?![\\w:])`));
  for (const { uid, panels } of dashboards) {
    const showing = panelsOf(panels).filter(({ targets = [] }) =>
      names.every((name) => targets.some(({ expr }) => name.test(expr))),
    );
    const panel = showing.find(({ type }) => type === 'timeseries') ?? showing[0];
    if (panel) return { dashboardUid: uid, panelId: panel.id };
  }
  return undefined;
}

function panelsOf(panels: Dashboard['panels']): Panel[] {
  return panels.flatMap((panel) => ('panels' in panel ? panel.panels : [panel]));
}

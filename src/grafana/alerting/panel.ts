import { processMetrics } from '../../catalog/process.ts';
import { realtimeMetrics } from '../../catalog/realtime.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import type { MetricSpec } from '../../catalog/metric.ts';
import type { AlertRule, Measure } from '../../alerts/rule.ts';
import { CATALOG } from '../../catalog/index.ts';
import { nameOf } from '../../promql/series.ts';
import type { Dashboard, Panel } from '../schema.ts';

/** Where a panel is. */
export interface PanelPlace {
  readonly dashboardUid: string;
  readonly panelId: number;
}

const { errors, latency, latencyWindowMin, latencyWindowMax } = realtimeMetrics();
const { messages } = webSocketMetrics('server');

/** The first panel that shows what a rule is about, a graph where there is one. Undefined where none does. */
export function panelOfRule({ measure }: AlertRule, dashboards: readonly Dashboard[]): PanelPlace | undefined {
  if (measure.kind === 'error_rate') {
    return placeOf([nameOf(errors), nameOf(messages)], dashboards) ?? placeOf([nameOf(errors)], dashboards);
  }
  if (measure.kind === 'silence') return placeOf([nameOf(messages)], dashboards);
  const metric = CATALOG.find(({ name }) => name === measure.metric);
  if (!metric) return undefined;
  if (measure.kind !== 'histogram') return placeOf([nameOf(metric)], dashboards);
  const [first, ...others] = seriesOf(metric, measure.statistic).map((name) => placeOf([name], dashboards));
  return others.reduce((found, other) => found ?? other, first);
}

/** What shows a statistic: itself, else what the histogram is drawn of. The extremes of latencies are no part of their histogram. */
function seriesOf(metric: MetricSpec, statistic: Extract<Measure, { kind: 'histogram' }>['statistic']): string[] {
  if (metric.name === latency.name && statistic === 'min') return [nameOf(latencyWindowMin)];
  if (metric.name === latency.name && statistic === 'max') return [nameOf(latencyWindowMax)];
  const drawn = [`${nameOf(metric)}_bucket`, `${nameOf(metric)}_sum`];
  return statistic === 'avg' ? drawn.reverse() : drawn;
}

/** The same for the rules of a whole fleet: a figure of the fleet rather than a graph of each instance. */
export function panelOfFleetRule(rule: AlertRule, dashboards: readonly Dashboard[]): PanelPlace | undefined {
  return panelOfRule(rule, fleetOf(dashboards)) ?? panelOfRule(rule, dashboards);
}

/** The first panel that shows which instances there are. */
export function panelOfUp(dashboards: readonly Dashboard[]): PanelPlace | undefined {
  return placeOf(['up'], fleetOf(dashboards)) ?? placeOf([nameOf(processMetrics.uptime)], fleetOf(dashboards));
}

function fleetOf(dashboards: readonly Dashboard[]): Dashboard[] {
  return dashboards.filter(({ uid }) => uid.endsWith('-fleet'));
}

/** The first panel whose queries name all of the metrics, a graph where there is one. */
function placeOf(metrics: readonly string[], dashboards: readonly Dashboard[]): PanelPlace | undefined {
  const names = metrics.map((metric) => new RegExp(`(?<![\\w:])${metric}(?![\\w:])`));
  const showing = dashboards.flatMap(({ uid, panels }) =>
    panelsOf(panels)
      .filter(({ targets = [] }) => names.every((name) => targets.some(({ expr }) => name.test(expr))))
      .map(({ id, type }) => ({ isGraph: type === 'timeseries', dashboardUid: uid, panelId: id })),
  );
  const found = showing.find(({ isGraph }) => isGraph) ?? showing[0];
  return found && { dashboardUid: found.dashboardUid, panelId: found.panelId };
}

function panelsOf(panels: Dashboard['panels']): Panel[] {
  return panels.flatMap((panel) => ('panels' in panel ? panel.panels : [panel]));
}

import type { MetricSpec } from '../catalog/metric.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { customBlock, customDashboard } from './dashboards/custom.ts';
import { fleetDashboard } from './dashboards/fleet.ts';
import { runtimeDashboard } from './dashboards/runtime.ts';
import { serviceDashboard } from './dashboards/service.ts';
import { webSocketDashboard } from './dashboards/websocket.ts';
import type { UnplacedPanel } from './panels/panel.ts';
import type { Dashboard } from './schema.ts';

/**
 * The dashboards of a service: Service, WebSocket, Runtime and host, Fleet, and Custom metrics where there are any. The same
 * configuration and metrics give the same bytes.
 *
 * @param custom the user's own metrics
 */
export function dashboardsOf(config: ResolvedConfig, custom: readonly MetricSpec[]): readonly Dashboard[] {
  return [
    serviceDashboard(config),
    webSocketDashboard(config),
    runtimeDashboard(config),
    fleetDashboard(config),
    ...customDashboard(config, custom),
  ];
}

/**
 * The panel that a metric of the user's own has, without id and place.
 *
 * @throws RangeError where nothing valid is left of the metric's name in Prometheus
 */
export function panelOf(metric: MetricSpec): UnplacedPanel {
  return customBlock(metric).panel;
}

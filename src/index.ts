export { initializeTelemetryDashboard, getTelemetryDashboard } from './singleton.ts';
export type { InitializeOptions } from './singleton.ts';
export type { StartOptions } from './parts.ts';
export { TelemetryDashboard } from './dashboard.ts';
export { PrometheusClient } from './otel/prometheus-client.ts';
export type { CustomGaugeOptions, CustomHistogramOptions, CustomMetricOptions } from './otel/prometheus-client.ts';
export type {
  BoundCounter,
  BoundGauge,
  BoundHistogram,
  CustomAttributes,
  CustomCounter,
  CustomGauge,
  CustomHistogram,
} from './otel/custom-metrics.ts';
export { GrafanaIntegrator } from './grafana/integrator.ts';
export { GrafanaError } from './grafana/api/grafana-error.ts';
export type { GrafanaErrorKind } from './grafana/api/grafana-error.ts';
export type { DashboardChanger, EditOutcome, PanelChanger } from './grafana/api/edits.ts';
export type { GrafanaDashboard, GrafanaHealth, GrafanaPanel, GridPosition, NewPanel } from './grafana/api/model.ts';
export type { SyncItem, SyncOptions } from './grafana/sync/sync-item.ts';
export type { ProvisionedFile } from './grafana/write-provisioning.ts';
export { WsInstrumentation } from './instrumentation/ws-instrumentation.ts';
export type { WsInstrumentationConfig } from './instrumentation/ws-instrumentation-config.ts';
export type { WsClass, WsClasses } from './instrumentation/ws/types.ts';
export type { MessageInfo, MessageType, MessageTypeOf } from './instrumentation/ws/message-type.ts';
export type { InstrumentOptions } from './instrumentation/method.ts';
export type { TelemetryConfig } from './config/schema.ts';
export type { AlertFigures, FlowFigures, LatencyFigures, RealtimeMetrics } from './recording/snapshot.ts';
export type { WindowStatistics } from './recording/window.ts';
export type { MessageDirection } from './recording/realtime-recorder.ts';
export type { Severity } from './catalog/realtime.ts';
export type { AlertSeverity } from './catalog/self.ts';
export type { Alert, AlertNotice, AlertState } from './alerts/alert.ts';
export type { AlertListener } from './alerts/listeners.ts';
export type { Direction, WebSocketRole } from './catalog/websocket.ts';
export type { Address, RequestHandler } from './http/server.ts';
export { TelemetryConfigError, TelemetryError } from './base/errors.ts';
export type { ConfigIssue, TelemetryErrorCode } from './base/errors.ts';
export type { LogDetails, TelemetryLogger } from './base/logger.ts';

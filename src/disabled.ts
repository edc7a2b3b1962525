import { createNoopMeter } from '@opentelemetry/api';
import { AlertListeners } from './alerts/listeners.ts';
import type { DashboardParts } from './dashboard.ts';
import { end } from './http/server.ts';
import type { RequestHandler } from './http/server.ts';
import { WsInstrumentation } from './instrumentation/ws-instrumentation.ts';
import { PrometheusClient } from './otel/prometheus-client.ts';
import { noMetrics } from './otel/no-metrics.ts';
import { integratorOf } from './parts.ts';
import { NO_RECORDER } from './recording/realtime-recorder.ts';
import type { Recording } from './recording/recording.ts';
import { SnapshotReader } from './recording/snapshot.ts';
import type { Running, SourcedConfig } from './running.ts';

/** Everything is there and does nothing: no timer, no port, no patch. */
export function disabledDashboard({ config, source }: SourcedConfig, recording: Recording): Running {
  const { recorder } = recording;
  recorder.close();
  const disabled: RequestHandler = (_request, response) => {
    end(response, 404, 'telemetry-dashboard is disabled\n');
  };
  const parts: DashboardParts = {
    recorder,
    manual: NO_RECORDER,
    snapshot: new SnapshotReader(recording, () => []),
    prometheus: new PrometheusClient(recorder, disabled),
    meter: createNoopMeter(),
    metricProducer: { collect: noMetrics },
    wsInstrumentation: new WsInstrumentation({ enabled: false }, recording),
    metricsHandler: disabled,
    alertListeners: new AlertListeners(recorder.logger),
    grafana: integratorOf({ ...config, grafana: { ...config.grafana, enabled: false } }, source, recorder),
    address: () => null,
    close: () => Promise.resolve(),
  };
  return { parts, listening: Promise.resolve(), configure: undefined };
}

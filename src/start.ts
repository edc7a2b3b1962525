import { createNoopMeter } from '@opentelemetry/api';
import { Alerting } from './alerts/alerting.ts';
import { AlertListeners } from './alerts/listeners.ts';
import type { AlertIdentity } from './alerts/watched-rule.ts';
import { within } from './base/deadline.ts';
import { LineLogger, createOnceLogger } from './base/logger.ts';
import type { OnceLogger } from './base/logger.ts';
import type { ResolvedConfig } from './config/schema.ts';
import { TelemetryDashboard } from './dashboard.ts';
import type { DashboardParts } from './dashboard.ts';
import { requireBearer } from './http/bearer.ts';
import { TelemetryServer, end } from './http/server.ts';
import type { RequestHandler, Routes } from './http/server.ts';
import { WsInstrumentation } from './instrumentation/ws-instrumentation.ts';
import { PrometheusClient } from './otel/prometheus-client.ts';
import type { CellProvider } from './otel/provider.ts';
import { createResource } from './otel/resource.ts';
import { Scraper } from './otel/scraper.ts';
import type { MetricProducer, Resource } from './otel/sdk-types.ts';
import {
  instrumentationConfigOf,
  integratorOf,
  keysWithoutEffect,
  providerOf,
  pushReadersOf,
  recordingOf,
} from './parts.ts';
import type { StartOptions } from './parts.ts';
import { NO_RECORDER } from './recording/realtime-recorder.ts';
import type { Recording } from './recording/recording.ts';
import { SnapshotReader } from './recording/snapshot.ts';
import { detectedAttributes } from './resources/detected-attributes.ts';
import { Sampling } from './resources/sampling.ts';
import { flushOnSignals } from './signals.ts';
import type { FlushOnSignals } from './signals.ts';

/** `shutdown()` ends within this time, whatever is away. */
const SHUTDOWN_TIMEOUT_MS = 4500;

/** A configuration, and where it came from: for errors. */
export interface SourcedConfig {
  readonly config: ResolvedConfig;
  /** A file's path, or `code`. */
  readonly source: string;
  /** Whether only the environment has switched `otlp` on; see `Resolution`. */
  readonly isOtlpAssumed?: boolean;
}

/** A dashboard that measures already. */
export interface Started {
  readonly dashboard: TelemetryDashboard;
  /** Ends when its server listens; rejects where it cannot. */
  readonly listening: Promise<void>;
  readonly logger: OnceLogger;
  /**
   * Brings what can change in a running dashboard up to `config`: alerts, logging, sampling. Undefined where nothing runs.
   *
   * @throws TelemetryConfigError where it cannot; nothing has changed then
   */
  readonly configure: ((config: ResolvedConfig) => void) | undefined;
}

/**
 * Puts all parts together. What can be wrong in the options throws here; the port, in `listening`.
 *
 * @param onClosing called when `shutdown()` begins, with the promise of its end
 */
export function start(
  sourced: SourcedConfig,
  options: StartOptions,
  onClosing: (done: Promise<void>) => void,
): Started {
  const { config } = sourced;
  const lines = new LineLogger(config.logging);
  const logger = createOnceLogger(options.logger ?? lines);
  const recording = recordingOf(config, logger);
  const { parts, listening, configure } = isDisabled(config)
    ? startNothing(sourced, recording)
    : startAll(sourced, options, recording, logger);
  const close = (): Promise<void> => {
    const done = parts.close();
    onClosing(done);
    return done;
  };
  return {
    dashboard: new TelemetryDashboard({ ...parts, close }),
    listening,
    logger,
    configure:
      configure &&
      ((next) => {
        configure(next);
        lines.configure(next.logging);
      }),
  };
}

/** What a dashboard is the face of, and what is behind it. */
interface Running extends Pick<Started, 'listening' | 'configure'> {
  readonly parts: DashboardParts;
}

function isDisabled(config: ResolvedConfig): boolean {
  return !config.enabled || process.env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
}

/** Everything is there and does nothing: no timer, no port, no patch. */
function startNothing({ config, source }: SourcedConfig, recording: Recording): Running {
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

function startAll(
  { config, source, isOtlpAssumed = false }: SourcedConfig,
  options: StartOptions,
  recording: Recording,
  logger: OnceLogger,
): Running {
  const { recorder } = recording;
  for (const key of keysWithoutEffect(config)) logger.warn(`${key}: true has no effect in this version yet`);
  const wsConfig = instrumentationConfigOf(config.websocket, options.messageType);
  const resource = createResource({
    detected: detectedAttributes(),
    serviceName: config.service_name,
    serviceVersion: config.service_version,
    attributes: options.resource,
  });
  const alerting = new Alerting(recorder, identityOf(resource), source);
  alerting.configure(config.alerts);
  const grafana = integratorOf(config, source, recorder);
  const scraper = new Scraper(recorder, config.prometheus.labels);
  const pushing = pushReadersOf(config, source, recorder, isOtlpAssumed);
  const readers = [...(options.readers ?? []), ...pushing];
  const provider = providerOf({ ...options, readers }, resource, recorder, scraper);
  const sampling = new Sampling(recorder, () => {
    alerting.evaluate();
  });
  sampling.configure(config.sampling_interval_ms);
  const instrumentation = new WsInstrumentation(wsConfig, recording);
  const { host, port, token, enabled } = config.prometheus;
  const metricsHandler = token === undefined ? scraper.handler : requireBearer(token, scraper.handler);
  const http = enabled ? new TelemetryServer(routes(metricsHandler, token), logger) : undefined;

  const stopListening = pushing.length > 0 ? flushOnSignals(flushOf(provider, config.otlp.timeout_ms)) : undefined;

  const close = async (): Promise<void> => {
    stopListening?.();
    instrumentation.disable();
    sampling.close();
    grafana.close();
    await within(SHUTDOWN_TIMEOUT_MS, logger, [
      provider.shutdown(SHUTDOWN_TIMEOUT_MS),
      alerting.close(SHUTDOWN_TIMEOUT_MS),
      http?.close() ?? Promise.resolve(),
    ]);
    recorder.close();
  };
  const parts: DashboardParts = {
    recorder,
    manual: recording.realtime,
    snapshot: new SnapshotReader(recording, () => alerting.figures),
    prometheus: new PrometheusClient(recorder, scraper.handler),
    meter: provider.meter,
    metricProducer: {
      collect: (collectOptions) => (recorder.open ? scraper.reader.collect(collectOptions) : noMetrics()),
    },
    wsInstrumentation: instrumentation,
    metricsHandler,
    alertListeners: alerting.listeners,
    grafana,
    address: () => http?.address ?? null,
    close,
  };
  grafana.begin();
  return {
    parts,
    listening: http ? http.listen(host, port) : Promise.resolve(),
    configure: (next) => {
      const setUpGrafana = grafana.prepare(next);
      alerting.configure(next.alerts);
      setUpGrafana();
      sampling.configure(next.sampling_interval_ms);
    },
  };
}

/** What a signal that ends the process waits for. */
function flushOf(provider: CellProvider, pushTimeoutMs: number): FlushOnSignals {
  const timeoutMs = Math.min(pushTimeoutMs, SHUTDOWN_TIMEOUT_MS);
  return { flush: () => provider.forceFlush(timeoutMs), timeoutMs };
}

/** As Prometheus makes `job` and `instance` of what arrives over OTLP. */
function identityOf({ attributes }: Resource): AlertIdentity {
  const text = (key: string): string => String(attributes[key] ?? '');
  const namespace = text('service.namespace');
  const name = text('service.name');
  return { job: namespace === '' ? name : `${namespace}/${name}`, instance: text('service.instance.id') };
}

function routes(metrics: RequestHandler, token: string | undefined): Routes {
  const health: RequestHandler = (_request, response) => {
    end(response, 200, 'ok\n');
  };
  return new Map([
    ['/metrics', metrics],
    ['/healthz', token === undefined ? health : requireBearer(token, health)],
  ]);
}

/** What a dashboard that is disabled or was shut down has to tell. */
function noMetrics(): ReturnType<MetricProducer['collect']> {
  return Promise.resolve({ resourceMetrics: { resource: createResource(), scopeMetrics: [] }, errors: [] });
}

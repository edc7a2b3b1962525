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
import { Duties } from './duties.ts';
import { requireBearer } from './http/bearer.ts';
import { TelemetryServer, end } from './http/server.ts';
import type { RequestHandler, Routes } from './http/server.ts';
import { InstrumentSums } from './instruments/instrument-sums.ts';
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
  membershipOf,
  providerOf,
  pushReadersOf,
  recordingOf,
  workersOf,
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
  const workers = workersOf(config, recorder, () => sums);
  const scraper = new Scraper(recorder, config.prometheus.labels);
  const refresh = (): Promise<void> => workers?.refresh() ?? Promise.resolve();
  const pushing = pushReadersOf(config, source, recorder, () => duties.areTaken, isOtlpAssumed);
  const readers = [...(options.readers ?? []), ...pushing];
  const provider = providerOf({ ...options, readers }, resource, recorder, scraper, refresh);
  const sums = new InstrumentSums(provider.meter);
  const sampling = new Sampling(recorder, () => {
    duties.evaluateAlerts();
  });
  const instrumentation = new WsInstrumentation(wsConfig, recording);
  const { token, enabled } = config.prometheus;
  const guarded = (handler: RequestHandler): RequestHandler =>
    token === undefined ? handler : requireBearer(token, handler);
  const metricsHandler = guarded(scraper.handler);
  const workersHandler = scraper.workersHandler(async () => {
    await refresh();
    return workers?.all ?? [];
  });
  const routes: Routes = new Map([
    ['/metrics', metricsHandler],
    ['/metrics/workers', guarded(workersHandler)],
    ['/healthz', guarded(health)],
  ]);
  const http = enabled ? new TelemetryServer(routes, logger) : undefined;
  const duties = new Duties({
    config,
    alerting,
    grafana,
    sampling,
    http,
    hasWorkers: () => workers?.areThere === true,
  });
  const membership = membershipOf(recorder, provider, () => {
    duties.leave();
  });
  sampling.configure(config.sampling_interval_ms);

  const stopListening = pushing.length > 0 ? flushOnSignals(flushOf(provider, config.otlp.timeout_ms)) : undefined;

  const close = async (): Promise<void> => {
    stopListening?.();
    instrumentation.disable();
    sampling.close();
    grafana.close();
    duties.end();
    await within(SHUTDOWN_TIMEOUT_MS, logger, [
      membership?.close() ?? Promise.resolve(),
      provider.shutdown(SHUTDOWN_TIMEOUT_MS),
      alerting.close(SHUTDOWN_TIMEOUT_MS),
      http?.close() ?? Promise.resolve(),
    ]);
    workers?.close();
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
  return {
    parts,
    listening: membership
      ? membership.joined.then((isMember) => (isMember ? undefined : duties.take()))
      : duties.take(),
    configure: (next) => {
      duties.configure(next);
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

const health: RequestHandler = (_request, response) => {
  end(response, 200, 'ok\n');
};

/** What a dashboard that is disabled or was shut down has to tell. */
function noMetrics(): ReturnType<MetricProducer['collect']> {
  return Promise.resolve({ resourceMetrics: { resource: createResource(), scopeMetrics: [] }, errors: [] });
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Alerting } from './alerts/alerting.ts';
import type { AlertIdentity } from './alerts/watched-rule.ts';
import { within } from './base/deadline.ts';
import { textOf } from './base/errors.ts';
import type { OnceLogger } from './base/logger.ts';
import type { ResolvedConfig } from './config/schema.ts';
import type { DashboardParts } from './dashboard.ts';
import { Duties } from './duties.ts';
import { requireBearer } from './http/bearer.ts';
import { TelemetryServer, end } from './http/server.ts';
import type { RequestHandler, Routes } from './http/server.ts';
import { WsInstrumentation } from './instrumentation/ws-instrumentation.ts';
import { noMetrics } from './otel/no-metrics.ts';
import { PrometheusClient } from './otel/prometheus-client.ts';
import { createResource } from './otel/resource.ts';
import { Scraper } from './otel/scraper.ts';
import type { Resource } from './otel/sdk-types.ts';
import { WorkerInstruments } from './otel/worker-instruments.ts';
import {
  instrumentationConfigOf,
  integratorOf,
  keysWithoutEffect,
  membershipOf,
  providerOf,
  pushReadersOf,
  workersOf,
} from './parts.ts';
import type { StartOptions } from './parts.ts';
import type { Recording } from './recording/recording.ts';
import { SnapshotReader } from './recording/snapshot.ts';
import { detectedAttributes } from './resources/detected-attributes.ts';
import { Sampling } from './resources/sampling.ts';
import { flushOnSignals } from './signals.ts';

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

/** What a dashboard is the face of, and what is behind it. */
export interface Running {
  readonly parts: DashboardParts;
  /** Ends when its server listens; rejects where it cannot. */
  readonly listening: Promise<void>;
  /** Undefined where nothing runs. */
  readonly configure: ((config: ResolvedConfig) => void) | undefined;
}

/** Puts together what measures, serves, pushes and tells. What can be wrong in the options throws; the port, in `listening`. */
export function runningDashboard(
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
  const workerInstruments = new WorkerInstruments(recorder);
  const workers = workersOf(config, recorder, workerInstruments);
  const scraper = new Scraper(recorder, config.prometheus.labels);
  const refresh = (): Promise<void> => workers?.refresh() ?? Promise.resolve();
  const pushing = pushReadersOf(config, source, recorder, () => duties.areTaken, isOtlpAssumed);
  const readers = [...(options.readers ?? []), ...pushing];
  const provider = providerOf({ ...options, readers }, resource, recorder, scraper, workerInstruments, refresh);
  const sampling = new Sampling(recorder, () => {
    duties.evaluateAlerts();
  });
  const instrumentation = new WsInstrumentation(wsConfig, recording);
  const { token, enabled } = config.prometheus;
  const guarded = (handler: RequestHandler): RequestHandler =>
    token === undefined ? handler : requireBearer(token, handler);
  const metricsHandler = guarded(scraper.handler);
  const workersHandler = scraper.workersHandler(resource, async () => {
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
  const membership = membershipOf(recorder, provider, workers, () => {
    duties.leave();
  });
  sampling.configure(config.sampling_interval_ms);

  const timeoutMs = Math.min(config.otlp.timeout_ms, SHUTDOWN_TIMEOUT_MS);
  const push = (): Promise<void> => (pushing.length > 0 ? provider.forceFlush(timeoutMs) : Promise.resolve());
  let closing: Promise<void> | undefined;
  // a signal during a shutdown waits for its last push
  const flush = (): Promise<unknown> => closing ?? Promise.all([push(), membership?.flush()]);
  const hasToFlush = membership ? !membership.isThread : pushing.length > 0;
  const ignoreSignals = hasToFlush ? flushOnSignals({ flush, timeoutMs }) : undefined;

  /** A primary that is busy, or comes late, or another worker may have the port: it is not waited for, nor given up. */
  const takeUnlessLed = async (hasPrimary: boolean): Promise<void> => {
    if (hasPrimary) return;
    await duties.take().catch((error: unknown) => {
      logger.warn(`${textOf(error)}; this worker runs on without /metrics of its own`);
    });
  };

  const end = async (): Promise<void> => {
    await turns();
    recorder.refresh();
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
    ignoreSignals?.();
    workers?.close();
    recorder.close();
  };
  const close = (): Promise<void> => (closing ??= end());
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
    listening: membership ? membership.hasPrimary.then(takeUnlessLed) : duties.take(),
    configure: (next) => {
      duties.configure(next);
    },
  };
}

/** Until sockets that have ended have said so: a server's `close` event comes up to two turns before that of its last sockets. */
async function turns(): Promise<void> {
  await nextTurn();
  await nextTurn();
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

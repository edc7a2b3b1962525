import type { Attributes } from '@opentelemetry/api';
import { createNoopMeter } from '@opentelemetry/api';
import type { IMetricReader, MetricProducer, ViewOptions } from './otel/sdk-types.ts';
import { systemClock } from './base/clock.ts';
import { within } from './base/deadline.ts';
import { TelemetryConfigError } from './base/errors.ts';
import { createLineLogger, createOnceLogger } from './base/logger.ts';
import type { OnceLogger, TelemetryLogger } from './base/logger.ts';
import { durationBuckets } from './catalog/buckets.ts';
import type { ResolvedConfig } from './config/schema.ts';
import { TelemetryDashboard } from './dashboard.ts';
import type { DashboardParts } from './dashboard.ts';
import { requireBearer } from './http/bearer.ts';
import { TelemetryServer, end } from './http/server.ts';
import type { RequestHandler, Routes } from './http/server.ts';
import { WsInstrumentation } from './instrumentation/ws-instrumentation.ts';
import type { WsInstrumentationConfig } from './instrumentation/ws-instrumentation-config.ts';
import type { MessageType, MessageTypeOf } from './instrumentation/ws/message-type.ts';
import { PrometheusClient } from './otel/prometheus-client.ts';
import { CellProvider } from './otel/provider.ts';
import { createResource } from './otel/resource.ts';
import { Scraper } from './otel/scraper.ts';
import { NO_RECORDER, RealtimeRecorder } from './recording/realtime-recorder.ts';
import { Recorder } from './recording/recorder.ts';
import { SnapshotReader } from './recording/snapshot.ts';
import { WebSocketRecorder } from './recording/websocket-recorder.ts';
import { HostSampler } from './resources/host-sampler.ts';
import { ProcessSampler } from './resources/process-sampler.ts';

/** What a dashboard is made of besides its configuration. */
export interface StartOptions {
  /** OpenTelemetry views; they apply to every metric of the package too. */
  readonly views?: readonly ViewOptions[];
  /** Further readers, such as a `PeriodicExportingMetricReader`; they get every metric and are shut down with the dashboard. */
  readonly readers?: readonly IMetricReader[];
  /** Resource attributes, such as `{ 'service.version': '1.2.3' }`; they win over the environment's. */
  readonly resource?: Attributes;
  /** Gives the type of each message, in place of `websocket.message_type`. */
  readonly messageType?: MessageTypeOf;
  /** Where the package's log lines go, in place of standard error; `logging` is then without effect. */
  readonly logger?: TelemetryLogger;
}

/** `shutdown()` ends within this time, whatever is away. */
const SHUTDOWN_TIMEOUT_MS = 4500;

/** The host's figures change slowly and cost more to read. */
const HOST_SAMPLING_MS = 1000;

/** A dashboard that measures already, and the promise that its server listens. */
export interface Started {
  readonly dashboard: TelemetryDashboard;
  readonly listening: Promise<void>;
  readonly logger: TelemetryLogger;
}

/**
 * Puts all parts together. What can be wrong in the options throws here; the port, in `listening`.
 *
 * @param onClosing called when `shutdown()` begins, with the promise of its end
 */
export function start(
  config: ResolvedConfig,
  options: StartOptions,
  onClosing: (done: Promise<void>) => void,
): Started {
  const { level, format } = config.logging;
  const logger = createOnceLogger(options.logger ?? createLineLogger(level, format));
  const recording = createRecording(config, logger);
  const { parts, listening } = isDisabled(config)
    ? startNothing(recording)
    : startAll(config, options, recording, logger);
  const close = (): Promise<void> => {
    const done = parts.close();
    onClosing(done);
    return done;
  };
  return { dashboard: new TelemetryDashboard({ ...parts, close }), listening, logger };
}

/** What a dashboard is the face of, and the promise that its server listens. */
interface Running {
  readonly parts: DashboardParts;
  readonly listening: Promise<void>;
}

interface Recording {
  readonly recorder: Recorder;
  readonly server: WebSocketRecorder;
  readonly client: WebSocketRecorder;
  readonly realtime: RealtimeRecorder;
  readonly snapshot: SnapshotReader;
}

function createRecording(config: ResolvedConfig, logger: OnceLogger): Recording {
  const recorder = new Recorder({
    clock: systemClock,
    logger,
    limits: { attributeValues: config.limits.attribute_values, series: config.limits.series },
    windowMs: config.retention.window_ms,
  });
  const durations = durationBuckets(config.latency_buckets_ms?.map((ms) => Number((ms / 1000).toPrecision(15))));
  const server = new WebSocketRecorder(recorder, 'server', durations);
  const client = new WebSocketRecorder(recorder, 'client', durations);
  const realtime = new RealtimeRecorder(recorder, server, durations);
  return { recorder, server, client, realtime, snapshot: new SnapshotReader(recorder, realtime, server) };
}

function isDisabled(config: ResolvedConfig): boolean {
  return !config.enabled || process.env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
}

/** Everything is there and does nothing: no timer, no port, no patch. */
function startNothing({ recorder, server, client, snapshot }: Recording): Running {
  recorder.close();
  const disabled: RequestHandler = (_request, response) => {
    end(response, 404, 'telemetry-dashboard is disabled\n');
  };
  const parts: DashboardParts = {
    recorder,
    manual: NO_RECORDER,
    snapshot,
    prometheus: new PrometheusClient(recorder, disabled),
    meter: createNoopMeter(),
    metricProducer: { collect: noMetrics },
    wsInstrumentation: new WsInstrumentation({ enabled: false }, { recorder, server, client }),
    metricsHandler: disabled,
    address: () => null,
    close: () => Promise.resolve(),
  };
  return { parts, listening: Promise.resolve() };
}

function startAll(config: ResolvedConfig, options: StartOptions, recording: Recording, logger: OnceLogger): Running {
  const { recorder, server, client, realtime, snapshot } = recording;
  const wsConfig = instrumentationConfig(config.websocket, options.messageType);
  const scraper = new Scraper(recorder, config.prometheus.labels);
  const provider = createProvider(config, options, recorder, scraper);
  const stopSampling = startSampling(recorder, config.sampling_interval_ms);
  const instrumentation = new WsInstrumentation(wsConfig, { recorder, server, client });
  const { host, port, token, enabled } = config.prometheus;
  const metricsHandler = token === undefined ? scraper.handler : requireBearer(token, scraper.handler);
  const http = enabled ? new TelemetryServer(routes(metricsHandler, token), logger) : undefined;

  const close = async (): Promise<void> => {
    instrumentation.disable();
    stopSampling();
    await within(SHUTDOWN_TIMEOUT_MS, logger, [
      provider.shutdown(SHUTDOWN_TIMEOUT_MS),
      http?.close() ?? Promise.resolve(),
    ]);
    recorder.close();
  };
  const parts: DashboardParts = {
    recorder,
    manual: realtime,
    snapshot,
    prometheus: new PrometheusClient(recorder, scraper.handler),
    meter: provider.meter,
    metricProducer: {
      collect: (collectOptions) => (recorder.open ? scraper.reader.collect(collectOptions) : noMetrics()),
    },
    wsInstrumentation: instrumentation,
    metricsHandler,
    address: () => http?.address ?? null,
    close,
  };
  return { parts, listening: http ? http.listen(host, port) : Promise.resolve() };
}

function instrumentationConfig(
  websocket: ResolvedConfig['websocket'],
  typeOf: MessageTypeOf | undefined,
): WsInstrumentationConfig {
  const { enabled, idle_after_ms, ping_interval_ms, routes, ignore, message_type } = websocket;
  if (typeOf !== undefined && typeof typeOf !== 'function') {
    const issue = { path: 'messageType', value: typeof typeOf, expected: 'a function of a message' };
    throw new TelemetryConfigError('code', [issue]);
  }
  const messageType = typeOf ?? (message_type as MessageType | undefined);
  return {
    enabled,
    idleAfterMs: idle_after_ms,
    routes,
    ignore,
    ...(ping_interval_ms !== undefined && { pingIntervalMs: ping_interval_ms }),
    ...(messageType !== undefined && { messageType }),
  };
}

function createProvider(
  config: ResolvedConfig,
  options: StartOptions,
  recorder: Recorder,
  scraper: Scraper,
): CellProvider {
  const { views = [], readers = [], resource } = options;
  try {
    return new CellProvider({
      recorder,
      resource: createResource(config.service_name, resource),
      views,
      mainReader: scraper.reader,
      readers,
    });
  } catch (error) {
    const issue = {
      path: 'views, readers',
      value: (error as Error).message,
      expected: 'what the OpenTelemetry SDK takes',
    };
    throw new TelemetryConfigError('code', [issue]);
  }
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
  return Promise.resolve({ resourceMetrics: { resource: createResource(undefined), scopeMetrics: [] }, errors: [] });
}

/** Timers that do not keep the process alive. */
function startSampling(recorder: Recorder, intervalMs: number): () => void {
  const processSampler = new ProcessSampler(recorder);
  const hostSampler = new HostSampler(recorder);
  const timers = [
    setInterval(() => processSampler.sample(), intervalMs),
    setInterval(() => hostSampler.sample(), Math.max(intervalMs, HOST_SAMPLING_MS)),
    setInterval(() => recorder.advance(), recorder.slotMs),
  ];
  for (const timer of timers) timer.unref();
  return () => {
    timers.forEach(clearInterval);
    processSampler.close();
  };
}

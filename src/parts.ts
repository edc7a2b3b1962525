import cluster from 'node:cluster';
import { isMainThread } from 'node:worker_threads';
import type { Attributes } from '@opentelemetry/api';
import { rulesOf } from './alerts/rules.ts';
import { thresholdBounds } from './alerts/threshold-bounds.ts';
import { systemClock } from './base/clock.ts';
import { TelemetryConfigError, issueText } from './base/errors.ts';
import type { OnceLogger, TelemetryLogger } from './base/logger.ts';
import { EXPORTED_DURATIONS, durationBuckets } from './catalog/buckets.ts';
import { CATALOG } from './catalog/index.ts';
import type { BucketSpec, MetricSpec } from './catalog/metric.ts';
import { WITHOUT_EFFECT } from './config/changes.ts';
import type { ResolvedConfig } from './config/schema.ts';
import { GrafanaIntegrator } from './grafana/integrator.ts';
import type { WsInstrumentationConfig } from './instrumentation/ws-instrumentation-config.ts';
import type { MessageType, MessageTypeOf } from './instrumentation/ws/message-type.ts';
import { otlpReaderOf } from './otel/otlp/reader.ts';
import { CellProvider } from './otel/provider.ts';
import type { Scraper } from './otel/scraper.ts';
import type { IMetricReader, Resource, ViewOptions } from './otel/sdk-types.ts';
import type { WorkerInstruments } from './otel/worker-instruments.ts';
import { Recorder } from './recording/recorder.ts';
import type { RecorderOptions } from './recording/recorder.ts';
import { createRecording } from './recording/recording.ts';
import type { Recording } from './recording/recording.ts';
import { acceptClusterWorkers, portToClusterPrimary } from './workers/cluster-ports.ts';
import { Membership } from './workers/membership.ts';
import { acceptThreads, isTakenUp, portToMainThread } from './workers/thread-ports.ts';
import { Workers } from './workers/workers.ts';

// The parts of a dashboard, made of what its configuration says.

/** A worker that is asked waits for its threads so long: its primary waits twice as long for it. */
const THREADS_ANSWER_MS = 100;

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

/** @param logger of all parts */
export function recordingOf(config: ResolvedConfig, logger: OnceLogger): Recording {
  return createRecording(recorderOptionsOf(config, logger), durationBucketsOf(config));
}

function recorderOptionsOf({ limits, retention }: ResolvedConfig, logger: OnceLogger): RecorderOptions {
  return {
    clock: systemClock,
    logger,
    limits: { attributeValues: limits.attribute_values, series: limits.series },
    windowMs: retention.window_ms,
  };
}

/** With the bounds asked for or the default ones, and those that rules for Prometheus need to see a threshold crossed. */
function durationBucketsOf({ latency_buckets_ms, alerts }: ResolvedConfig): BucketSpec {
  const exported = latency_buckets_ms?.map((ms) => Number((ms / 1000).toPrecision(15))) ?? EXPORTED_DURATIONS;
  return durationBuckets(exported, alerts.enabled ? thresholdBounds(rulesOf(alerts), exported) : []);
}

/** @throws TelemetryConfigError where a certificate of the section `grafana` cannot be read */
export function integratorOf(config: ResolvedConfig, source: string, recorder: Recorder): GrafanaIntegrator {
  return new GrafanaIntegrator({
    config,
    source,
    customMetrics: () => customMetricsOf(recorder),
    logger: recorder.logger,
    clock: recorder.clock,
  });
}

/**
 * Makes this process one service with its workers, whose figures are added to its own.
 *
 * @returns undefined in a thread: the main thread does it
 */
export function workersOf(
  config: ResolvedConfig,
  recorder: Recorder,
  instruments: WorkerInstruments,
): Workers | undefined {
  if (!isMainThread) return undefined;
  return new Workers({
    recorder,
    addInstruments: (worker, told) => {
      instruments.add(worker, told);
    },
    forgetInstruments: (worker) => {
      instruments.forget(worker);
    },
    createRecorder: () => new Recorder(recorderOptionsOf(config, recorder.logger)),
    accept: cluster.isPrimary ? [acceptThreads, acceptClusterWorkers] : [acceptThreads],
  });
}

/**
 * Makes this worker part of one service with its primary.
 *
 * @param workers its own threads
 * @param onPrimary called once there is a primary that measures
 * @returns undefined in a process that is no worker
 */
export function membershipOf(
  recorder: Recorder,
  provider: CellProvider,
  workers: Workers | undefined,
  onPrimary: () => void,
): Membership | undefined {
  if (!isWorker()) return undefined;
  const connect = isMainThread ? portToClusterPrimary : portToMainThread;
  const isExpected = isMainThread || isTakenUp();
  const takeInstruments = (isAll: boolean): Promise<readonly unknown[]> => provider.takeInstruments(isAll);
  return new Membership({
    recorder,
    isThread: !isMainThread,
    isExpected,
    takeInstruments,
    connect,
    askThreads: () => workers?.refresh(THREADS_ANSWER_MS) ?? Promise.resolve(),
    onPrimary,
  });
}

function isWorker(): boolean {
  return !isMainThread || cluster.isWorker;
}

function customMetricsOf(recorder: Recorder): MetricSpec[] {
  const own = new Set(CATALOG.map(({ name }) => name));
  return Array.from(recorder.families, ({ spec }) => spec).filter(({ name }) => !own.has(name));
}

/** What somebody has switched on that is checked, but not built yet. */
export function keysWithoutEffect(config: ResolvedConfig): string[] {
  return WITHOUT_EFFECT.filter((key) => config[key].enabled).map((key) => `${key}.enabled`);
}

/** @throws TelemetryConfigError where `typeOf` is no function */
export function instrumentationConfigOf(
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

/**
 * The reader that pushes, where the configuration asks for one.
 *
 * @param isAssumed whether a log line will do in place of an error
 * @throws TelemetryConfigError where an exporter package is missing or a file of `otlp.tls` cannot be read
 */
export function pushReadersOf(
  { otlp }: ResolvedConfig,
  source: string,
  { logger, clock }: Recorder,
  mayPush: () => boolean,
  isAssumed: boolean,
): IMetricReader[] {
  if (!otlp.enabled) return [];
  try {
    return [otlpReaderOf(otlp, { source, logger, clock, mayPush })];
  } catch (error) {
    if (!isAssumed || !(error instanceof TelemetryConfigError)) throw error;
    const problems = error.issues.map(issueText).join('; ');
    logger.warn(`OTEL_METRICS_EXPORTER asks for OTLP, but nothing is pushed: ${problems}`);
    return [];
  }
}

/** @throws TelemetryConfigError where the SDK refuses the views or readers */
export function providerOf(
  { views = [], readers = [] }: StartOptions,
  resource: Resource,
  recorder: Recorder,
  scraper: Scraper,
  workerInstruments: WorkerInstruments,
  beforeCollect: () => Promise<void>,
): CellProvider {
  try {
    const mainReader = scraper.reader;
    return new CellProvider({
      recorder,
      resource,
      views,
      mainReader,
      readers,
      workerInstruments,
      isWorker: isWorker(),
      beforeCollect,
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

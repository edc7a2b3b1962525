import type { Meter } from '@opentelemetry/api';
import type { AlertListener, AlertListeners } from './alerts/listeners.ts';
import type { MetricProducer } from './otel/sdk-types.ts';
import type { Severity } from './catalog/realtime.ts';
import type { GrafanaIntegrator } from './grafana/integrator.ts';
import type { Address } from './http/server.ts';
import type { InstrumentOptions } from './instrumentation/method.ts';
import { instrumentMethod } from './instrumentation/method.ts';
import type { WsInstrumentation } from './instrumentation/ws-instrumentation.ts';
import type { PrometheusClient } from './otel/prometheus-client.ts';
import type { RequestHandler } from './http/server.ts';
import { NO_RECORDER } from './recording/realtime-recorder.ts';
import type { ManualRecorder, MessageDirection } from './recording/realtime-recorder.ts';
import type { Recorder } from './recording/recorder.ts';
import type { RealtimeMetrics, SnapshotReader } from './recording/snapshot.ts';

/** The running parts that a dashboard is the face of. */
export interface DashboardParts {
  readonly recorder: Recorder;
  readonly manual: ManualRecorder;
  readonly snapshot: SnapshotReader;
  readonly prometheus: PrometheusClient;
  readonly meter: Meter;
  readonly metricProducer: MetricProducer;
  readonly wsInstrumentation: WsInstrumentation;
  /** What `/metrics` answers, with its token. */
  readonly metricsHandler: RequestHandler;
  readonly alertListeners: AlertListeners;
  readonly grafana: GrafanaIntegrator;
  readonly address: () => Address | null;
  /** Ends what runs; called once. */
  readonly close: () => Promise<void>;
}

/**
 * The one place from which a service is measured and read.
 *
 * The recording methods never throw and never reject: a wrong value is dropped, counted in `telemetry.dropped` and logged once
 * per kind. After {@link shutdown} they do nothing.
 */
export class TelemetryDashboard {
  /** Custom metrics, current values, the scrape handler. */
  readonly prometheus: PrometheusClient;
  /** Sets Grafana up, and edits its dashboards. */
  readonly grafana: GrafanaIntegrator;
  /** A real OpenTelemetry meter on the dashboard's private provider, for instruments of your own. */
  readonly meter: Meter;
  /** All metrics, cumulative, for a reader of another provider: `new PeriodicExportingMetricReader({ metricProducers: [it] })`. */
  readonly metricProducer: MetricProducer;
  /** Answers a scrape on a server of your own, as `/metrics` does, `prometheus.token` included. */
  readonly metricsHandler: RequestHandler;
  /**
   * What measures the WebSockets of the process. A copy of `ws` that no module hook can see, such as a bundled one, is handed to it:
   * `dashboard.wsInstrumentation.instrument({ WebSocket, WebSocketServer })`.
   */
  readonly wsInstrumentation: WsInstrumentation;
  readonly #parts: DashboardParts;
  /** One step away, since each step costs a fraction of a record. */
  #manual: ManualRecorder;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(parts: DashboardParts) {
    this.#parts = parts;
    this.#manual = parts.manual;
    this.prometheus = parts.prometheus;
    this.grafana = parts.grafana;
    this.meter = parts.meter;
    this.metricProducer = parts.metricProducer;
    this.metricsHandler = parts.metricsHandler;
    this.wsInstrumentation = parts.wsInstrumentation;
  }

  /** Where the HTTP server listens, or null without one. */
  get address(): Address | null {
    return this.#parts.address();
  }

  /**
   * Records one latency of the application, into `realtime.latency`.
   *
   * @param milliseconds 0 to 2^53 − 1
   */
  recordLatency(milliseconds: number): void {
    this.#manual.recordLatency(milliseconds);
  }

  /**
   * Starts to measure a latency.
   *
   * @returns ends it: records the time since the start and gives it in milliseconds. Each further call records again.
   */
  startTimer(): () => number {
    const { clock } = this.#parts.recorder;
    const startMs = clock.monotonicMs();
    return () => {
      const milliseconds = clock.monotonicMs() - startMs;
      this.recordLatency(milliseconds);
      return milliseconds;
    };
  }

  /**
   * Records one data message that no `ws` socket shows, into `websocket.server.messages`, `.io` and `.message.size`.
   *
   * @param direction `incoming` or `outgoing`; `receive` and `transmit` mean the same
   * @param sizeBytes payload, 0 to 2^53 − 1
   * @param type at most 100 different ones; default `unknown`
   */
  recordMessage(direction: MessageDirection, sizeBytes: number, type?: string): void {
    this.#manual.recordMessage(direction, sizeBytes, type);
  }

  /**
   * Records one error, into `realtime.errors`.
   *
   * @param component at most 100 different ones
   * @param severity default `error`
   */
  recordError(component: string, severity: Severity = 'error'): void {
    this.#manual.recordError(component, severity);
  }

  /**
   * Tells how many connections are open that no `ws` socket shows. Replaces what was told before; adds to what is observed.
   *
   * @param counts both 0 to 2^53 − 1; idle ones are not among the active
   */
  updateConnectionMetrics(counts: { readonly active: number; readonly idle: number }): void {
    this.#manual.updateConnectionMetrics(counts);
  }

  /**
   * Tells how many sessions are active, and how many there have been since their source started.
   *
   * @param counts both 0 to 2^53 − 1; a lower total than before is a restart of its source
   */
  updateSessionCount(counts: { readonly active: number; readonly total: number }): void {
    this.#manual.updateSessionCount(counts);
  }

  /**
   * Tells how many items wait in a queue.
   *
   * @param name at most 100 different ones
   * @param size 0 to 2^53 − 1
   */
  updateQueueSize(name: string, size: number): void {
    this.#manual.updateQueueSize(name, size);
  }

  /**
   * Measures a method that sends or handles messages: each call is a message, with its latency, and an error where it throws or
   * its promise is rejected. `this`, result and throw stay as they were; a promise is handed on as another one of the same outcome.
   *
   * @example dashboard.instrument(engine, 'sendMessage', { direction: 'outgoing', sizeBytes: (to, text) => text.length })
   * @returns puts the method back
   * @throws TypeError where `object[method]` is no function, or the direction is none
   */
  instrument(object: object, method: PropertyKey, options: InstrumentOptions): () => void {
    if (!this.#parts.recorder.open) return () => undefined;
    return instrumentMethod(object, method, options, this, this.#parts.recorder.clock);
  }

  /**
   * Calls `listener` with each alert that begins to fire, is over, or still fires after `alerts.repeat_interval_ms`; not with a
   * warning while the critical of the same rule fires. What it throws or rejects with is logged.
   *
   * @example dashboard.on('alert', ({ name, state, value, unit }) => page(`${name} ${state}: ${value} ${unit}`))
   */
  on(event: 'alert', listener: AlertListener): this {
    this.#parts.alertListeners.add(event, listener);
    return this;
  }

  /** Calls `listener` no longer. */
  off(event: 'alert', listener: AlertListener): this {
    this.#parts.alertListeners.remove(event, listener);
    return this;
  }

  /** All current values: synchronous, and exact at the call. */
  displayRealtimeMetrics(): RealtimeMetrics {
    return this.#parts.snapshot.read();
  }

  /**
   * Flushes and ends everything: server, readers, instrumentation. Further calls give the same promise. Never rejects, and ends
   * within 5 s whatever is away.
   */
  shutdown(): Promise<void> {
    this.#manual = NO_RECORDER;
    this.#closing ??= this.#parts.close();
    return this.#closing;
  }
}

import type { MetricSpec } from '../catalog/metric.ts';
import { processMetrics } from '../catalog/process.ts';
import { windowErrorRate } from './error-rate.ts';
import type { CounterFamily } from './family.ts';
import type { Recorder } from './recorder.ts';
import type { Recording } from './recording.ts';
import type { RealtimeRecorder } from './realtime-recorder.ts';
import { totalOf } from './window.ts';
import type { WindowStatistics } from './window.ts';
import type { WebSocketRecorder } from './websocket-recorder.ts';

/** A latency over the last window, in milliseconds; null without an observation. */
export type LatencyFigures = WindowStatistics;

/** A flow in and out: totals since the start, and its rate over the last window. */
export interface FlowFigures {
  readonly incoming: number;
  readonly outgoing: number;
  readonly total: number;
  readonly perSecond: number;
}

/** One alert that is pending, firing, or was resolved within the last 5 minutes. */
export interface AlertFigures {
  /** `high_latency`. */
  readonly name: string;
  readonly severity: 'warning' | 'critical';
  readonly state: 'pending' | 'firing' | 'resolved';
  /** When this state began; ISO 8601. */
  readonly since: string;
  /** In `unit`, as the threshold. */
  readonly value: number;
  readonly threshold: number;
  /** `ms`, `%`, or the unit of the metric of a rule of your own; empty for counts. */
  readonly unit: string;
  /** What tells alerts of one name apart: `{ source: 'app' }`, `{ queue: 'outbox' }`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** All current values of the service, as one consistent reading; in a primary, with those of its workers, at most one second old. */
export interface RealtimeMetrics {
  /** ISO 8601, from the system clock. */
  readonly timestamp: string;
  /** Seconds since the dashboard was initialised. */
  readonly uptimeSeconds: number;
  /** Length of the window that latency, rates and `errors.rate` describe, in seconds. */
  readonly windowSeconds: number;
  /** Server side. `total` = `active` + `idle`; `opened`: seen to open since the start. */
  readonly connections: {
    readonly active: number;
    readonly idle: number;
    readonly total: number;
    readonly opened: number;
  };
  /** Milliseconds. `source` is `app` once `recordLatency` was used since the start, else `handler`: the time of `ws` message handlers. */
  readonly latency: { readonly source: 'app' | 'handler' } & LatencyFigures;
  /** Milliseconds from a ping of this server to its pong. */
  readonly roundTrip: LatencyFigures;
  readonly messages: FlowFigures;
  /** Bytes of message payload. */
  readonly bandwidth: FlowFigures;
  /**
   * Since the start; `websocket` stands for errors observed on server sockets, `_other` for components beyond the cap.
   * `rate`: errors ÷ messages in the window; null with neither, 1 with errors and no message.
   */
  readonly errors: {
    readonly total: number;
    readonly byComponent: Readonly<Record<string, number>>;
    readonly rate: number | null;
  };
  readonly sessions: { readonly active: number; readonly total: number };
  /** Last size of each queue; `_other` stands for queues beyond the cap. */
  readonly queues: Readonly<Record<string, number>>;
  /**
   * Bytes; percent of the container's limit, without one of the host's memory; percent of one core. Of all processes of a cluster.
   * Null before the first sample.
   */
  readonly resources: {
    readonly memoryBytes: number | null;
    readonly memoryPercent: number | null;
    readonly cpuPercent: number | null;
  };
  readonly alerts: readonly AlertFigures[];
}

/** Component or queue that stands for all beyond the cap on label values. */
const OTHER = '_other';

/** Errors observed on sockets count as this component. */
const WEBSOCKET_COMPONENT = 'websocket';

/** Reads the recorders: synchronous, and exact at the call. */
export class SnapshotReader {
  readonly #recorder: Recorder;
  readonly #realtime: RealtimeRecorder;
  readonly #server: WebSocketRecorder;
  readonly #alerts: () => readonly AlertFigures[];

  /** @param alerts reads the alerts of this instant */
  constructor({ recorder, realtime, server }: Recording, alerts: () => readonly AlertFigures[]) {
    this.#recorder = recorder;
    this.#realtime = realtime;
    this.#server = server;
    this.#alerts = alerts;
    // windows begin when they are first asked for: ask for all of them at the start
    this.read();
  }

  read(): RealtimeMetrics {
    const recorder = this.#recorder;
    const realtime = this.#realtime;
    const server = this.#server;
    recorder.advance();
    const uptimeSeconds = (recorder.clock.monotonicMs() - recorder.startMonotonicMs) / 1000;
    const windowSeconds = recorder.windowMs / 1000;
    const { active, idle } = server.connections;
    const usesLatency = realtime.latency.at([]).count > 0;
    return {
      timestamp: new Date(recorder.clock.epochMs()).toISOString(),
      uptimeSeconds,
      windowSeconds,
      connections: { active, idle, total: active + idle, opened: server.opened },
      latency: {
        source: usesLatency ? 'app' : 'handler',
        ...inMilliseconds(recorder.histogramWindow(usesLatency ? realtime.latency : server.processDuration).statistics),
      },
      roundTrip: inMilliseconds(recorder.histogramWindow(server.pingDuration).statistics),
      messages: this.#flow(server.messages),
      bandwidth: this.#flow(server.io),
      errors: this.#errors(),
      sessions: { active: realtime.activeSessions.value ?? 0, total: realtime.sessions.value },
      queues: Object.fromEntries(
        // a queue of a worker that has ended has no size
        realtime.queues.series.flatMap(({ values: [name], cell: { value } }) =>
          value === null ? [] : [[name ?? OTHER, value]],
        ),
      ),
      resources: {
        memoryBytes: this.#gauge(processMetrics.memoryUsage),
        memoryPercent: percent(this.#gauge(processMetrics.memoryUtilization)),
        cpuPercent: percent(this.#gauge(processMetrics.cpuUtilization)),
      },
      alerts: this.#alerts(),
    };
  }

  #flow(family: CounterFamily): FlowFigures {
    const incoming = totalOf(family, ([direction]) => direction === 'receive');
    const outgoing = totalOf(family, ([direction]) => direction === 'transmit');
    return { incoming, outgoing, total: incoming + outgoing, perSecond: this.#recorder.ratePerSecond(family) };
  }

  #errors(): RealtimeMetrics['errors'] {
    const byComponent = new Map<string, number>();
    const count = (component: string, errors: number): void => {
      if (errors > 0) byComponent.set(component, (byComponent.get(component) ?? 0) + errors);
    };
    for (const { values, cell } of this.#realtime.errors.series) count(values[0] ?? OTHER, cell.value);
    count(WEBSOCKET_COMPONENT, totalOf(this.#server.errors));
    return {
      total: totalOf(this.#realtime.errors) + totalOf(this.#server.errors),
      byComponent: Object.fromEntries(byComponent),
      rate: windowErrorRate(this.#recorder).ratio,
    };
  }

  #gauge(spec: MetricSpec): number | null {
    return this.#recorder.gauge(spec).at([]).value;
  }
}

function percent(ratio: number | null): number | null {
  return ratio === null ? null : ratio * 100;
}

function inMilliseconds(seconds: WindowStatistics): LatencyFigures {
  const ms = (value: number | null): number | null => (value === null ? null : value * 1000);
  return {
    count: seconds.count,
    avg: ms(seconds.avg),
    min: ms(seconds.min),
    max: ms(seconds.max),
    p50: ms(seconds.p50),
    p95: ms(seconds.p95),
    p99: ms(seconds.p99),
  };
}

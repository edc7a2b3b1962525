import type { BucketSpec } from '../catalog/metric.ts';
import { SEVERITIES, realtimeMetrics } from '../catalog/realtime.ts';
import type { Severity } from '../catalog/realtime.ts';
import { DIRECTIONS } from '../catalog/websocket.ts';
import type { Direction } from '../catalog/websocket.ts';
import { describe, isAmount } from './amount.ts';
import type { CounterCell, GaugeCell, HistogramCell } from './cells.ts';
import type { CounterFamily, GaugeFamily, HistogramFamily } from './family.ts';
import type { Recorder } from './recorder.ts';
import type { WebSocketRecorder } from './websocket-recorder.ts';

/** What callers may say for a direction, and the attribute value it becomes. */
export type MessageDirection = 'incoming' | 'outgoing' | Direction;

const DIRECTION_OF: ReadonlyMap<unknown, Direction> = new Map<unknown, Direction>([
  ['incoming', 'receive'],
  ['outgoing', 'transmit'],
  ...DIRECTIONS.map((direction): [string, Direction] => [direction, direction]),
]);

/** Type of a message that was recorded without one. */
const UNKNOWN_TYPE = 'unknown';

/** What the application records by hand. No method throws, whatever it is given. */
export interface ManualRecorder {
  recordLatency(milliseconds: unknown): void;
  recordMessage(direction: unknown, sizeBytes: unknown, type: unknown): void;
  recordError(component: unknown, severity: unknown): void;
  updateConnectionMetrics(counts: unknown): void;
  updateSessionCount(counts: unknown): void;
  updateQueueSize(name: unknown, size: unknown): void;
}

const nothing = (): void => undefined;

/** Records nothing: of a dashboard that is disabled or was shut down. */
export const NO_RECORDER: ManualRecorder = {
  recordLatency: nothing,
  recordMessage: nothing,
  recordError: nothing,
  updateConnectionMetrics: nothing,
  updateSessionCount: nothing,
  updateQueueSize: nothing,
};

/** Checks and writes what the application records by hand. No method throws: what is wrong is dropped and counted. */
export class RealtimeRecorder implements ManualRecorder {
  readonly latency: HistogramFamily;
  readonly errors: CounterFamily;
  readonly queues: GaugeFamily;
  readonly activeSessions: GaugeCell;
  readonly sessions: CounterCell;
  readonly #recorder: Recorder;
  readonly #server: WebSocketRecorder;
  readonly #latencyCell: HistogramCell;
  #sessionsTold = 0;

  /**
   * @param server where messages and connections told by hand go
   * @param durations buckets of the latency histogram
   */
  constructor(recorder: Recorder, server: WebSocketRecorder, durations?: BucketSpec) {
    const specs = realtimeMetrics(durations);
    this.#recorder = recorder;
    this.#server = server;
    this.latency = recorder.histogram(specs.latency);
    this.#latencyCell = this.latency.at([]);
    this.errors = recorder.counter(specs.errors);
    this.activeSessions = recorder.gauge(specs.activeSessions).at([]);
    this.sessions = recorder.counter(specs.sessions).at([]);
    this.queues = recorder.gauge(specs.queueSize);
    const window = recorder.histogramWindow(this.latency);
    const min = recorder.gauge(specs.latencyWindowMin).at([]);
    const max = recorder.gauge(specs.latencyWindowMax).at([]);
    recorder.onRefresh(() => {
      const statistics = window.statistics;
      min.set(statistics.min);
      max.set(statistics.max);
    });
  }

  recordLatency(milliseconds: unknown): void {
    if (isAmount(this.#recorder, milliseconds, 'recordLatency(milliseconds)'))
      this.#latencyCell.record(milliseconds / 1000);
  }

  recordMessage(direction: unknown, sizeBytes: unknown, type: unknown): void {
    const known = DIRECTION_OF.get(direction);
    if (known === undefined) {
      this.#dropUnknown('recordMessage(direction)', 'incoming or outgoing', direction);
    } else if (isAmount(this.#recorder, sizeBytes, 'recordMessage(sizeBytes)')) {
      this.#server.tellMessage(known, typeof type === 'string' ? type : UNKNOWN_TYPE, sizeBytes);
    }
  }

  recordError(component: unknown, severity: unknown): void {
    if (typeof component !== 'string') {
      this.#dropUnknown('recordError(component)', 'a string', component);
    } else if (!SEVERITIES.includes(severity as Severity)) {
      this.#dropUnknown('recordError(severity)', SEVERITIES.join(', '), severity);
    } else {
      this.errors.at([component, severity as Severity]).add(1);
    }
  }

  updateConnectionMetrics(counts: unknown): void {
    const [active, idle] = members(counts, 'active', 'idle');
    if (
      isAmount(this.#recorder, active, 'updateConnectionMetrics({ active })') &&
      isAmount(this.#recorder, idle, 'updateConnectionMetrics({ idle })')
    ) {
      this.#server.tellConnections({ active, idle });
    }
  }

  /** A lower total than the last one is a restart of its source: it then counts from zero. */
  updateSessionCount(counts: unknown): void {
    const [active, total] = members(counts, 'active', 'total');
    if (
      isAmount(this.#recorder, active, 'updateSessionCount({ active })') &&
      isAmount(this.#recorder, total, 'updateSessionCount({ total })')
    ) {
      this.activeSessions.set(active);
      this.sessions.add(total >= this.#sessionsTold ? total - this.#sessionsTold : total);
      this.#sessionsTold = total;
    }
  }

  updateQueueSize(name: unknown, size: unknown): void {
    if (typeof name !== 'string') {
      this.#dropUnknown('updateQueueSize(name)', 'a string', name);
    } else if (isAmount(this.#recorder, size, 'updateQueueSize(size)')) {
      this.queues.at([name]).set(size);
    }
  }

  #dropUnknown(what: string, expected: string, value: unknown): void {
    this.#recorder.drop(
      'unknown_value',
      what,
      `${what} takes ${expected}, not ${describe(value)}; it was not recorded`,
    );
  }
}

/** Members of what should be an object; undefined where they cannot be read. */
function members(object: unknown, ...names: readonly string[]): unknown[] {
  try {
    return names.map((name) => (object as Readonly<Record<string, unknown>>)[name]);
  } catch {
    return [];
  }
}

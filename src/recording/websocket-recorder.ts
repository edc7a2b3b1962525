import type { BucketSpec } from '../catalog/metric.ts';
import { webSocketMetrics } from '../catalog/websocket.ts';
import type { Direction, WebSocketRole } from '../catalog/websocket.ts';
import type { CounterCell, HistogramCell } from './cells.ts';
import { OVERFLOW_ATTRIBUTE } from './family.ts';
import type { CounterFamily, GaugeFamily, HistogramFamily } from './family.ts';
import type { Recorder } from './recorder.ts';

/** Open connections by state, at one instant. */
export interface ConnectionCounts {
  active: number;
  idle: number;
}

/** How a connection ended. */
export interface ConnectionEnd {
  readonly durationSeconds: number;
  /** As it is for 1000–1015; `3xxx`, `4xxx` or `_other` beyond. */
  readonly code: string;
  readonly initiator: 'local' | 'remote' | 'none';
  readonly errorType: string | undefined;
}

/** The cells that one message of a direction and type touches. */
interface Traffic {
  readonly messages: CounterCell;
  readonly io: CounterCell;
}

/** The cells of one direction. */
interface Lane {
  readonly sizes: HistogramCell;
  readonly traffic: Map<string, Traffic>;
}

/** Writes what happens on the WebSocket connections of one role, whether a socket or the application tells it. Never throws. */
export class WebSocketRecorder {
  readonly messages: CounterFamily;
  readonly io: CounterFamily;
  readonly errors: CounterFamily;
  readonly processDuration: HistogramFamily;
  readonly pingDuration: HistogramFamily;
  readonly #recorder: Recorder;
  readonly #role: WebSocketRole;
  readonly #connectionDuration: HistogramFamily;
  readonly #openConnections: GaugeFamily;
  readonly #received: Lane;
  readonly #sent: Lane;
  readonly #processed: HistogramCell;
  readonly #roundTrip: HistogramCell;
  readonly #observers = new Set<() => ConnectionCounts>();
  #told: ConnectionCounts | undefined;
  #opened = 0;
  #manualMessages = false;
  #observedMessages = false;

  /** @param durations buckets of the latency histograms */
  constructor(recorder: Recorder, role: WebSocketRole, durations?: BucketSpec) {
    const specs = webSocketMetrics(role, durations);
    this.#recorder = recorder;
    this.#role = role;
    this.#openConnections = recorder.gauge(specs.openConnections);
    this.#connectionDuration = recorder.histogram(specs.connectionDuration);
    this.messages = recorder.counter(specs.messages);
    this.io = recorder.counter(specs.io);
    const sizes = recorder.histogram(specs.messageSize);
    this.#received = { sizes: sizes.at(['receive']), traffic: new Map() };
    this.#sent = { sizes: sizes.at(['transmit']), traffic: new Map() };
    this.processDuration = recorder.histogram(specs.processDuration);
    this.#processed = this.processDuration.at([undefined]);
    this.pingDuration = recorder.histogram(specs.pingDuration);
    this.#roundTrip = this.pingDuration.at([]);
    this.errors = recorder.counter(specs.errors);
    recorder.onRefresh(() => {
      const { active, idle } = this.connections;
      this.#openConnections.at(['active']).set(active);
      this.#openConnections.at(['idle']).set(idle);
    });
  }

  /** Connections that were seen to open since the start. */
  get opened(): number {
    return this.#opened;
  }

  /** Open connections now: what the application told last plus what is observed. */
  get connections(): ConnectionCounts {
    const counts = { active: this.#told?.active ?? 0, idle: this.#told?.idle ?? 0 };
    for (const observe of this.#observers) {
      const { active, idle } = observe();
      counts.active += active;
      counts.idle += idle;
    }
    return counts;
  }

  /** Takes the application's own count in place of its last one. */
  tellConnections(counts: ConnectionCounts): void {
    this.#told = counts;
    if (this.#opened > 0) this.#warnOfTwoSources('connections', 'updateConnectionMetrics');
  }

  /** Adds a source of open connections that is asked at every read. Returns how to remove it. */
  observeConnections(observe: () => ConnectionCounts): () => void {
    this.#observers.add(observe);
    return () => void this.#observers.delete(observe);
  }

  /** A message that the application told of. */
  tellMessage(direction: Direction, type: string, sizeBytes: number): void {
    if (!this.#manualMessages) {
      this.#manualMessages = true;
      if (this.#observedMessages) this.#warnOfTwoSources('messages', 'recordMessage');
    }
    this.#message(direction, type, sizeBytes);
  }

  /** A message that was observed on a socket. */
  observeMessage(direction: Direction, type: string, sizeBytes: number): void {
    if (!this.#observedMessages) {
      this.#observedMessages = true;
      if (this.#manualMessages) this.#warnOfTwoSources('messages', 'recordMessage');
    }
    this.#message(direction, type, sizeBytes);
  }

  connectionOpened(): void {
    this.#opened++;
    if (this.#told) this.#warnOfTwoSources('connections', 'updateConnectionMetrics');
  }

  connectionClosed({ durationSeconds, code, initiator, errorType }: ConnectionEnd): void {
    this.#connectionDuration.at([code, initiator, errorType]).record(durationSeconds);
  }

  messageProcessed(seconds: number, errorType: string | undefined): void {
    const cell = errorType === undefined ? this.#processed : this.processDuration.at([errorType]);
    cell.record(seconds);
  }

  pongReceived(seconds: number): void {
    this.#roundTrip.record(seconds);
  }

  socketFailed(errorType: string): void {
    this.errors.at([errorType]).add(1);
  }

  #message(direction: Direction, type: string, sizeBytes: number): void {
    // two fields, for a record by direction would have to be searched by its key
    const lane = direction === 'receive' ? this.#received : this.#sent;
    const traffic = lane.traffic.get(type) ?? this.#trafficOf(lane, direction, type);
    traffic.messages.add(1);
    traffic.io.add(sizeBytes);
    lane.sizes.record(sizeBytes);
  }

  #trafficOf(lane: Lane, direction: Direction, type: string): Traffic {
    const { attributes, cell } = this.messages.seriesAt([direction, type]);
    const traffic = { messages: cell, io: this.io.at([direction, type]) };
    // a type beyond the cap is not remembered: there may be any number of them
    if (!(OVERFLOW_ATTRIBUTE in attributes)) lane.traffic.set(type, traffic);
    return traffic;
  }

  #warnOfTwoSources(what: string, method: string): void {
    this.#recorder.logger.warnOnce(
      `two sources ${this.#role} ${what}`,
      `${what} of this process are both observed on ws sockets and told by ${method}; the figures are the sum of both (websocket.enabled: false turns the observed ones off)`,
    );
  }
}

import type { BucketSpec } from '../catalog/metric.ts';
import { DIRECTIONS, DROP_REASONS, webSocketMetrics } from '../catalog/websocket.ts';
import type { Direction, SendDropReason, WebSocketRole } from '../catalog/websocket.ts';
import type { CounterCell, GaugeCell, HistogramCell } from './cells.ts';
import type { CounterFamily, HistogramFamily } from './family.ts';
import type { Recorder } from './recorder.ts';
import { Traffic } from './traffic.ts';

/** Open connections by state, at one instant. */
export interface ConnectionCounts {
  active: number;
  idle: number;
}

/** Bytes that wait to be sent, at one instant. */
export interface SendBuffers {
  /** On all connections. */
  usageBytes: number;
  /** On the one with most. */
  maxBytes: number;
}

/** A source of open connections, asked at every read. Must not throw. */
export interface OpenConnections {
  count(): ConnectionCounts;
  /** Also brings the bytes on the sockets up to date. */
  sendBuffers?(): SendBuffers;
}

/** How a connection ended. */
export interface ConnectionEnd {
  readonly durationSeconds: number;
  /** As it is for 1000–1015; `3xxx`, `4xxx` or `_other` beyond. */
  readonly code: string;
  /** Undefined where it cannot be told. */
  readonly initiator: 'local' | 'remote' | 'none' | undefined;
  readonly errorType: string | undefined;
  readonly route: string | undefined;
}

/** How a handshake ended. */
export interface HandshakeEnd {
  readonly durationSeconds: number;
  /** HTTP status of the answer; undefined without one. */
  readonly status: string | undefined;
  /** Why it failed; undefined where it did not. */
  readonly errorType: string | undefined;
  readonly route: string | undefined;
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
  readonly #handshakeDuration: HistogramFamily;
  readonly #sizes: HistogramFamily;
  readonly #networkIo: Readonly<Record<Direction, CounterCell>>;
  readonly #dropped: Readonly<Record<SendDropReason, CounterCell>>;
  readonly #processed: HistogramCell;
  readonly #roundTrip: HistogramCell;
  readonly #traffic = new Map<string | undefined, Traffic>();
  readonly #sources = new Set<OpenConnections>();
  #told: ConnectionCounts | undefined;
  readonly #active: GaugeCell;
  readonly #idle: GaugeCell;
  readonly #opened: CounterCell;
  #hasOpened = false;
  #manualMessages = false;
  #observedMessages = false;

  /** @param durations buckets of the latency histograms */
  constructor(recorder: Recorder, role: WebSocketRole, durations?: BucketSpec) {
    const specs = webSocketMetrics(role, durations);
    this.#recorder = recorder;
    this.#role = role;
    const openConnections = recorder.gauge(specs.openConnections);
    this.#active = openConnections.at(['active']);
    this.#idle = openConnections.at(['idle']);
    this.#opened = recorder.tally(`${specs.openConnections.name} opened`);
    this.#connectionDuration = recorder.histogram(specs.connectionDuration);
    this.#handshakeDuration = recorder.histogram(specs.handshakeDuration);
    this.messages = recorder.counter(specs.messages);
    this.io = recorder.counter(specs.io);
    this.#networkIo = cellsOf(recorder.counter(specs.networkIo), DIRECTIONS);
    this.#sizes = recorder.histogram(specs.messageSize);
    this.processDuration = recorder.histogram(specs.processDuration);
    this.#processed = this.processDuration.at([undefined]);
    this.#dropped = cellsOf(recorder.counter(specs.messagesDropped), DROP_REASONS);
    this.pingDuration = recorder.histogram(specs.pingDuration);
    this.#roundTrip = this.pingDuration.at([]);
    const usage = recorder.gauge(specs.sendBufferUsage).at([]);
    const max = recorder.gauge(specs.sendBufferMax).at([]);
    this.errors = recorder.counter(specs.errors);
    recorder.onRefresh(() => {
      this.#observeConnections();
      const { usageBytes, maxBytes } = this.#sendBuffers();
      usage.set(usageBytes);
      max.set(maxBytes);
    });
  }

  /** Connections that were seen to open since the start. */
  get opened(): number {
    return this.#opened.value;
  }

  /** Open connections now: what the application told last plus what is observed, here and in workers. */
  get connections(): ConnectionCounts {
    this.#observeConnections();
    return { active: this.#active.value ?? 0, idle: this.#idle.value ?? 0 };
  }

  #observeConnections(): void {
    const counts = { active: this.#told?.active ?? 0, idle: this.#told?.idle ?? 0 };
    for (const source of this.#sources) {
      const { active, idle } = source.count();
      counts.active += active;
      counts.idle += idle;
    }
    this.#active.set(counts.active);
    this.#idle.set(counts.idle);
  }

  /** Takes the application's own count in place of its last one. */
  tellConnections(counts: ConnectionCounts): void {
    this.#told = counts;
    if (this.#hasOpened) this.#warnOfTwoSources('connections', 'updateConnectionMetrics');
  }

  /** Adds a source of open connections. Returns how to remove it. */
  observeConnections(source: OpenConnections): () => void {
    this.#sources.add(source);
    return () => void this.#sources.delete(source);
  }

  /** Where the messages of a route's connections are counted. */
  trafficOf(route: string | undefined): Traffic {
    let traffic = this.#traffic.get(route);
    if (!traffic) {
      traffic = new Traffic({ messages: this.messages, io: this.io, sizes: this.#sizes }, route);
      this.#traffic.set(route, traffic);
    }
    return traffic;
  }

  /** A message that the application told of. */
  tellMessage(direction: Direction, type: string, sizeBytes: number): void {
    if (!this.#manualMessages) {
      this.#manualMessages = true;
      if (this.#observedMessages) this.#warnOfTwoSources('messages', 'recordMessage');
    }
    this.trafficOf(undefined).record(direction, type, sizeBytes);
  }

  /** A message that was observed on a socket. */
  observeMessage(traffic: Traffic, direction: Direction, type: string, sizeBytes: number): void {
    if (!this.#observedMessages) {
      this.#observedMessages = true;
      if (this.#manualMessages) this.#warnOfTwoSources('messages', 'recordMessage');
    }
    traffic.record(direction, type, sizeBytes);
  }

  messageDropped(reason: SendDropReason): void {
    this.#dropped[reason].add(1);
  }

  networkIo(direction: Direction, bytes: number): void {
    this.#networkIo[direction].add(bytes);
  }

  handshakeEnded({ durationSeconds, status, errorType, route }: HandshakeEnd): void {
    this.#handshakeDuration.at([status, errorType, route]).record(durationSeconds);
  }

  connectionOpened(): void {
    this.#hasOpened = true;
    this.#opened.add(1);
    if (this.#told) this.#warnOfTwoSources('connections', 'updateConnectionMetrics');
  }

  connectionClosed({ durationSeconds, code, initiator, errorType, route }: ConnectionEnd): void {
    this.#connectionDuration.at([code, initiator, errorType, route]).record(durationSeconds);
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

  #sendBuffers(): SendBuffers {
    const all = { usageBytes: 0, maxBytes: 0 };
    for (const source of this.#sources) {
      const buffers = source.sendBuffers?.();
      if (!buffers) continue;
      all.usageBytes += buffers.usageBytes;
      all.maxBytes = Math.max(all.maxBytes, buffers.maxBytes);
    }
    return all;
  }

  #warnOfTwoSources(what: string, method: string): void {
    this.#recorder.logger.warnOnce(
      `two sources ${this.#role} ${what}`,
      `${what} of this process are both observed on ws sockets and told by ${method}; the figures are the sum of both (websocket.enabled: false turns the observed ones off)`,
    );
  }
}

/** The cells of a counter of which the one attribute has these values. */
function cellsOf<Value extends string>(family: CounterFamily, values: readonly Value[]): Record<Value, CounterCell> {
  return Object.fromEntries(values.map((value) => [value, family.at([value])])) as Record<Value, CounterCell>;
}

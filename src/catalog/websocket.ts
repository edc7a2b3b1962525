import { CONNECTION_BUCKETS, DURATION_BUCKETS, SIZE_BUCKETS } from './buckets.ts';
import type { AttributeSpec, BucketSpec, MetricSpec } from './metric.ts';

/** Which end of a WebSocket connection this process is. */
export type WebSocketRole = 'server' | 'client';

/** Values of `network.io.direction`, as seen from this process. */
export const DIRECTIONS = ['receive', 'transmit'] as const;
export type Direction = (typeof DIRECTIONS)[number];

const CONNECTION_STATES = ['active', 'idle'] as const;
const CLOSE_INITIATORS = ['local', 'remote', 'none'] as const;

/** Values of `reason` of messages that were sent too late: what the socket was doing. */
export const DROP_REASONS = ['closing', 'closed'] as const;
export type SendDropReason = (typeof DROP_REASONS)[number];

const direction: AttributeSpec = { key: 'network.io.direction', values: DIRECTIONS };
const messageType: AttributeSpec = { key: 'websocket.message.type' };
const errorType: AttributeSpec = { key: 'error.type' };
const route: AttributeSpec = { key: 'http.route' };

/** The metrics of one end. `{r}` of the design is `role`. */
export interface WebSocketMetrics {
  readonly openConnections: MetricSpec;
  readonly connectionDuration: MetricSpec;
  readonly handshakeDuration: MetricSpec;
  readonly messages: MetricSpec;
  readonly io: MetricSpec;
  readonly networkIo: MetricSpec;
  readonly messageSize: MetricSpec;
  readonly processDuration: MetricSpec;
  readonly messagesDropped: MetricSpec;
  readonly pingDuration: MetricSpec;
  readonly sendBufferUsage: MetricSpec;
  readonly sendBufferMax: MetricSpec;
  readonly errors: MetricSpec;
}

/** @param durations buckets of the two latency histograms */
export function webSocketMetrics(role: WebSocketRole, durations: BucketSpec = DURATION_BUCKETS): WebSocketMetrics {
  const name = (rest: string): string => `websocket.${role}.${rest}`;
  return {
    openConnections: {
      name: name('open_connections'),
      kind: 'up_down_counter',
      unit: '{connection}',
      description: `WebSocket ${role} connections that are open; idle: no data message for websocket.idle_after_ms`,
      attributes: [{ key: 'websocket.connection.state', values: CONNECTION_STATES }],
    },
    connectionDuration: {
      name: name('connection.duration'),
      kind: 'histogram',
      unit: 's',
      description: `Time from open to close of WebSocket ${role} connections`,
      attributes: [
        { key: 'websocket.close.code' },
        { key: 'websocket.close.initiator', values: CLOSE_INITIATORS },
        errorType,
        route,
      ],
      buckets: CONNECTION_BUCKETS,
    },
    handshakeDuration: {
      name: name('handshake.duration'),
      kind: 'histogram',
      unit: 's',
      description: `Time from the request to the answer of WebSocket ${role} handshakes, refused and failed ones too`,
      attributes: [{ key: 'http.response.status_code' }, errorType, route],
      buckets: durations,
    },
    messages: {
      name: name('messages'),
      kind: 'counter',
      unit: '{message}',
      description: `WebSocket ${role} data messages`,
      attributes: [direction, messageType, route],
    },
    io: {
      name: name('io'),
      kind: 'counter',
      unit: 'By',
      description: `Payload of WebSocket ${role} data messages, uncompressed`,
      attributes: [direction, messageType, route],
    },
    networkIo: {
      name: name('network.io'),
      kind: 'counter',
      unit: 'By',
      description: `Bytes on the sockets of WebSocket ${role} connections since their handshake: frames, compressed`,
      attributes: [direction],
    },
    messageSize: {
      name: name('message.size'),
      kind: 'histogram',
      unit: 'By',
      description: `Payload size of WebSocket ${role} data messages, uncompressed`,
      attributes: [direction],
      buckets: SIZE_BUCKETS,
    },
    processDuration: {
      name: name('message.process.duration'),
      kind: 'histogram',
      unit: 's',
      description: `Time that the handlers of a received WebSocket ${role} message take`,
      attributes: [errorType],
      buckets: durations,
    },
    messagesDropped: {
      name: name('messages.dropped'),
      kind: 'counter',
      unit: '{message}',
      description: `Messages that were sent on WebSocket ${role} connections no longer open, and are lost`,
      attributes: [{ key: 'reason', values: DROP_REASONS }],
    },
    pingDuration: {
      name: name('ping.duration'),
      kind: 'histogram',
      unit: 's',
      description: `Round trip from a ping of this ${role} to its pong`,
      attributes: [],
      buckets: durations,
    },
    sendBufferUsage: {
      name: name('send_buffer.usage'),
      kind: 'up_down_counter',
      unit: 'By',
      description: `Bytes that wait to be sent, on all open WebSocket ${role} connections`,
      attributes: [],
    },
    sendBufferMax: {
      name: name('send_buffer.max'),
      kind: 'gauge',
      unit: 'By',
      description: `Bytes that wait to be sent on the open WebSocket ${role} connection with most of them`,
      attributes: [],
      aggregator: 'max',
    },
    errors: {
      name: name('errors'),
      kind: 'counter',
      unit: '{error}',
      description: `Errors of WebSocket ${role} sockets`,
      attributes: [errorType],
    },
  };
}

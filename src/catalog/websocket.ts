import { CONNECTION_BUCKETS, DURATION_BUCKETS, SIZE_BUCKETS } from './buckets.ts';
import type { AttributeSpec, BucketSpec, MetricSpec } from './metric.ts';

/** Which end of a WebSocket connection this process is. */
export type WebSocketRole = 'server' | 'client';

/** Values of `network.io.direction`, as seen from this process. */
export const DIRECTIONS = ['receive', 'transmit'] as const;
export type Direction = (typeof DIRECTIONS)[number];

const CONNECTION_STATES = ['active', 'idle'] as const;
const CLOSE_INITIATORS = ['local', 'remote', 'none'] as const;

const direction: AttributeSpec = { key: 'network.io.direction', values: DIRECTIONS };
const messageType: AttributeSpec = { key: 'websocket.message.type' };
const errorType: AttributeSpec = { key: 'error.type' };

/** The metrics of one end. `{r}` of the design is `role`. */
export interface WebSocketMetrics {
  readonly openConnections: MetricSpec;
  readonly connectionDuration: MetricSpec;
  readonly messages: MetricSpec;
  readonly io: MetricSpec;
  readonly messageSize: MetricSpec;
  readonly processDuration: MetricSpec;
  readonly pingDuration: MetricSpec;
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
      ],
      buckets: CONNECTION_BUCKETS,
    },
    messages: {
      name: name('messages'),
      kind: 'counter',
      unit: '{message}',
      description: `WebSocket ${role} data messages`,
      attributes: [direction, messageType],
    },
    io: {
      name: name('io'),
      kind: 'counter',
      unit: 'By',
      description: `Payload of WebSocket ${role} data messages, uncompressed`,
      attributes: [direction, messageType],
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
    pingDuration: {
      name: name('ping.duration'),
      kind: 'histogram',
      unit: 's',
      description: `Round trip from a ping of this ${role} to its pong`,
      attributes: [],
      buckets: durations,
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

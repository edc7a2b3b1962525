import { DIRECTIONS } from '../../catalog/websocket.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import { heatmap } from '../panels/heatmap.ts';
import type { Block } from '../panels/panel.ts';
import {
  bucketCounts,
  exactQuantile,
  increaseByPoint,
  observationsByPoint,
  quantile,
  rate,
  top,
  value,
} from '../panels/query.ts';
import { dashed, limitsOf, NO_LIMITS, told } from '../panels/thresholds.ts';
import { timeSeries } from '../panels/time-series.ts';
import type { End } from './websocket-end.ts';

const DIRECTION = 'network.io.direction';
const ROUTE = 'http.route';
const TYPE = 'websocket.message.type';

/** What a person calls a direction. */
const SPOKEN = { receive: 'in', transmit: 'out' } as const;

/** What connections carry. */
export function messages({ metrics, title, none }: End): Block[] {
  const { messages: counted, io, messageSize } = metrics;
  return [
    timeSeries({
      title: title('Messages by type'),
      description:
        'Data messages per second by direction and type (websocket.message_type; else text and binary). Normal: in the ratio that the protocol has. One type alone growing: a client in a loop.',
      size: [8, 8],
      unit: 'ops',
      noValue: none('No messages'),
      queries: DIRECTIONS.map((direction) => ({
        expr: top(10, rate(counted, { by: [TYPE], where: { [DIRECTION]: direction }, unnamed: '_other' })),
        legend: `${SPOKEN[direction]} {{websocket_message_type}}`,
      })),
    }),
    timeSeries({
      title: title('Messages by route'),
      description:
        'Data messages per second, both directions, by route (websocket.routes). Normal: in the ratio in which clients use the routes. All under "no route": no routes are configured.',
      size: [8, 8],
      unit: 'ops',
      stacked: true,
      noValue: none('No messages'),
      queries: [{ expr: top(10, rate(counted, { by: [ROUTE], unnamed: 'no route' })), legend: '{{http_route}}' }],
    }),
    timeSeries({
      title: title('Payload by type'),
      description:
        'Payload per second, both directions, by type. Normal: in proportion to the messages. A type with few messages and much payload is the one to make smaller.',
      size: [8, 8],
      unit: 'binBps',
      stacked: true,
      noValue: none('No messages'),
      queries: [
        {
          expr: top(10, rate(io, { by: [TYPE], unnamed: '_other' })),
          legend: '{{websocket_message_type}}',
        },
      ],
    }),
    ...DIRECTIONS.map((direction) =>
      heatmap({
        title: title(`Message sizes ${SPOKEN[direction]}`),
        description: `How large the payloads of messages ${SPOKEN[direction]} are, over time, uncompressed. Normal: a few level bands, one for each kind of message. A band that rises: what is sent grows with something, such as a history.`,
        size: [12, 8],
        unit: 'bytes',
        noValue: none('No messages'),
        expr: bucketCounts(messageSize, { [DIRECTION]: direction }),
      }),
    ),
  ];
}

/** What is on the sockets, and what waits or is lost before it gets there. */
export function wire({ metrics, title, none }: End): Block[] {
  const { io, networkIo, sendBufferUsage, sendBufferMax, messagesDropped } = metrics;
  return [
    timeSeries({
      title: title('Bytes on the wire and payload'),
      description:
        'Bytes on the sockets (frames, compressed) and payload (uncompressed) per second. Normal: the wire a little above the payload, or well below it with compression. Far above: many tiny messages, pings, or handshakes.',
      size: [8, 8],
      unit: 'binBps',
      noValue: none('No traffic'),
      queries: DIRECTIONS.flatMap((direction) => [
        { expr: rate(networkIo, { where: { [DIRECTION]: direction } }), legend: `wire ${SPOKEN[direction]}` },
        { expr: rate(io, { where: { [DIRECTION]: direction } }), legend: `payload ${SPOKEN[direction]}` },
      ]),
    }),
    timeSeries({
      title: title('Send buffers'),
      description:
        'Bytes that wait to be sent: on all connections together, and on the one with most. Normal: near 0. Growing: clients that read too slowly, or too much is sent to them; memory grows with it.',
      size: [8, 8],
      unit: 'bytes',
      noValue: none('No connections'),
      queries: [
        { expr: value('sum', sendBufferUsage), legend: 'all connections' },
        { expr: value('max', sendBufferMax), legend: 'fullest connection' },
      ],
    }),
    timeSeries({
      title: title('Messages dropped'),
      description:
        'Messages that were sent on connections no longer open and are lost, by what the socket was doing, since the column before. Normal: none, or a few when clients leave. Many: the service sends to connections it should have forgotten.',
      size: [8, 8],
      unit: 'short',
      bars: true,
      stacked: true,
      noValue: none('None dropped'),
      queries: [
        {
          expr: increaseByPoint(messagesDropped, { by: ['reason'], unnamed: '_other' }),
          legend: '{{reason}}',
        },
      ],
    }),
  ];
}

/** How fast it answers. */
export function handling({ role, metrics, title, none }: End, config: ResolvedConfig): Block[] {
  const { pingDuration, processDuration, errors } = metrics;
  // the alerts are about the server's end
  const limits = role === 'server' ? limitsOf(config.alerts).latency : NO_LIMITS;
  return [
    timeSeries({
      title: title('Round trips'),
      description:
        'p50, p95 and p99 of the time from a ping to its pong; needs websocket.ping_interval_ms or pings of the application. Normal: the distance of the clients, level. High for all: this process or its network; for p99 alone: some clients.',
      size: [8, 8],
      unit: 's',
      noValue: none('No pings'),
      queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, pingDuration), legend: `p${q * 100}` })),
    }),
    timeSeries({
      title: title('Message handler time'),
      description: `p50, p95 and p99 of the time that the handlers of a received message take; promises are waited for${dashed(limits)}. Normal: ${told(limits, 'below them', 'level')}. Otherwise see the event loop on Runtime and host, then what the handlers wait for.`,
      size: [8, 8],
      unit: 's',
      noValue: none('No message was handled'),
      limits,
      queries: [0.5, 0.95, 0.99].map((q) => ({ expr: exactQuantile(q, processDuration), legend: `p${q * 100}` })),
    }),
    timeSeries({
      title: title('Handlers that failed'),
      description:
        'Messages since the column before whose handlers threw or whose promise was rejected, by kind of error. Normal: none. Otherwise the logs of the service have the error.',
      size: [8, 8],
      unit: 'short',
      bars: true,
      stacked: true,
      noValue: none('No handler failed'),
      queries: [
        {
          expr: top(
            10,
            observationsByPoint(processDuration, { by: ['error.type'], where: { 'error.type': { matches: '.+' } } }),
          ),
          legend: '{{error_type}}',
        },
      ],
    }),
    timeSeries({
      title: title('Errors on sockets'),
      description:
        'Errors of sockets since the column before, by kind. Normal: none, or a few resets by ends that vanish. Many at once: the network, a proxy, or peers that break the protocol.',
      size: [24, 6],
      unit: 'short',
      bars: true,
      stacked: true,
      noValue: none('No errors'),
      queries: [
        {
          expr: top(10, increaseByPoint(errors, { by: ['error.type'], unnamed: '_other' })),
          legend: '{{error_type}}',
        },
      ],
    }),
  ];
}

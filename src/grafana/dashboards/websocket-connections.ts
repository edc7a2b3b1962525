import { barGauge } from '../panels/bar-gauge.ts';
import { heatmap } from '../panels/heatmap.ts';
import type { Block } from '../panels/panel.ts';
import {
  bucketCounts,
  observationsByPoint,
  observationRate,
  observationsSinceStart,
  quantile,
  top,
  value,
} from '../panels/query.ts';
import { timeSeries } from '../panels/time-series.ts';
import type { End } from './websocket-end.ts';

const STATUS = 'http.response.status_code';
const ROUTE = 'http.route';
const CODE = 'websocket.close.code';
const INITIATOR = 'websocket.close.initiator';
const STATE = 'websocket.connection.state';

/** Handshakes, and what is open. */
export function opening({ metrics, title, none }: End): Block[] {
  const { openConnections, handshakeDuration: handshakes } = metrics;
  return [
    timeSeries({
      title: title('Open connections'),
      description:
        'Connections that are open: active, and idle (no data message for websocket.idle_after_ms). Normal: follows the day. A drop of all at once: a restart (blue mark), a proxy, or the network; see close codes.',
      size: [8, 8],
      unit: 'short',
      stacked: true,
      noValue: none('No connections'),
      queries: ['active', 'idle'].map((state) => ({
        expr: value('sum', openConnections, { where: { [STATE]: state } }),
        legend: state,
      })),
    }),
    timeSeries({
      title: title('Handshakes by status'),
      description:
        'Handshakes per second by the status of their answer; none: no answer was given. Normal: nearly all 101. Others: see Refused handshakes.',
      size: [8, 8],
      unit: 'ops',
      stacked: true,
      noValue: none('No handshakes'),
      queries: [
        {
          expr: observationRate(handshakes, { by: [STATUS], unnamed: 'none' }),
          legend: '{{http_response_status_code}}',
        },
      ],
    }),
    timeSeries({
      title: title('Handshake time'),
      description:
        'p50, p95 and p99 of the time from the request to the answer, refused and failed ones too. Normal: milliseconds, longer where the application authenticates first. Growing: see what authentication waits for, then the event loop.',
      size: [8, 8],
      unit: 's',
      noValue: none('No handshakes'),
      queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, handshakes), legend: `p${q * 100}` })),
    }),
    timeSeries({
      title: title('Refused and failed handshakes'),
      description:
        'Handshakes that came to nothing, by status and reason, since the column before. Normal: none, or a few 401 and 404. Many at once: expired tokens, a wrong path, or somebody who tries doors.',
      size: [12, 8],
      unit: 'short',
      bars: true,
      stacked: true,
      noValue: none('None refused'),
      queries: [
        {
          expr: top(
            10,
            `${observationsByPoint(handshakes, {
              by: [STATUS, 'error.type'],
              where: { [STATUS]: { except: '101' } },
              unnamed: 'none',
            })} > 0`,
          ),
          // of a refused one the reason is its status
          legend: '{{error_type}}',
        },
      ],
    }),
    timeSeries({
      title: title('Handshakes by route'),
      description:
        'Handshakes per second by route (websocket.routes). Normal: in the ratio in which clients use them. All under "no route": no routes are configured.',
      size: [12, 8],
      unit: 'ops',
      stacked: true,
      noValue: none('No handshakes'),
      queries: [
        {
          expr: top(10, observationRate(handshakes, { by: [ROUTE], unnamed: 'no route' })),
          legend: '{{http_route}}',
        },
      ],
    }),
  ];
}

/** How connections end. */
export function closing({ metrics, title, none }: End): Block[] {
  const { connectionDuration: closed } = metrics;
  return [
    timeSeries({
      title: title('Close codes'),
      description:
        'Connections that were closed, by close code, since the column before. Normal: 1000, 1001 (a page was left) and 1005. 1006: broken off without a close frame; 1011: the service failed; 1009: a message was too large.',
      size: [8, 8],
      unit: 'short',
      bars: true,
      stacked: true,
      noValue: none('None closed'),
      queries: [
        {
          expr: top(10, observationsByPoint(closed, { by: [CODE], unnamed: '_other' })),
          legend: '{{websocket_close_code}}',
        },
      ],
    }),
    timeSeries({
      title: title('Who closed'),
      description:
        'Connections that were closed, by who began it: local (this process), remote (the other end), none (broken off). Normal: mostly remote on a server. Growing none: network or proxies; growing local: see close codes.',
      size: [8, 8],
      unit: 'short',
      bars: true,
      stacked: true,
      noValue: none('None closed'),
      queries: [
        {
          expr: observationsByPoint(closed, { by: [INITIATOR], unnamed: 'unknown' }),
          legend: '{{websocket_close_initiator}}',
        },
      ],
    }),
    heatmap({
      title: title('Connection durations'),
      description:
        'How long connections were open when they closed, over time. Normal: minutes to hours. A band at the bottom: clients that are dropped and connect again in a loop; a sharp line: somebody has a timeout.',
      size: [8, 8],
      unit: 's',
      noValue: none('None closed'),
      expr: bucketCounts(closed),
    }),
    barGauge({
      title: title('Ends with an error, since start'),
      description:
        'Connections that ended with an error, by kind, since the processes started. Normal: none, or a few resets. Otherwise see Socket errors on the Service dashboard for when.',
      size: [12, 6],
      unit: 'locale',
      decimals: 0,
      noValue: none('None'),
      queries: [
        {
          expr: top(
            10,
            observationsSinceStart(closed, { by: ['error.type'], where: { 'error.type': { matches: '.+' } } }),
          ),
          legend: '{{error_type}}',
        },
      ],
    }),
    timeSeries({
      title: title('Closed by route'),
      description:
        'Connections closed per second by route (websocket.routes). Normal: in the ratio of the handshakes by route. One route alone: what serves it drops its clients.',
      size: [12, 6],
      unit: 'ops',
      stacked: true,
      noValue: none('None closed'),
      queries: [
        {
          expr: top(10, observationRate(closed, { by: [ROUTE], unnamed: 'no route' })),
          legend: '{{http_route}}',
        },
      ],
    }),
  ];
}

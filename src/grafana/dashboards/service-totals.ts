import { realtimeMetrics } from '../../catalog/realtime.ts';
import { selfMetrics } from '../../catalog/self.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import { barGauge } from '../panels/bar-gauge.ts';
import type { Section } from '../panels/grid.ts';
import { increaseByPoint, observationsSinceStart, orZero, quantile, sinceStart, value } from '../panels/query.ts';
import { stat } from '../panels/stat.ts';
import { timeSeries } from '../panels/time-series.ts';
import { errorsByComponent, errorsSinceStart } from './errors.ts';

const { sessions } = realtimeMetrics();
const { handshakeDuration, messages, io } = webSocketMetrics('server');

const DIRECTION = 'network.io.direction';
const IN = { where: { [DIRECTION]: 'receive' } };
const OUT = { where: { [DIRECTION]: 'transmit' } };

const EXACT =
  'Since the processes started, added up over the instances chosen; exact, the figures of displayRealtimeMetrics(). Begins anew with a restart.';

/** What was counted since the processes started. */
export function totals(): Section {
  const total = (title: string, unit: string, what: string, expr: string, height = 4) =>
    stat({
      title,
      description: `${what}. ${EXACT}`,
      size: [4, height],
      unit,
      noValue: 'none',
      // 1234, not 1.23 K
      ...(unit === 'locale' && { decimals: 0 }),
      queries: [{ expr, legend: title.replace(' since start', '') }],
    });
  const opened = orZero(observationsSinceStart(handshakeDuration, { where: { 'http.response.status_code': '101' } }));
  return {
    title: 'Totals since start',
    blocks: [
      total(
        'Connections since start',
        'locale',
        'Connections that were seen to open. Normal: grows with each client; far faster than the open ones: clients reconnect in a loop',
        opened,
      ),
      total('Messages in since start', 'locale', 'Messages received. Normal: grows steadily', sinceStart(messages, IN)),
      total('Messages out since start', 'locale', 'Messages sent. Normal: grows steadily', sinceStart(messages, OUT)),
      total('Bytes in since start', 'bytes', 'Payload received. Normal: grows with the messages', sinceStart(io, IN)),
      total('Bytes out since start', 'bytes', 'Payload sent. Normal: grows with the messages', sinceStart(io, OUT)),
      total(
        'Sessions since start',
        'locale',
        'Sessions begun, as the application counts them. Normal: grows with the connections',
        orZero(sinceStart(sessions)),
      ),
      total(
        'Errors since start',
        'locale',
        'Errors of application and server sockets. Normal: few; see the components beside it',
        orZero(errorsSinceStart()),
        6,
      ),
      barGauge({
        title: 'Errors by component since start',
        description: `Errors by component; websocket: seen on server sockets, _other: components beyond the cap. Normal: none. ${EXACT}`,
        size: [20, 6],
        unit: 'locale',
        decimals: 0,
        noValue: 'No errors',
        queries: [{ expr: errorsByComponent(), legend: '{{component}}' }],
      }),
    ],
  };
}

/** How the telemetry itself fares. */
export function self(): Section {
  return {
    title: 'The telemetry itself',
    collapsed: true,
    blocks: [
      timeSeries({
        title: 'Measurements beyond the cap',
        description:
          'Measurements since the column before that lost an attribute because a metric had reached its cap on values or series (limits). Normal: none. Otherwise a label takes values without end, such as an id: the metric is named here.',
        size: [6, 8],
        unit: 'short',
        noValue: 'None',
        bars: true,
        stacked: true,
        queries: [{ expr: increaseByPoint(selfMetrics.overflow, { by: ['metric'] }), legend: '{{metric}}' }],
      }),
      timeSeries({
        title: 'Measurements dropped',
        description:
          'Measurements since the column before that were wrong (not a number, negative, of an unknown kind) and are not counted, or not with all attributes, by reason. Normal: none. Otherwise the log of the service says which call it was.',
        size: [6, 8],
        unit: 'short',
        noValue: 'None',
        bars: true,
        stacked: true,
        queries: [{ expr: increaseByPoint(selfMetrics.dropped, { by: ['reason'] }), legend: '{{reason}}' }],
      }),
      timeSeries({
        title: 'Time of a scrape',
        description:
          'Time that an answer to /metrics takes within the service. Normal: some milliseconds. No data: nobody scrapes it, the data come over OTLP. Long: many series, or a late event loop.',
        size: [6, 8],
        unit: 's',
        noValue: 'Nobody scrapes',
        queries: [
          { expr: quantile(0.5, selfMetrics.collectDuration), legend: 'p50' },
          { expr: quantile(0.99, selfMetrics.collectDuration), legend: 'p99' },
        ],
      }),
      timeSeries({
        title: 'Notifications lost',
        description:
          'Notifications of alerts since the column before that could not be delivered and were given up, by channel. Normal: none. Otherwise people are not told of alerts: see mail server or Alertmanager.',
        size: [6, 8],
        unit: 'short',
        noValue: 'None',
        bars: true,
        stacked: true,
        queries: [
          {
            expr: increaseByPoint(selfMetrics.alertNotificationsLost, { by: ['channel'], unnamed: '_other' }),
            legend: '{{channel}}',
          },
        ],
      }),
      timeSeries({
        title: 'Silence of workers',
        description:
          'Time since each cluster worker or worker thread last told its primary its figures, which stay in the sum meanwhile. Normal: below a second. A line that climbs: that worker hangs, or is stopped.',
        size: [24, 7],
        unit: 's',
        noValue: 'No workers',
        queries: [
          {
            expr: value('max', selfMetrics.workerAge, { by: ['job', 'instance', 'worker'] }),
            legend: '{{instance}} {{worker}}',
          },
        ],
      }),
    ],
  };
}

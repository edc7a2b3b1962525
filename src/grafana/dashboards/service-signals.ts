import { realtimeMetrics } from '../../catalog/realtime.ts';
import { selfMetrics } from '../../catalog/self.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import type { Section } from '../panels/grid.ts';
import { heatmap } from '../panels/heatmap.ts';
import { bucketCounts, increaseByPoint, gauge, rate, top, value } from '../panels/query.ts';
import { table } from '../panels/table.ts';
import { COLOURS, dashed, limitsOf, told } from '../panels/thresholds.ts';
import { onTheRight, timeSeries } from '../panels/time-series.ts';
import { errorRatio } from './errors.ts';
import { quantiles } from './latency.ts';
import { linkToInstance } from './links.ts';

const { latency, latencyWindowMin, latencyWindowMax, errors, activeSessions, sessions, queueSize } = realtimeMetrics();
const { openConnections, messages, io, processDuration, errors: socketErrors } = webSocketMetrics('server');

const DIRECTION = 'network.io.direction';
const IN = { where: { [DIRECTION]: 'receive' } };
const OUT = { where: { [DIRECTION]: 'transmit' } };

/** Which alerts fire. */
export function firingAlerts(config: ResolvedConfig): Section {
  return {
    title: 'Alerts',
    blocks: [
      table({
        title: 'Alerts that fire',
        description: `Each alert that the processes themselves find firing now, and where. Normal: none${config.alerts.enabled ? '' : ', since alerts.enabled is false'}. What to do about each stands in the runbook that its notification links to.`,
        size: [24, 5],
        noValue: config.alerts.enabled ? 'No alert fires' : 'Alerts are off',
        labels: [
          { label: 'alert', title: 'Alert' },
          {
            label: 'severity',
            title: 'Severity',
            colours: { warning: COLOURS.warning, critical: COLOURS.critical },
          },
          { label: 'job', title: 'Job' },
          { label: 'instance', title: 'Instance', link: linkToInstance(config) },
        ],
        values: [
          {
            title: 'Firing',
            unit: 'short',
            expr: `sum by (alert, severity, job, instance) (${gauge(selfMetrics.alertActive)}) > 0`,
          },
        ],
        sortBy: { title: 'Severity', desc: false },
      }),
    ],
  };
}

/** How much goes in and out. */
export function traffic(): Section {
  return {
    title: 'Traffic',
    blocks: [
      timeSeries({
        title: 'Messages in and out',
        description:
          'Data messages of server connections per second, by direction. Normal: both move together, in the ratio that the protocol has. Out without in: broadcasts; in without out: answers are missing, see Errors.',
        size: [12, 8],
        unit: 'ops',
        queries: [
          { expr: rate(messages, IN), legend: 'in' },
          { expr: rate(messages, OUT), legend: 'out' },
        ],
      }),
      timeSeries({
        title: 'Bandwidth in and out',
        description:
          'Payload of data messages per second, uncompressed, by direction. Normal: in proportion to the messages. Growing without them: messages become larger, see Message sizes on the WebSocket dashboard.',
        size: [12, 8],
        unit: 'binBps',
        queries: [
          { expr: rate(io, IN), legend: 'in' },
          { expr: rate(io, OUT), legend: 'out' },
        ],
      }),
    ],
  };
}

/** What goes wrong. */
export function errorSection(config: ResolvedConfig): Section {
  const { errorRatio: limits } = limitsOf(config.alerts);
  return {
    title: 'Errors',
    blocks: [
      timeSeries({
        title: 'Error rate over time',
        description: `Errors of application and server sockets ÷ messages; 100 % where there are errors and no message${dashed(limits)}. Normal: ${told(limits, 'below them', 'near 0')}. Otherwise see which component they come from, on the right.`,
        size: [8, 8],
        unit: 'percentunit',
        noValue: 'No messages and no errors',
        limits,
        queries: [{ expr: errorRatio(), legend: 'errors ÷ messages' }],
      }),
      timeSeries({
        title: 'Errors by component and severity',
        description:
          'Errors that the application recorded since the column before. Normal: none, or a steady few warnings. Otherwise the logs of that component say more.',
        size: [8, 8],
        unit: 'short',
        noValue: 'No errors',
        bars: true,
        stacked: true,
        queries: [
          {
            expr: top(10, increaseByPoint(errors, { by: ['component', 'severity'], unnamed: '_other' })),
            legend: '{{component}} {{severity}}',
          },
        ],
      }),
      timeSeries({
        title: 'Socket errors',
        description:
          'Errors on server sockets since the column before, by kind. Normal: none, or a few resets by clients that vanish. Many at once: the network, a proxy, or clients of a wrong version.',
        size: [8, 8],
        unit: 'short',
        noValue: 'No errors',
        bars: true,
        stacked: true,
        queries: [
          {
            expr: top(10, increaseByPoint(socketErrors, { by: ['error.type'], unnamed: '_other' })),
            legend: '{{error_type}}',
          },
        ],
      }),
    ],
  };
}

/** How long it takes. */
export function latencySection(config: ResolvedConfig): Section {
  const limits = limitsOf(config.alerts).latency;
  return {
    title: 'Latency',
    blocks: [
      heatmap({
        title: 'Application latency, distribution',
        description:
          'How the latencies that the application measures itself (recordLatency, startTimer, instrument) spread, over time. Normal: one band at a level height. A second band above: some of the work takes another way; see the handlers and the event loop.',
        size: [12, 8],
        unit: 's',
        noValue: 'The application records no latency',
        expr: bucketCounts(latency),
      }),
      quantiles(latency, {
        title: 'Application latency',
        description: `p50, p95 and p99 of the latency that the application measures itself, over all instances chosen${dashed(limits)}. Normal: ${told(limits, 'below them, ')}p99 within a few times p50. Otherwise compare the handler time below.`,
        size: [12, 8],
        unit: 's',
        noValue: 'The application records no latency',
        limits,
      }),
      heatmap({
        title: 'Handler time, distribution',
        description:
          'How long the handlers of received messages take, over time; promises are waited for. Normal: one band at a level height. Growing taller: some messages take far longer than others.',
        size: [8, 8],
        unit: 's',
        noValue: 'No message was handled',
        expr: bucketCounts(processDuration),
      }),
      quantiles(processDuration, {
        title: 'Handler time',
        description: `p50, p95 and p99 of the time that the handlers of a received message take${dashed(limits)}. Normal: ${told(limits, 'below them', 'level')}. High with a late event loop: CPU; high without: what the handlers wait for, such as a database.`,
        size: [8, 8],
        unit: 's',
        noValue: 'No message was handled',
        limits,
      }),
      timeSeries({
        title: 'Application latency, window extremes',
        description:
          'The smallest and the largest latency that any instance saw within its window (retention.window_ms), exact, which quantiles from buckets are not. Normal: the largest is no more than some times p99.',
        size: [8, 8],
        unit: 's',
        noValue: 'The application records no latency',
        queries: [
          { expr: value('min', latencyWindowMin), legend: 'min' },
          { expr: value('max', latencyWindowMax), legend: 'max' },
        ],
      }),
    ],
  };
}

/** Who is there, and what waits. */
export function load(config: ResolvedConfig): Section {
  const { queueSize: limits } = limitsOf(config.alerts);
  const state = 'websocket.connection.state';
  return {
    title: 'Connections, sessions, queues',
    blocks: [
      timeSeries({
        title: 'Connections',
        description:
          'Open WebSocket connections: active, idle (no data message for websocket.idle_after_ms) and both together. Normal: total follows the day, idle is a steady share. Idle growing alone: clients that went without closing.',
        size: [8, 8],
        unit: 'short',
        queries: [
          { expr: value('sum', openConnections, { where: { [state]: 'active' } }), legend: 'active' },
          { expr: value('sum', openConnections, { where: { [state]: 'idle' } }), legend: 'idle' },
          { expr: value('sum', openConnections), legend: 'total' },
        ],
      }),
      timeSeries({
        title: 'Sessions',
        description:
          'Sessions that are active, as the application counts them (updateSessionCount), and those begun per second, on the right. Normal: in proportion to the connections; an application that counts none shows 0.',
        size: [8, 8],
        unit: 'short',
        noValue: 'The application counts no sessions',
        queries: [
          { expr: value('sum', activeSessions), legend: 'active' },
          { expr: rate(sessions), legend: 'begun' },
        ],
        overrides: [onTheRight('begun', 'ops')],
      }),
      timeSeries({
        title: 'Queues',
        description: `Items waiting in each queue, as the application counts them (updateQueueSize), added up over the instances${told(limits, '; dashed: thresholds of the alerts, which are of one instance')}. Normal: returns to near 0. Growing steadily: more comes in than goes out.`,
        size: [8, 8],
        unit: 'short',
        noValue: 'The application counts no queues',
        limits,
        queries: [
          { expr: top(10, value('sum', queueSize, { by: ['queue'], unnamed: '_other' })), legend: '{{queue}}' },
        ],
      }),
    ],
  };
}

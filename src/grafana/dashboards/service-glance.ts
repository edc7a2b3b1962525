import { processMetrics } from '../../catalog/process.ts';
import { realtimeMetrics } from '../../catalog/realtime.ts';
import { selfMetrics } from '../../catalog/self.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import type { DashboardKind } from '../identity.ts';
import type { Section } from '../panels/grid.ts';
import { gauge, rate, value } from '../panels/query.ts';
import { stat } from '../panels/stat.ts';
import { COLOURS, limitsOf, steps, told } from '../panels/thresholds.ts';
import { bySeverity } from './alert-count.ts';
import { errorRatio } from './errors.ts';
import { statisticOf } from './latency.ts';
import { linkTo } from './links.ts';
import type { PanelLink } from './links.ts';

const { latency } = realtimeMetrics();
const { openConnections, messages, processDuration } = webSocketMetrics('server');

const HEIGHT = 4;

const NOTHING = 'nothing reports';

const OVER_ALL =
  'Over all instances chosen together, as the alerts of a whole job; the Fleet dashboard shows which instance it is.';

/** Whether all is well, in one line. */
export function glance(config: ResolvedConfig): Section {
  const limits = limitsOf(config.alerts);
  const statistic = config.alerts.latency_statistic;
  const to = (kind: DashboardKind, title: string): PanelLink => linkTo(kind, title, config);
  return {
    blocks: [
      stat({
        title: 'Instances',
        description:
          'Processes that report now. Normal: as many as are deployed. Red 0: nothing reports, and all figures beside it are of before; see whether the service runs and whether it is scraped.',
        size: [2, HEIGHT],
        unit: 'short',
        noValue: 'nothing reports',
        queries: [{ expr: `count(${gauge(processMetrics.uptime)}) or vector(0)`, legend: 'instances' }],
        thresholds: steps([
          { color: COLOURS.critical, value: null },
          { color: COLOURS.good, value: 1 },
        ]),
        link: to('fleet', 'Every instance'),
      }),
      bySeverity(config, {
        title: 'Alerts',
        description: `Alerts that fire now, on all instances chosen, critical ones and warnings. ${
          config.alerts.enabled
            ? 'Normal: 0. Otherwise the table "Alerts that fire" below names them.'
            : 'Normal: off, since alerts.enabled is false.'
        }`,
        size: [3, HEIGHT],
        expr: (where) => value('sum', selfMetrics.alertActive, { where }),
      }),
      stat({
        title: 'Open connections',
        description:
          'WebSocket connections that are open now, active and idle. Normal: follows the time of day. A sudden drop: see restarts (blue marks) and close codes on the WebSocket dashboard.',
        size: [3, HEIGHT],
        unit: 'short',
        noValue: NOTHING,
        queries: [{ expr: value('sum', openConnections), legend: 'open' }],
        link: to('websocket', 'WebSocket'),
      }),
      stat({
        title: 'Messages',
        description:
          'Data messages in and out per second. Normal: moves with the open connections. 0 with connections open: clients or the network are silent.',
        size: [3, HEIGHT],
        unit: 'ops',
        noValue: 'none',
        queries: [{ expr: rate(messages), legend: 'messages' }],
      }),
      stat({
        title: `Latency ${statistic}`,
        description: `${statistic} of the application's own latency (recordLatency, startTimer, instrument) and of the time that message handlers take; never one figure of both. ${OVER_ALL} Normal: ${told(limits.latency, 'green', 'as on other days')}; idle: nothing was measured of late. Otherwise see Latency below, then the event loop.`,
        size: [4, HEIGHT],
        unit: 's',
        noValue: 'idle',
        queries: [
          { expr: statisticOf(statistic, latency), legend: 'application' },
          { expr: statisticOf(statistic, processDuration), legend: 'handler' },
        ],
        limits: limits.latency,
      }),
      stat({
        title: 'Error rate',
        description: `Errors (recorded by the application, or seen on server sockets) ÷ messages. ${OVER_ALL} Normal: ${told(limits.errorRatio, 'green, ')}near 0; idle: neither errors nor messages. Otherwise see Errors below for the component.`,
        size: [2, HEIGHT],
        unit: 'percentunit',
        decimals: 1,
        noValue: 'idle',
        queries: [{ expr: errorRatio(), legend: 'errors ÷ messages' }],
        limits: limits.errorRatio,
      }),
      stat({
        title: 'Memory',
        description: `Resident memory as a share of the container's limit, without one of the host's memory; of the instance with most. Normal: ${told(limits.memoryRatio, 'green, ')}level over hours. Otherwise see Runtime and host.`,
        size: [2, HEIGHT],
        unit: 'percentunit',
        decimals: 1,
        noValue: NOTHING,
        queries: [{ expr: value('max', processMetrics.memoryUtilization), legend: 'memory' }],
        limits: limits.memoryRatio,
        link: to('runtime', 'Runtime and host'),
      }),
      stat({
        title: 'CPU',
        description:
          'CPU time per second, of the instance with most; 100 % is one core. Normal: well below 100 %, since JavaScript runs on one core. Otherwise see Runtime and host.',
        size: [2, HEIGHT],
        unit: 'percentunit',
        decimals: 0,
        noValue: NOTHING,
        queries: [{ expr: value('max', processMetrics.cpuUtilization), legend: 'CPU' }],
        link: to('runtime', 'Runtime and host'),
      }),
      stat({
        title: 'Event loop',
        description: `p99 of the event loop delay, of the instance with most. Normal: ${told(limits.eventLoopDelay, 'green, ')}some milliseconds. Otherwise something blocks the process: see CPU and garbage collection on Runtime and host.`,
        size: [3, HEIGHT],
        unit: 's',
        noValue: NOTHING,
        queries: [{ expr: value('max', processMetrics.eventLoopDelayP99), legend: 'delay p99' }],
        limits: limits.eventLoopDelay,
        link: to('runtime', 'Runtime and host'),
      }),
    ],
  };
}

import { processMetrics } from '../../catalog/process.ts';
import { realtimeMetrics } from '../../catalog/realtime.ts';
import { selfMetrics } from '../../catalog/self.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import type { Section } from '../panels/grid.ts';
import { gauge, rate, value } from '../panels/query.ts';
import { stat } from '../panels/stat.ts';
import { COLOURS, dashed, limitsOf, steps, told } from '../panels/thresholds.ts';
import { timeSeries } from '../panels/time-series.ts';
import type { Dashboard } from '../schema.ts';
import { bySeverity } from './alert-count.ts';
import { errorRatio } from './errors.ts';
import { instances, outliers } from './fleet-instances.ts';
import { framed } from './frame.ts';
import { statisticOf } from './latency.ts';

const EACH = ['job', 'instance'] as const;

const { latency } = realtimeMetrics();
const { openConnections, messages, io, processDuration } = webSocketMetrics('server');

/** Every instance beside the others. */
export function fleetDashboard(config: ResolvedConfig): Dashboard {
  return framed('fleet', config, 'Every instance beside the others: which one differs, and what all carry together.', [
    together(config),
    instances(config),
    outliers(config),
    sums(config),
  ]);
}

function together(config: ResolvedConfig): Section {
  const limits = limitsOf(config.alerts);
  const statistic = config.alerts.latency_statistic;
  const figure = (
    title: string,
    unit: string,
    description: string,
    expr: string,
    more: Partial<Parameters<typeof stat>[0]> = {},
  ) =>
    stat({
      title,
      unit,
      description,
      size: [4, 4],
      noValue: 'nothing reports',
      queries: [{ expr, legend: title }],
      ...more,
    });
  return {
    blocks: [
      figure(
        'Instances up',
        'short',
        'Processes that report now. Normal: as many as are deployed. Fewer: see Uptime on Runtime and host for which ended, and when.',
        `count(${gauge(processMetrics.uptime)}) or vector(0)`,
        {
          thresholds: steps([
            { color: COLOURS.critical, value: null },
            { color: COLOURS.good, value: 1 },
          ]),
        },
      ),
      bySeverity(config, {
        title: 'Instances with a firing alert',
        description: `Instances on which an alert fires now: a critical one, a warning. ${
          config.alerts.enabled
            ? 'Normal: 0. All at once: something that they share; one: the table below shows which.'
            : 'Normal: off, since alerts.enabled is false.'
        }`,
        size: [4, 4],
        expr: (where) => `count(${value('sum', selfMetrics.alertActive, { by: EACH, where })} > 0)`,
      }),
      figure(
        'Connections in all',
        'short',
        'Connections open on all instances together. Normal: follows the day.',
        value('sum', openConnections),
      ),
      figure(
        'Messages per second in all',
        'ops',
        'Data messages per second, in and out, on all instances together. Normal: in proportion to the connections.',
        rate(messages),
        { noValue: 'none' },
      ),
      figure(
        `Latency ${statistic} in all`,
        's',
        `Over all observations of all instances together, not a mean of means; of the application, and of message handlers. Normal: ${told(limits.latency, 'green', 'as on other days')}; idle: nothing was measured of late.`,
        statisticOf(statistic, latency),
        {
          limits: limits.latency,
          noValue: 'idle',
          queries: [
            { expr: statisticOf(statistic, latency), legend: 'application' },
            { expr: statisticOf(statistic, processDuration), legend: 'handler' },
          ],
        },
      ),
      figure(
        'Error rate in all',
        'percentunit',
        `Errors ÷ messages of all instances together. Normal: ${told(limits.errorRatio, 'green, ')}near 0; idle: neither errors nor messages.`,
        errorRatio(),
        { limits: limits.errorRatio, noValue: 'idle', decimals: 1 },
      ),
    ],
  };
}

function sums(config: ResolvedConfig): Section {
  const limits = limitsOf(config.alerts);
  const spread = (metric: Parameters<typeof value>[1]) => [
    { expr: value('max', metric), legend: 'highest' },
    { expr: `quantile(0.5, ${gauge(metric)})`, legend: 'median' },
    { expr: value('min', metric), legend: 'lowest' },
  ];
  return {
    title: 'Over all instances',
    blocks: [
      timeSeries({
        title: 'Instances up over time',
        description:
          'Processes that report. Normal: level, a short bump at each deployment. Steps down without one: processes end; see their memory.',
        size: [8, 8],
        unit: 'short',
        decimals: 0,
        queries: [{ expr: `count by (job) (${gauge(processMetrics.uptime)})`, legend: '{{job}}' }],
      }),
      timeSeries({
        title: 'Connections by instance',
        description:
          'Open connections of each instance, stacked: the edge is the sum. Normal: equal shares. Unequal after a deployment: long-lived connections stay where they are; the load balancer cannot move them.',
        size: [8, 8],
        unit: 'short',
        stacked: true,
        queries: [{ expr: value('sum', openConnections, { by: EACH }), legend: '{{instance}}' }],
      }),
      timeSeries({
        title: 'Bandwidth by instance',
        description:
          'Payload per second of each instance, both directions, stacked: the edge is the sum. Normal: in proportion to the connections.',
        size: [8, 8],
        unit: 'binBps',
        stacked: true,
        queries: [{ expr: rate(io, { by: EACH }), legend: '{{instance}}' }],
      }),
      timeSeries({
        title: 'Memory over the instances',
        description: `Highest, median and lowest share of the container's memory limit among the instances${dashed(limits.memoryRatio)}. Normal: close together${told(limits.memoryRatio, ' and below')}. Highest away from the median: one instance leaks or carries more.`,
        size: [8, 8],
        unit: 'percentunit',
        limits: limits.memoryRatio,
        queries: spread(processMetrics.memoryUtilization),
      }),
      timeSeries({
        title: 'CPU over the instances',
        description:
          'Highest, median and lowest CPU use among the instances; 100 % is one core. Normal: close together. Apart: the load is not spread evenly.',
        size: [8, 8],
        unit: 'percentunit',
        queries: spread(processMetrics.cpuUtilization),
      }),
      timeSeries({
        title: 'Event loop delay over the instances',
        description: `Highest, median and lowest p99 of the event loop delay among the instances${dashed(limits.eventLoopDelay)}. Normal: close together${told(limits.eventLoopDelay, ' and below')}.`,
        size: [8, 8],
        unit: 's',
        limits: limits.eventLoopDelay,
        queries: spread(processMetrics.eventLoopDelayP99),
      }),
    ],
  };
}

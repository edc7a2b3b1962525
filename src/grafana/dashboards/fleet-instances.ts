import { processMetrics } from '../../catalog/process.ts';
import { realtimeMetrics } from '../../catalog/realtime.ts';
import { selfMetrics } from '../../catalog/self.ts';
import { webSocketMetrics } from '../../catalog/websocket.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import { barGauge } from '../panels/bar-gauge.ts';
import type { BarGauge } from '../panels/bar-gauge.ts';
import type { Section } from '../panels/grid.ts';
import { orZero, rate, top, value } from '../panels/query.ts';
import { table } from '../panels/table.ts';
import { limitsOf, told } from '../panels/thresholds.ts';
import { FROM_THE_FIRST, URGENT_FIRST } from './alert-count.ts';
import { errorRatio } from './errors.ts';
import { statisticOf } from './latency.ts';
import { linkToInstance } from './links.ts';

const EACH = ['job', 'instance'] as const;

/** Bars that one sees at a glance. */
const OUTLIERS = 5;

/** The columns of alerts. */
const CALLED = { critical: 'Critical', warning: 'Warning' } as const;

const { latency } = realtimeMetrics();
const { openConnections, messages, processDuration } = webSocketMetrics('server');

/** A row for each instance. */
export function instances(config: ResolvedConfig): Section {
  const limits = limitsOf(config.alerts);
  const statistic = config.alerts.latency_statistic;
  const most = (metric: Parameters<typeof value>[1]) => value('max', metric, { by: EACH });
  return {
    title: 'Instances',
    blocks: [
      table({
        title: 'Every instance',
        description: `The figures of each instance now${config.alerts.enabled ? '; its alerts that fire, and cells coloured by the thresholds of the alerts' : '; alerts are off (alerts.enabled), so that there are neither alerts nor colours'}. Normal: all rows alike${config.alerts.enabled ? ' and without colour' : ''}. A click on an instance opens its Service dashboard.`,
        size: [24, 10],
        noValue: '–',
        labels: [
          {
            label: 'instance',
            title: 'Instance',
            width: 220,
            link: linkToInstance(config),
          },
          { label: 'job', title: 'Job', width: 160 },
        ],
        values: [
          ...(config.alerts.enabled ? URGENT_FIRST : []).map((severity) => ({
            title: CALLED[severity],
            unit: 'short',
            width: 80,
            expr: orZero(value('sum', selfMetrics.alertActive, { by: EACH, where: { severity } }), EACH),
            limits: FROM_THE_FIRST[severity],
          })),
          { title: 'Uptime', unit: 's', expr: most(processMetrics.uptime) },
          { title: 'Connections', unit: 'short', expr: value('sum', openConnections, { by: EACH }) },
          { title: 'Messages', unit: 'ops', expr: rate(messages, { by: EACH }) },
          {
            title: `App latency ${statistic}`,
            unit: 's',
            expr: statisticOf(statistic, latency, { by: EACH }),
            limits: limits.latency,
          },
          {
            title: `Handler ${statistic}`,
            unit: 's',
            expr: statisticOf(statistic, processDuration, { by: EACH }),
            limits: limits.latency,
          },
          { title: 'Error rate', unit: 'percentunit', decimals: 1, expr: errorRatio(EACH), limits: limits.errorRatio },
          {
            title: 'Memory',
            unit: 'percentunit',
            decimals: 1,
            expr: most(processMetrics.memoryUtilization),
            limits: limits.memoryRatio,
          },
          { title: 'RSS', unit: 'bytes', expr: most(processMetrics.memoryUsage) },
          { title: 'CPU', unit: 'percentunit', decimals: 0, expr: most(processMetrics.cpuUtilization) },
          {
            title: 'Event loop p99',
            unit: 's',
            expr: most(processMetrics.eventLoopDelayP99),
            limits: limits.eventLoopDelay,
          },
        ],
        sortBy: config.alerts.enabled ? { title: CALLED.critical, desc: true } : { title: 'Instance', desc: false },
      }),
    ],
  };
}

/** The instances that differ most. */
export function outliers(config: ResolvedConfig): Section {
  const limits = limitsOf(config.alerts);
  const statistic = config.alerts.latency_statistic;
  const worst = (title: string, unit: string, description: string, expr: string, more: Partial<BarGauge>) =>
    barGauge({
      title,
      unit,
      description: `${description} Normal: bars of like length${more.limits ? told(more.limits, ', green') : ''}. One far longer: open its row in the table above.`,
      size: [6, 8],
      queries: [{ expr: top(OUTLIERS, expr), legend: '{{instance}}' }],
      ...more,
    });
  return {
    title: 'Outliers',
    blocks: [
      worst(
        `Slowest by handler ${statistic}`,
        's',
        'The instances whose message handlers take longest.',
        statisticOf(statistic, processDuration, { by: EACH }),
        { limits: limits.latency, noValue: 'idle' },
      ),
      worst(
        `Slowest by application ${statistic}`,
        's',
        'The instances with the highest latency as the application measures it.',
        statisticOf(statistic, latency, { by: EACH }),
        { limits: limits.latency, noValue: 'The application records no latency' },
      ),
      worst('Most errors', 'percentunit', 'The instances with the highest error rate.', errorRatio(EACH), {
        limits: limits.errorRatio,
        noValue: 'No messages and no errors',
      }),
      worst(
        'Most memory',
        'percentunit',
        "The instances nearest to their container's memory limit.",
        value('max', processMetrics.memoryUtilization, { by: EACH }),
        { limits: limits.memoryRatio, max: 1 },
      ),
    ],
  };
}

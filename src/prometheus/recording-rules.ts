import { realtimeMetrics } from '../catalog/realtime.ts';
import { webSocketMetrics } from '../catalog/websocket.ts';
import type { Matchers, Metric } from '../promql/series.ts';
import { buckets, counter, nameOf, observationCount, observationSum } from '../promql/series.ts';
import { increaseOver, sumBy } from '../promql/window.ts';
import type { RecordingRule } from './rule.ts';
import type { RuleWindow } from './rule-window.ts';

const { latency, errors: applicationErrors } = realtimeMetrics();
const { processDuration, messages, errors: socketErrors } = webSocketMetrics('server');

/** The latencies that are recorded apart. */
export const LATENCIES: readonly Metric[] = [latency, processDuration];

/** What is recorded of each latency. */
const LATENCY_STATISTICS = ['avg', 'p50', 'p95', 'p99'] as const;
export type LatencyStatistic = (typeof LATENCY_STATISTICS)[number];

/** Whose series are added up: those of one process, or of all processes of a job. */
export type Level = 'job_instance' | 'job';

const LEVELS: readonly Level[] = ['job_instance', 'job'];

/** Labels that a level keeps. */
export function labelsOf(level: Level): readonly string[] {
  return level === 'job' ? ['job'] : ['job', 'instance'];
}

/** The recorded series that alerts and people read, by their names. */
export function recorded(level: Level, { name: window }: RuleWindow) {
  const of = (metric: string, operation: string, labels: string = level): string =>
    `${labels}:${metric}:${operation}${window}`;
  return {
    /** Over the window, by `le`. */
    buckets: (metric: Metric) => of(`${nameOf(metric)}_bucket`, 'increase', `${level}_le`),
    observations: (metric: Metric) => of(`${nameOf(metric)}_count`, 'increase'),
    sum: (metric: Metric) => of(`${nameOf(metric)}_sum`, 'increase'),
    latency: (metric: Metric, statistic: LatencyStatistic) => of(nameOf(metric), `${statistic}_`),
    messages: of('websocket_server_messages', 'increase'),
    messageRate: of('websocket_server_messages', 'rate'),
    applicationErrors: of('realtime_errors', 'increase'),
    socketErrors: of('websocket_server_errors', 'increase'),
    errors: of('errors', 'increase'),
    errorRatio: of('errors_per_websocket_server_messages', 'ratio_increase'),
  };
}

/** The quantile of a statistic: 0.95 of `p95`. */
export function quantileOf(statistic: 'p50' | 'p95' | 'p99'): number {
  return Number(statistic.slice(1)) / 100;
}

/**
 * In the order in which they are evaluated: each after what it reads.
 *
 * @param where whose series are read, as a process gives them
 */
export function recordingRules(window: RuleWindow, where: Matchers = {}): RecordingRule[] {
  return LEVELS.flatMap((level) => [
    ...LATENCIES.flatMap((metric) => latencyRules(metric, level, window, where)),
    ...trafficRules(level, window, where),
  ]);
}

function latencyRules(metric: Metric, level: Level, window: RuleWindow, where: Matchers): RecordingRule[] {
  const names = recorded(level, window);
  const labels = labelsOf(level);
  const sum = names.sum(metric);
  const observations = names.observations(metric);
  const below = recorded('job_instance', window);
  const total = (own: string, selector: string, recordedBelow: string, besides: readonly string[] = []) => ({
    record: own,
    expr:
      level === 'job'
        ? `sum by (${[...labels, ...besides].join(', ')}) (${recordedBelow})`
        : sumBy([...labels, ...besides], increaseOver(selector, window.rangeMs, where)),
  });
  return [
    total(names.buckets(metric), buckets(metric, where), below.buckets(metric), ['le']),
    total(observations, observationCount(metric, where), below.observations(metric)),
    total(sum, observationSum(metric, where), below.sum(metric)),
    ...LATENCY_STATISTICS.map((statistic) => ({
      record: names.latency(metric, statistic),
      expr:
        statistic === 'avg'
          ? `${sum} / (${observations} > 0)`
          : // of no observations it is NaN, which no comparison lets through
            `histogram_quantile(${quantileOf(statistic)}, ${names.buckets(metric)}) >= 0`,
    })),
  ];
}

function trafficRules(level: Level, window: RuleWindow, where: Matchers): RecordingRule[] {
  const names = recorded(level, window);
  const below = recorded('job_instance', window);
  const total = (own: string, metric: Metric, recordedBelow: string): RecordingRule => ({
    record: own,
    expr:
      level === 'job'
        ? `sum by (${labelsOf(level).join(', ')}) (${recordedBelow})`
        : sumBy(labelsOf(level), increaseOver(counter(metric, where), window.rangeMs, where)),
  });
  const { applicationErrors: application, socketErrors: socket } = names;
  return [
    total(names.messages, messages, below.messages),
    { record: names.messageRate, expr: `${names.messages} / ${window.rangeMs / 1000}` },
    total(application, applicationErrors, below.applicationErrors),
    total(socket, socketErrors, below.socketErrors),
    // either has no series before its first error
    { record: names.errors, expr: `${application} + ${socket}\nor\n${application}\nor\n${socket}` },
    { record: names.errorRatio, expr: errorRatio(names.errors, names.messages) },
  ];
}

/** As `displayRealtimeMetrics().errors.rate`: 1 with errors and no message, nothing with neither. */
function errorRatio(errors: string, messages: string): string {
  return [`${errors} / (${messages} > 0)`, `0 * (${messages} > 0)`, `0 * (${errors} > 0) + 1`].join('\nor\n');
}

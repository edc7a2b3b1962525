import { DURATION_BUCKETS } from './buckets.ts';
import type { BucketSpec, MetricSpec } from './metric.ts';

/** Values of `severity`. */
export const SEVERITIES = ['warning', 'error', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What the application records itself. */
export interface RealtimeMetricSpecs {
  readonly latency: MetricSpec;
  readonly latencyWindowMin: MetricSpec;
  readonly latencyWindowMax: MetricSpec;
  readonly errors: MetricSpec;
  readonly activeSessions: MetricSpec;
  readonly sessions: MetricSpec;
  readonly queueSize: MetricSpec;
}

/** @param durations buckets of the latency histogram */
export function realtimeMetrics(durations: BucketSpec = DURATION_BUCKETS): RealtimeMetricSpecs {
  return {
    latency: {
      name: 'realtime.latency',
      kind: 'histogram',
      unit: 's',
      description: 'Latency as the application measures it: recordLatency, startTimer, instrument',
      attributes: [],
      buckets: durations,
    },
    latencyWindowMin: {
      name: 'realtime.latency.window.min',
      kind: 'gauge',
      unit: 's',
      description: 'Smallest realtime.latency within retention.window_ms; no series without an observation',
      attributes: [],
      // read from the histogram, which has the observations of all workers
      aggregator: 'own',
    },
    latencyWindowMax: {
      name: 'realtime.latency.window.max',
      kind: 'gauge',
      unit: 's',
      description: 'Largest realtime.latency within retention.window_ms; no series without an observation',
      attributes: [],
      // read from the histogram, which has the observations of all workers
      aggregator: 'own',
    },
    errors: {
      name: 'realtime.errors',
      kind: 'counter',
      unit: '{error}',
      description: 'Errors that the application recorded',
      attributes: [{ key: 'component' }, { key: 'severity', values: SEVERITIES }],
    },
    activeSessions: {
      name: 'realtime.session.active',
      kind: 'up_down_counter',
      unit: '{session}',
      description: 'Sessions that are active, as the application counts them',
      attributes: [],
    },
    sessions: {
      name: 'realtime.sessions',
      kind: 'counter',
      unit: '{session}',
      description: 'Sessions begun, as the application counts them',
      attributes: [],
    },
    queueSize: {
      name: 'realtime.queue.size',
      kind: 'gauge',
      unit: '{item}',
      description: 'Items waiting in each queue, as the application counts them',
      attributes: [{ key: 'queue' }],
    },
  };
}

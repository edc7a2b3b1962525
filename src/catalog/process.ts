import { DURATION_BUCKETS } from './buckets.ts';
import type { MetricSpec } from './metric.ts';

/** Kinds of garbage collection, as the OpenTelemetry semantic conventions name them. */
export const GC_TYPES = ['major', 'minor', 'incremental', 'weakcb'] as const;

/** What the process uses, taken by our own sampler each `sampling_interval_ms`. */
export const processMetrics = {
  memoryUsage: {
    ...gauge('process.memory.usage', 'By', 'Resident set size of the process', 'up_down_counter'),
    ofProcess: true,
  },
  memoryUtilization: {
    ...gauge(
      'process.memory.utilization',
      '1',
      "Resident set size as a share of the container's memory limit, without one of the host's memory",
    ),
    ofProcess: true,
  },
  cpuUtilization: {
    ...gauge('process.cpu.utilization', '1', 'CPU time of the process per second since the last sample; 1 is one core'),
    ofProcess: true,
  },
  uptime: { ...gauge('process.uptime', 's', 'Time since the process started'), aggregator: 'own' },
  eventLoopUtilization: largest(
    'nodejs.eventloop.utilization',
    '1',
    'Share of the time since the last sample in which the event loop was busy',
  ),
  eventLoopDelayP50: largest(
    'nodejs.eventloop.delay.p50',
    's',
    'Median event loop delay over the last second, or sampling interval where that is longer',
  ),
  eventLoopDelayP99: largest(
    'nodejs.eventloop.delay.p99',
    's',
    '99th percentile of the event loop delay over the same time',
  ),
  eventLoopDelayMax: largest('nodejs.eventloop.delay.max', 's', 'Longest event loop delay over the same time'),
  heapUsed: gauge('v8js.memory.heap.used', 'By', 'JavaScript heap in use', 'up_down_counter'),
  heapLimit: gauge('v8js.memory.heap.limit', 'By', 'Most that the JavaScript heap may grow to', 'up_down_counter'),
  gcDuration: {
    name: 'v8js.gc.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of garbage collections',
    attributes: [{ key: 'v8js.gc.type', values: GC_TYPES }],
    buckets: DURATION_BUCKETS,
  },
} satisfies Record<string, MetricSpec>;

/** Of the workers of a service, the busiest counts. */
function largest(name: string, unit: string, description: string): MetricSpec {
  return { ...gauge(name, unit, description), aggregator: 'max' };
}

function gauge(name: string, unit: string, description: string, kind: MetricSpec['kind'] = 'gauge'): MetricSpec {
  return { name, kind, unit, description, attributes: [] };
}

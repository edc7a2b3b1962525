import { CPU_NUMBER } from '../../catalog/host.ts';
import { processMetrics } from '../../catalog/process.ts';
import { metricNamed } from '../../promql/series.ts';
import type { Section } from '../panels/grid.ts';
import { heatmap } from '../panels/heatmap.ts';
import {
  aggregate,
  bucketCounts,
  gauge,
  observationRate,
  observedSumRate,
  quantile,
  rate,
  value,
} from '../panels/query.ts';
import { timeSeries } from '../panels/time-series.ts';

const EACH = ['job', 'instance'] as const;
const INSTANCE = '{{instance}}';
const GC_TYPE = 'v8js.gc.type';
const CPU_STATE = 'system.cpu.state';
const MEMORY_STATE = 'system.memory.state';

const { gcDuration } = processMetrics;
const host = {
  cpuTime: metricNamed('system.cpu.time'),
  cpuUtilization: metricNamed('system.cpu.utilization'),
  memoryUsage: metricNamed('system.memory.usage'),
  memoryUtilization: metricNamed('system.memory.utilization'),
};

/** What garbage collection takes. */
export function collections(): Section {
  return {
    title: 'Garbage collection',
    blocks: [
      timeSeries({
        title: 'Collections by type',
        description:
          'Garbage collections per second by type. Normal: mostly minor. Many major ones: the heap is nearly full, or large objects are made all the time.',
        size: [6, 8],
        unit: 'ops',
        stacked: true,
        noValue: 'No collections',
        queries: [{ expr: observationRate(gcDuration, { by: [GC_TYPE] }), legend: '{{v8js_gc_type}}' }],
      }),
      timeSeries({
        title: 'Time in garbage collection',
        description:
          'Share of the time that each instance spends in garbage collection. Normal: below 5 %. More: too much garbage or too small a heap; the event loop waits meanwhile.',
        size: [6, 8],
        unit: 'percentunit',
        noValue: 'No collections',
        queries: [{ expr: observedSumRate(gcDuration, { by: EACH }), legend: INSTANCE }],
      }),
      timeSeries({
        title: 'Longest collections',
        description:
          'p99 of the time that a collection takes, by type. Normal: minor some milliseconds, major below 100 ms. Longer: a large heap; each such pause is an event loop delay.',
        size: [6, 8],
        unit: 's',
        noValue: 'No collections',
        queries: [{ expr: quantile(0.99, gcDuration, { by: [GC_TYPE] }), legend: '{{v8js_gc_type}}' }],
      }),
      heatmap({
        title: 'Collection times',
        description:
          'How the times of collections spread, over time. Normal: a dense band of short ones and a few longer. A band that rises: the heap grows.',
        size: [6, 8],
        unit: 's',
        noValue: 'No collections',
        expr: bucketCounts(gcDuration),
      }),
    ],
  };
}

/** What else runs beside the process. */
export function hostSection(): Section {
  const cpuBusy = `1 - ${value('avg', host.cpuUtilization, { by: EACH, where: { [CPU_STATE]: 'idle' } })}`;
  const busiest = aggregate(
    'max',
    host.cpuUtilization,
    { by: [CPU_NUMBER] },
    `1 - ${gauge(host.cpuUtilization, { [CPU_STATE]: 'idle' })}`,
  );
  return {
    title: 'Host',
    blocks: [
      timeSeries({
        title: 'CPU of the host',
        description:
          'Share of the time in which the CPUs of the host of each instance are busy, with whatever runs there, and the busiest single CPU. Normal: below 80 %. More, with the process itself at rest: a neighbour.',
        size: [6, 8],
        unit: 'percentunit',
        max: 1,
        queries: [
          { expr: cpuBusy, legend: INSTANCE },
          { expr: `max(${busiest})`, legend: 'busiest CPU' },
        ],
      }),
      timeSeries({
        title: 'CPU of the host by state',
        description:
          'CPU seconds per second by what they were spent on, idle ones left out, added up over the hosts of the instances. Normal: mostly user. At most, for each instance, as many as its host has CPUs. Much system: many small packets or system calls.',
        size: [6, 8],
        unit: 'short',
        stacked: true,
        queries: [
          {
            expr: rate(host.cpuTime, { by: [CPU_STATE], where: { [CPU_STATE]: { except: 'idle' } } }),
            legend: '{{system_cpu_state}}',
          },
        ],
      }),
      timeSeries({
        title: 'Memory of the host',
        description:
          'Memory of the host of each instance that is used. Normal: level, below what the host has. Near that: the kernel may end a process, ours among them; the share is beside it.',
        size: [6, 8],
        unit: 'bytes',
        queries: [
          {
            expr: value('max', host.memoryUsage, { by: EACH, where: { [MEMORY_STATE]: 'used' } }),
            legend: INSTANCE,
          },
        ],
      }),
      timeSeries({
        title: 'Memory of the host in use',
        description:
          'Share of the memory of the host of each instance that is in use. Normal: below 90 %. More: see which process it is on the host.',
        size: [6, 8],
        unit: 'percentunit',
        max: 1,
        queries: [
          {
            expr: value('max', host.memoryUtilization, { by: EACH, where: { [MEMORY_STATE]: 'used' } }),
            legend: INSTANCE,
          },
        ],
      }),
    ],
  };
}

import type { MetricSpec } from '../../catalog/metric.ts';
import { processMetrics } from '../../catalog/process.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import type { Section } from '../panels/grid.ts';
import { gauge, value } from '../panels/query.ts';
import { stat } from '../panels/stat.ts';
import { COLOURS, dashed, limitsOf, told } from '../panels/thresholds.ts';
import { coloured, legendOnly, timeSeries } from '../panels/time-series.ts';
import type { Dashboard } from '../schema.ts';
import { framed } from './frame.ts';
import { collections, hostSection } from './runtime-host.ts';

const EACH = ['job', 'instance'] as const;
const INSTANCE = '{{instance}}';

const { memoryUsage, memoryUtilization, cpuUtilization, uptime, heapUsed, heapLimit } = processMetrics;
const { eventLoopUtilization, eventLoopDelayP50, eventLoopDelayP99, eventLoopDelayMax } = processMetrics;

/** What the processes and their hosts spend. */
export function runtimeDashboard(config: ResolvedConfig): Dashboard {
  return framed(
    'runtime',
    config,
    'CPU, memory, event loop and garbage collection of the processes, and the hosts they run on: why a service is slow or about to end.',
    [processSection(config), eventLoop(config), collections(), hostSection()],
  );
}

const perInstance = (metric: MetricSpec) => ({ expr: value('max', metric, { by: EACH }), legend: INSTANCE });

function processSection(config: ResolvedConfig): Section {
  const { memoryRatio } = limitsOf(config.alerts);
  return {
    title: 'Process',
    blocks: [
      timeSeries({
        title: 'CPU of the process',
        description:
          'CPU time per second of each instance; 100 % is one core. Normal: well below 100 %, JavaScript runs on one core. Near 100 % with a busy event loop: too much work for one process; well above: garbage collection or native threads.',
        size: [8, 8],
        unit: 'percentunit',
        queries: [perInstance(cpuUtilization)],
      }),
      timeSeries({
        title: 'Memory of the process',
        description:
          'Resident memory of each instance. Normal: level over hours after the start. Growing without end: a leak; compare the heap, and where that is level, buffers (send buffers on the WebSocket dashboard).',
        size: [8, 8],
        unit: 'bytes',
        queries: [perInstance(memoryUsage)],
      }),
      timeSeries({
        title: "Memory, share of the container's limit",
        description: `Resident memory as a share of the container's limit, without one of the host's memory${dashed(memoryRatio)}. Normal: ${told(memoryRatio, 'below them', 'level, well below 100 %')}. At 100 % the kernel ends the process.`,
        size: [8, 8],
        unit: 'percentunit',
        limits: memoryRatio,
        queries: [perInstance(memoryUtilization)],
      }),
      timeSeries({
        title: 'JavaScript heap in use and limit',
        description:
          'Heap in use of each instance; the lowest limit stands in the legend alone, being far above. Normal: a saw-tooth well below it. Teeth whose foot rises: a leak of objects; at the limit the process ends ("heap out of memory").',
        size: [8, 8],
        unit: 'bytes',
        queries: [perInstance(heapUsed), { expr: value('min', heapLimit), legend: 'limit' }],
        overrides: [coloured('limit', COLOURS.critical), legendOnly('limit')],
      }),
      timeSeries({
        title: 'Uptime',
        description:
          'Time since each process started. Normal: rises. A line that falls to 0: a restart, marked blue on all panels; see memory and alerts before it.',
        size: [8, 8],
        unit: 's',
        calcs: ['lastNotNull'],
        queries: [perInstance(uptime)],
      }),
      stat({
        title: 'Shortest uptime',
        description:
          'Time since the youngest process started. Normal: since the last deployment. Less: something restarted, see Uptime beside it for which.',
        size: [4, 8],
        unit: 's',
        noValue: 'nothing reports',
        queries: [{ expr: value('min', uptime), legend: 'shortest uptime' }],
      }),
      stat({
        title: 'Restarts',
        description:
          'How often processes started anew within the time shown, under the name of a former instance; new names are not counted. Normal: 0, or one for each deployment. Otherwise see Uptime for when, and memory before it.',
        size: [4, 8],
        unit: 'short',
        decimals: 0,
        noValue: 'nothing reports',
        queries: [{ expr: `sum(resets(${gauge(uptime)}[$__range]))`, legend: 'restarts' }],
      }),
    ],
  };
}

function eventLoop(config: ResolvedConfig): Section {
  const { eventLoopDelay: limits } = limitsOf(config.alerts);
  return {
    title: 'Event loop',
    blocks: [
      timeSeries({
        title: 'Event loop delay',
        description: `How late the event loop is: median, p99 and longest over each second, of the worst instance${told(limits, '; dashed: thresholds of the alerts for p99')}. Normal: some milliseconds. Peaks: something synchronous takes that long, and all connections wait.`,
        size: [8, 8],
        unit: 's',
        limits,
        queries: [
          { expr: value('max', eventLoopDelayP50), legend: 'p50' },
          { expr: value('max', eventLoopDelayP99), legend: 'p99' },
          { expr: value('max', eventLoopDelayMax), legend: 'longest' },
        ],
      }),
      timeSeries({
        title: 'Event loop delay p99 by instance',
        description: `p99 of the event loop delay of each instance${dashed(limits)}. Normal: all alike${told(limits, ' and below')}. One alone: its share of the work, or its host.`,
        size: [8, 8],
        unit: 's',
        limits,
        queries: [perInstance(eventLoopDelayP99)],
      }),
      timeSeries({
        title: 'Event loop utilisation',
        description:
          'Share of the time in which the event loop was busy, of each instance. Normal: below 70 %. Near 100 %: no room for peaks; add instances, or move work off the event loop.',
        size: [8, 8],
        unit: 'percentunit',
        max: 1,
        queries: [perInstance(eventLoopUtilization)],
      }),
    ],
  };
}

import { constants, monitorEventLoopDelay, performance, PerformanceObserver } from 'node:perf_hooks';
import type { EventLoopUtilization, IntervalHistogram, NodeGCPerformanceDetail } from 'node:perf_hooks';
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { GC_TYPES } from '../catalog/process.ts';
import { processMetrics } from '../catalog/process.ts';
import type { GaugeCell } from '../recording/cells.ts';
import type { Recorder } from '../recording/recorder.ts';

const GC_KINDS: ReadonlyMap<number, (typeof GC_TYPES)[number]> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

const EVENT_LOOP_RESOLUTION_MS = 10;

/** Shortest time that the figures of the event loop's delay cover. */
const DELAY_WINDOW_MS = 1000;

/** Timers of a second may ring a little before it. */
const TIMER_SLACK_MS = 100;

type ProcessCells = Record<Exclude<keyof typeof processMetrics, 'gcDuration'>, GaugeCell>;

/** Samples what the process uses. One sampler for all readers, so that they do not shorten each other's intervals. */
export class ProcessSampler {
  readonly #recorder: Recorder;
  readonly #memoryLimitBytes = memoryLimit();
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: EVENT_LOOP_RESOLUTION_MS });
  readonly #gcObserver: PerformanceObserver;
  readonly #cells: ProcessCells;
  #cpu = process.cpuUsage();
  #sampledMs: number;
  #delaySinceMs: number;
  /** Of a complete window. */
  #hasDelay = false;
  #loop: EventLoopUtilization = performance.eventLoopUtilization();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
    const { gcDuration, ...gauges } = processMetrics;
    this.#cells = Object.fromEntries(
      Object.entries(gauges).map(([name, spec]) => [name, recorder.gauge(spec).at([])]),
    ) as ProcessCells;
    const pauses = recorder.histogram(gcDuration);
    this.#gcObserver = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { detail } = entry as unknown as { detail: NodeGCPerformanceDetail };
        const kind = GC_KINDS.get(detail.kind);
        if (kind !== undefined) pauses.at([kind]).record(entry.duration / 1000);
      }
    });
    this.#sampledMs = this.#delaySinceMs = recorder.clock.monotonicMs();
    this.#delay.enable();
    this.#gcObserver.observe({ entryTypes: ['gc'] });
    this.#sampleMemory();
  }

  /** Takes one sample; the figures that are rates cover the time since the last one. */
  sample(): void {
    const nowMs = this.#recorder.clock.monotonicMs();
    const elapsedMs = nowMs - this.#sampledMs;
    if (elapsedMs <= 0) return;
    this.#sampledMs = nowMs;
    const cells = this.#cells;
    const cpu = process.cpuUsage();
    cells.cpuUtilization.set((cpu.user + cpu.system - this.#cpu.user - this.#cpu.system) / 1000 / elapsedMs);
    this.#cpu = cpu;
    const loop = performance.eventLoopUtilization();
    cells.eventLoopUtilization.set(performance.eventLoopUtilization(loop, this.#loop).utilization);
    this.#loop = loop;
    this.#sampleDelay(nowMs);
    this.#sampleMemory();
  }

  /** Of a second at least: a percentile of a few delays would jump. Until the first is over, of what there is. */
  #sampleDelay(nowMs: number): void {
    const isComplete = nowMs - this.#delaySinceMs >= DELAY_WINDOW_MS - TIMER_SLACK_MS;
    if (this.#delay.count === 0 || (!isComplete && this.#hasDelay)) return;
    this.#cells.eventLoopDelayP50.set(this.#delay.percentile(50) / 1e9);
    this.#cells.eventLoopDelayP99.set(this.#delay.percentile(99) / 1e9);
    this.#cells.eventLoopDelayMax.set(this.#delay.max / 1e9);
    if (!isComplete) return;
    this.#hasDelay = true;
    this.#delaySinceMs = nowMs;
    this.#delay.reset();
  }

  close(): void {
    this.#delay.disable();
    this.#gcObserver.disconnect();
  }

  #sampleMemory(): void {
    const cells = this.#cells;
    const rss = process.memoryUsage.rss();
    const heap = getHeapStatistics();
    cells.memoryUsage.set(rss);
    cells.memoryUtilization.set(rss / this.#memoryLimitBytes);
    cells.heapUsed.set(heap.used_heap_size);
    cells.heapLimit.set(heap.heap_size_limit);
    cells.uptime.set(process.uptime());
  }
}

/** The container's limit in bytes where one is set below the host's memory, else the host's memory. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

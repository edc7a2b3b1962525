import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layered } from './collector-files.ts';
import { ROOT } from './composition.ts';

/** Medians of the committed measurement, by id. */
export type UnitCosts = (id: string) => number;

interface MeasuredRow {
  readonly id?: string;
  readonly median: number;
  readonly rawBytes?: number;
  readonly sentBytes?: number;
}

/** Memory of a collector. */
interface FilledMemory {
  readonly empty: number;
  readonly full: number;
}

/** What is behind a number of processes that push. */
export interface Sizing {
  readonly pointsPerSecond: number;
  readonly samplesPerSecond: number;
  /** From the processes to their agents, all together. */
  readonly pushedBytesPerSecond: number;
  /** From the agents on, all together. */
  readonly forwardedBytesPerSecond: number;
  readonly agents: number;
  /** Of one agent, in cores. */
  readonly agentCpu: number;
  /** Of all gateways, in cores. */
  readonly gatewayCpu: number;
  /** 0: none is needed. */
  readonly gateways: number;
  /** Of one gateway, with nothing that waits and with a full queue. */
  readonly gatewayMemoryBytes: FilledMemory;
  /** In cores. */
  readonly storeCpu: number;
  readonly storeMemoryBytes: number;
  readonly storeDiskBytesPerDay: number;
}

export const PROCESSES_PER_AGENT = 8;

/** Fewer than this many agents write to the store themselves. */
const AGENTS_WITHOUT_GATEWAY = 50;
const GATEWAY_CORES = 4;
const GATEWAY_LOAD = 0.5;
const DAY_SECONDS = 86_400;

export const PROCESSES = [1, 10, 100, 1000, 10_000, 100_000];
export const INTERVALS_SECONDS = [10, 60];

/** The measurement in `test/bench/OTLP.json`. */
export function measuredRows(): readonly MeasuredRow[] {
  const text = readFileSync(join(ROOT, 'test/bench/OTLP.json'), 'utf8');
  return (JSON.parse(text) as { rows: MeasuredRow[] }).rows;
}

/** @returns gives the median of a row; throws where there is none of that id */
export function unitCosts(rows = measuredRows()): UnitCosts {
  return (id) => {
    const row = rows.find((measured) => measured.id === id);
    if (!row) throw new Error(`${id} was not measured`);
    return row.median;
  };
}

/** Everything in proportion to the measured costs of one push, one sample and one series. */
export function sizingOf(processes: number, intervalSeconds: number, cost: UnitCosts): Sizing {
  const pushes = processes / intervalSeconds;
  const samplesPerSecond = pushes * cost('push.series');
  const series = processes * cost('push.series');
  const agents = Math.ceil(processes / PROCESSES_PER_AGENT);
  const pushesToAgent = Math.min(processes, PROCESSES_PER_AGENT) / intervalSeconds;
  const gatewayCpu = (pushes * cost('gateway.cpuMs')) / 1000;
  const gateways = Math.max(2, Math.ceil(gatewayCpu / (GATEWAY_CORES * GATEWAY_LOAD)));
  return {
    pointsPerSecond: pushes * cost('push.points'),
    samplesPerSecond,
    pushedBytesPerSecond: pushes * cost('push.bytes'),
    forwardedBytesPerSecond: pushes * cost('push.bytesFromAgent'),
    agents,
    agentCpu: cost('agent.idleCpu') + (pushesToAgent * cost('agent.cpuMs')) / 1000,
    gatewayCpu,
    gateways: agents < AGENTS_WITHOUT_GATEWAY ? 0 : gateways,
    gatewayMemoryBytes: collectorMemoryBytes('gateway.yaml', cost),
    storeCpu: (samplesPerSecond * cost('store.cpuUs')) / 1e6,
    storeMemoryBytes: series * cost('store.bytesPerSeries'),
    storeDiskBytesPerDay:
      samplesPerSecond * DAY_SECONDS * cost('store.diskBytesPerSample') + series * cost('store.indexBytesPerSeries'),
  };
}

/** Of a collector with a shipped file: beside its queue it takes what it took when it was measured. */
export function collectorMemoryBytes(file: string, cost: UnitCosts): FilledMemory {
  const empty = cost(file === 'gateway.yaml' ? 'gateway.memoryMiB' : 'agent.memoryMiB') * 2 ** 20;
  return { empty, full: empty + queuePoints(file) * cost('queue.bytesPerPoint') };
}

/** The data points that the queue of a shipped file holds unless told otherwise. */
export function queuePoints(file: string): number {
  const { exporters = {} } = layered([file]);
  const { sending_queue: queue } = exporters['otlp_http'] as { sending_queue: { queue_size: string } };
  return Number(/:-(\d+)\}$/.exec(queue.queue_size)?.[1]);
}

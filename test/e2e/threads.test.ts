import type { RealtimeMetrics } from '../../src/index.ts';
import { ClusterService } from '../support/cluster-service.ts';
import { closeLeftovers } from '../support/leftovers.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const PROGRAM = 'cluster/threads.cjs';

/** Workers that have an age now: those that are there. */
async function agesOf(service: ClusterService): Promise<string[]> {
  const samples = await service.scrape();
  return samples
    .filter(({ name }) => name === 'telemetry_worker_age_seconds')
    .map(({ labels }) => labels.find(([key]) => key === 'worker')?.[1] ?? '');
}

describe.each([true, false])('threads of a process, with register: %j', (register) => {
  it('are one service with it: sums, live figures, threads apart; what they end with is not lost', async () => {
    const service = await ClusterService.start({ program: PROGRAM, register });
    await service.ask('begin');
    await service.waitForSum('orders_total', 5);
    await service.ask('begin');
    await service.waitForSum('orders_total', 10);
    await service.ask('count', 1);
    await service.waitForSum('orders_total', 15);
    expect(await service.sum('orders_total', { worker: 'thread-1' }, '/metrics/workers')).toBe(10);
    expect(await service.sum('orders_total', { worker: 'thread-2' }, '/metrics/workers')).toBe(5);
    await service.ask('latency', 2);
    await waitFor('it live', async () => (await service.ask<RealtimeMetrics>('live')).latency.avg === 100);
    await service.ask('show', 2);
    const heard = await waitFor('its own figures', async () => {
      const all = await service.ask<{ live: RealtimeMetrics }[]>('heard');
      return all.length > 0 && all;
    });
    expect(heard.map(({ live }) => live.latency.avg)).toEqual([100]);
    // each thread would else count what the process has
    const resident = await waitFor('a sample of it', () => service.sum('process_memory_usage_bytes'));
    expect(resident).toBeLessThan(1.5 * (await residentSizeOf(service)));
    await service.ask('count and exit', 1);
    await service.waitForSum('orders_total', 20);
    await service.ask('shut down', 2);
    await waitFor('them to be gone', async () => (await agesOf(service)).length === 0);
    expect(await service.sum('orders_total')).toBe(20);
    expect(service.program.stderr).toBe('');
  });
});

async function residentSizeOf(service: ClusterService): Promise<number> {
  return (await service.ask<RealtimeMetrics>('live')).resources.memoryBytes ?? Infinity;
}

describe('a thread', () => {
  it('that blocks for ever holds back no scrape, and is gone once it is terminated', async () => {
    const service = await ClusterService.start({ program: PROGRAM });
    await service.ask('begin');
    await service.waitForSum('orders_total', 5);
    await service.ask('block', 1);
    await waitFor('its age to rise', async () => ((await service.sum('telemetry_worker_age_seconds')) ?? 0) > 1.2);
    expect(await service.sum('orders_total')).toBe(5);
    await service.ask('terminate', 1);
    await waitFor('it to be gone', async () => (await agesOf(service)).length === 0);
    expect(await service.sum('orders_total')).toBe(5);
  });

  it('of a thread is one of the process, as long as it lives', async () => {
    const service = await ClusterService.start({ program: PROGRAM });
    await service.ask('begin');
    await service.waitForSum('orders_total', 5);
    await service.ask('nest', 1);
    await service.waitForSum('orders_total', 10);
    await service.ask('nest', 1);
    await service.waitForSum('orders_total', 15);
    expect((await agesOf(service)).sort()).toEqual(['thread-1', 'thread-2', 'thread-3']);
    await service.ask('end nested', 1);
    await waitFor('it to be gone', async () => (await agesOf(service)).length === 2);
    await service.ask('terminate', 1);
    await waitFor('those that it has started to be gone', async () => (await agesOf(service)).length === 0);
    expect(await service.sum('orders_total')).toBe(15);
  });

  it('that is measured no longer lives on when one that it has started ends', async () => {
    const service = await ClusterService.start({ program: PROGRAM });
    await service.ask('begin');
    await service.ask('nest', 1);
    await service.waitForSum('orders_total', 10);
    await service.ask('shut down', 1);
    await service.ask('end nested', 1);
    await service.ask('nest', 1);
    await service.waitForSum('orders_total', 15);
    expect(service.program.stderr).toBe('');
  });

  it('that began before its process measured is taken in', async () => {
    const service = await ClusterService.start({ program: PROGRAM, args: ['early'], register: false });
    await service.waitForSum('orders_total', 5);
    await service.ask('count', 1);
    await service.waitForSum('orders_total', 10);
    expect(await service.ask('heard')).toEqual([]);
  });
});

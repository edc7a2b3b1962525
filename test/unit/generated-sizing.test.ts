import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/composition.ts';
import { expectGenerated } from '../support/generated-file.ts';
import { PROCESSES, sizingOf, unitCosts } from '../support/sizing.ts';
import { sizingTables } from '../support/sizing-tables.ts';

describe('the tables in otel-collector/README.md', () => {
  it.each(Object.entries(sizingTables()))('are what the committed measurement gives: %s', (name, text) => {
    expectGenerated('otel-collector/README.md', text, [`<!-- ${name} -->`, `<!-- /${name} -->`]);
  });

  it('have the sizes of a push that the README of the package tells', () => {
    const [, told] =
      /(\S+–\S+ kB) with up to a hundred series/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
    const [least, most] = ['1', '100'].map(
      (series) => new RegExp(`^\\| ${series} \\|.*\\| ([\\d.]+) kB \\|$`, 'm').exec(sizingTables()['processes']!)?.[1],
    );
    expect(told).toBe(`${least}–${most} kB`);
  });
});

describe('sizingOf', () => {
  const costs: Readonly<Record<string, number>> = {
    'push.points': 100,
    'push.series': 300,
    'push.bytes': 4000,
    'push.bytesFromAgent': 2000,
    'agent.idleCpu': 0.001,
    'agent.cpuMs': 1,
    'gateway.cpuMs': 0.5,
    'gateway.memoryMiB': 100,
    'queue.bytesPerPoint': 500,
    'store.cpuUs': 2,
    'store.bytesPerSeries': 1000,
    'store.diskBytesPerSample': 1.5,
    'store.indexBytesPerSeries': 100,
  };

  it('multiplies unit costs by what is pushed', () => {
    expect(sizingOf(1000, 10, (id) => costs[id]!)).toEqual({
      pointsPerSecond: 10_000,
      samplesPerSecond: 30_000,
      pushedBytesPerSecond: 400_000,
      forwardedBytesPerSecond: 200_000,
      agents: 125,
      agentCpu: expect.closeTo(0.0018) as number,
      gatewayCpu: expect.closeTo(0.05) as number,
      gateways: 2,
      gatewayMemoryBytes: { empty: 100 * 2 ** 20, full: 100 * 2 ** 20 + 4e6 * 500 },
      storeCpu: expect.closeTo(0.06) as number,
      storeMemoryBytes: 300e6,
      storeDiskBytesPerDay: 30_000 * 86_400 * 1.5 + 300_000 * 100,
    });
  });

  it('needs no gateway for few agents, and more than two when two would be half busy', () => {
    const gateways = (processes: number): number => sizingOf(processes, 10, (id) => costs[id]!).gateways;
    expect([8, 392, 400, 80_000, 100_000].map(gateways)).toEqual([0, 0, 2, 2, 3]);
  });

  it('grows with the number of processes and shrinks with the interval', () => {
    const cost = unitCosts();
    const cpu = PROCESSES.map((processes) => sizingOf(processes, 10, cost).storeCpu);
    expect(cpu).toEqual([...cpu].sort((a, b) => a - b));
    expect(sizingOf(100, 60, cost).storeCpu).toBeCloseTo(sizingOf(100, 10, cost).storeCpu / 6);
  });

  it('says which cost was not measured', () => {
    expect(() => unitCosts([])('agent.cpuMs')).toThrow('agent.cpuMs was not measured');
  });
});

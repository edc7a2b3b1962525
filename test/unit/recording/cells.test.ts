import * as fc from 'fast-check';
import type { Aggregator } from '../../../src/catalog/metric.ts';
import { BucketLayout } from '../../../src/recording/bucket-layout.ts';
import { GaugeCell, HistogramCell } from '../../../src/recording/cells.ts';

/** What is done to a gauge: by this process (`null`) or by a worker, told by its number. */
interface Act {
  readonly who: number | null;
  readonly value: number | null;
}

const act: fc.Arbitrary<Act> = fc.record({
  who: fc.option(fc.integer({ min: 0, max: 3 })),
  value: fc.option(fc.integer({ min: -5, max: 5 })),
});

/** The same by the plainest means: everybody's last value, the latest last. */
function combined(aggregator: Aggregator, acts: readonly Act[]): number | null {
  const values = new Map<number | null, number>();
  for (const { who, value } of acts) {
    values.delete(who);
    if (value !== null) values.set(who, value);
  }
  const all = [...values.values()];
  if (aggregator === 'own') return values.get(null) ?? null;
  if (all.length === 0) return null;
  if (aggregator === 'last') return all[all.length - 1] as number;
  return aggregator === 'max' ? Math.max(...all) : all.reduce((sum, value) => sum + value, 0);
}

describe('GaugeCell', () => {
  it.each<Aggregator>(['sum', 'max', 'last', 'own'])(
    'combines what this process and its workers tell, whoever comes and goes: %s',
    (aggregator) => {
      fc.assert(
        fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
          const cell = new GaugeCell(aggregator);
          const workers = [{}, {}, {}, {}];
          acts.forEach(({ who, value }, index) => {
            if (who === null) cell.set(value);
            else cell.tell(workers[who] as object, value);
            expect(cell.value).toBe(combined(aggregator, acts.slice(0, index + 1)));
          });
          expect(cell.changes).toBe(acts.length);
        }),
        { numRuns: 500 },
      );
    },
  );
});

describe('HistogramCell', () => {
  const layout = new BucketLayout({ fine: [1, 2, 5, 10], exported: [2, 10] });
  const value = fc.double({ min: 0, max: 20, noNaN: true });
  const step = fc.oneof(
    { weight: 5, arbitrary: value },
    { weight: 2, arbitrary: fc.array(value, { minLength: 1, maxLength: 4 }) },
    fc.constant('end of slot' as const),
    fc.constant('take' as const),
  );

  it('knows the extremes of each slot, of each report and since the start, however these interleave', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const cell = new HistogramCell(layout);
        const seen = { all: [] as number[], slot: [] as number[], untold: [] as number[] };
        const see = (...values: number[]): void => {
          for (const list of Object.values(seen)) list.push(...values);
        };
        for (const next of steps) {
          if (typeof next === 'number') {
            cell.record(next);
            see(next);
          } else if (Array.isArray(next)) {
            const other = new HistogramCell(layout);
            for (const recorded of next) other.record(recorded);
            const buckets = Array.from(other.counts).flatMap((count, index) => (count > 0 ? [index, count] : []));
            cell.add({ sum: other.sum, min: other.min, max: other.max, buckets });
            see(...next);
          } else if (next === 'end of slot') {
            cell.endSlot();
            seen.slot = [];
          } else {
            const { untold } = seen;
            expect(cell.takeExtremes()).toEqual(
              untold.length === 0 ? null : { min: Math.min(...untold), max: Math.max(...untold) },
            );
            seen.untold = [];
          }
          expect([cell.min, cell.max]).toEqual([Math.min(...seen.all), Math.max(...seen.all)]);
          expect([cell.slotMin, cell.slotMax]).toEqual([Math.min(...seen.slot), Math.max(...seen.slot)]);
          expect(cell.count).toBe(seen.all.length);
        }
        expect(cell.sum).toBeCloseTo(
          seen.all.reduce((sum, recorded) => sum + recorded, 0),
          9,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('hands on to an instrument of the SDK what is added, as single values', () => {
    const cell = new HistogramCell(layout);
    const tapped: number[] = [];
    cell.tap = (recorded) => void tapped.push(recorded);
    cell.add({ sum: 10, min: 3, max: 4, buckets: [2, 3] });
    expect(tapped).toHaveLength(3);
    expect(tapped.reduce((sum, recorded) => sum + recorded, 0)).toBeCloseTo(10, 9);
  });
});

import * as fc from 'fast-check';
import { DURATION_BUCKETS, SIZE_BUCKETS } from '../../../src/catalog/buckets.ts';
import { BucketLayout } from '../../../src/recording/bucket-layout.ts';
import { HistogramCell } from '../../../src/recording/cells.ts';
import { forEachLikely } from '../../../src/recording/histogram-increase.ts';

const LAYOUTS = [
  new BucketLayout(DURATION_BUCKETS),
  new BucketLayout(SIZE_BUCKETS),
  new BucketLayout({ fine: [0], exported: [0] }),
  new BucketLayout({ fine: [-3, -1, 0, 1, 1e300], exported: [1] }),
];

/** The double next above. */
function next(value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return view.getFloat64(0);
}

/** Values as they come, bounds, and those that are just beyond one. */
const valueIn = (layout: BucketLayout): fc.Arbitrary<number> => {
  const bounds = Array.from(layout.bounds).filter((bound) => bound >= 0);
  return fc.oneof(
    fc.double({ min: 0, max: 1e5, noNaN: true }).map(Math.abs),
    fc.constantFrom(...bounds),
    fc.constantFrom(...bounds).map(next),
  );
};

describe('forEachLikely', () => {
  it('gives as many values for each bucket as were recorded, none in another one, within the extremes, with their sum', () => {
    for (const layout of LAYOUTS) {
      fc.assert(
        fc.property(fc.array(valueIn(layout), { minLength: 1, maxLength: 40 }), (values) => {
          const cell = new HistogramCell(layout);
          values.forEach((value) => {
            cell.record(value);
          });
          const buckets = Array.from(cell.counts).flatMap((count, index) => (count > 0 ? [index, count] : []));
          const likely = new HistogramCell(layout);
          forEachLikely(layout, { sum: cell.sum, min: cell.min, max: cell.max, buckets }, (value) => {
            likely.record(value);
          });
          expect(Array.from(likely.counts)).toEqual(Array.from(cell.counts));
          expect(likely.min).toBeGreaterThanOrEqual(cell.min);
          expect(likely.max).toBeLessThanOrEqual(cell.max);
          expect(Math.abs(likely.sum - cell.sum)).toBeLessThanOrEqual(1e-9 * cell.sum + Number.MIN_VALUE * 1e9);
        }),
        { numRuns: 1000 },
      );
    }
  });
});

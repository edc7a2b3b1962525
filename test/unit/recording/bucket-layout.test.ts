import fc from 'fast-check';
import { CONNECTION_BUCKETS, DURATION_BUCKETS, SIZE_BUCKETS, same } from '../../../src/catalog/buckets.ts';
import { BucketLayout } from '../../../src/recording/bucket-layout.ts';

const bySearch = (bounds: readonly number[], value: number): number => {
  const index = bounds.findIndex((bound) => value <= bound);
  return index < 0 ? bounds.length : index;
};

describe('BucketLayout', () => {
  it.each([
    ['durations', DURATION_BUCKETS],
    ['sizes', SIZE_BUCKETS],
    ['connection durations', CONNECTION_BUCKETS],
  ])('finds every bound of %s and its neighbours where a search does', (_, spec) => {
    const layout = new BucketLayout(spec);
    for (const bound of spec.fine) {
      for (const value of [bound, bound * (1 + Number.EPSILON), bound * (1 - Number.EPSILON)]) {
        expect([value, layout.indexOf(value)]).toEqual([value, bySearch(spec.fine, value)]);
      }
    }
    for (const value of [0, -0, Number.MIN_VALUE, 1e-300, 1e300, Number.MAX_VALUE]) {
      expect(layout.indexOf(value)).toBe(bySearch(spec.fine, value));
    }
  });

  it('finds the bucket of any value in any layout where a search does', () => {
    const bound = fc.double({ min: -1e6, max: 1e12, noNaN: true });
    const bounds = fc.uniqueArray(bound, { minLength: 1, maxLength: 40 }).map((all) => all.sort((a, b) => a - b));
    const value = fc.double({ min: 0, max: 1e13, noNaN: true });
    fc.assert(
      fc.property(bounds, fc.array(value, { minLength: 1, maxLength: 20 }), (fine, values) => {
        const layout = new BucketLayout(same(fine));
        for (const each of [...values, ...fine.filter((one) => one >= 0)]) {
          expect(layout.indexOf(each)).toBe(bySearch(fine, each));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('sums recorded buckets into exported ones exactly', () => {
    const layout = new BucketLayout({ fine: [1, 2, 3, 4, 5], exported: [2, 5] });
    expect(layout.toExported(Float64Array.from([1, 10, 100, 1000, 10000, 100000]))).toEqual([11, 11100, 100000]);
  });
});

import { DURATION_BUCKETS } from '../../../src/catalog/buckets.ts';
import { BucketLayout } from '../../../src/recording/bucket-layout.ts';
import { HistogramCell } from '../../../src/recording/cells.ts';
import { quantile } from '../../../src/recording/quantile.ts';
import { DISTRIBUTIONS, seededRandom } from '../../support/distributions.ts';

const layout = new BucketLayout(DURATION_BUCKETS);
const QUANTILES = [0.5, 0.9, 0.95, 0.99];
const SCALES = 40;
const SAMPLES = 20_000;

/** Exact quantile of sorted values: the smallest of which at least the share q is not above it. */
const exact = (sorted: readonly number[], q: number): number => sorted[Math.ceil(q * sorted.length) - 1]!;

const estimate = (cell: HistogramCell, q: number): number | null =>
  quantile(layout, cell.counts, cell.count, q, cell.min, cell.max);

describe('quantile', () => {
  it.each(Object.entries(DISTRIBUTIONS))('stays within 5 %% of the exact one for %s, at 40 scales', (_, draw) => {
    let worst = 0;
    for (let scale = 0; scale < SCALES; scale++) {
      const random = seededRandom(scale + 1);
      const middle = 1e-5 * (100 / 1e-5) ** (scale / (SCALES - 1));
      const cell = new HistogramCell(layout);
      const values: number[] = [];
      for (let sample = 0; sample < SAMPLES; sample++) {
        const value = middle * draw(random);
        values.push(value);
        cell.record(value);
      }
      values.sort((a, b) => a - b);
      for (const q of QUANTILES) {
        const expected = exact(values, q);
        worst = Math.max(worst, Math.abs(estimate(cell, q)! - expected) / expected);
      }
    }
    expect(worst).toBeLessThan(0.05);
  });

  it('gives null without an observation and the value itself for a single one', () => {
    const cell = new HistogramCell(layout);
    expect(estimate(cell, 0.99)).toBeNull();
    cell.record(0.123);
    expect(QUANTILES.map((q) => estimate(cell, q))).toEqual([0.123, 0.123, 0.123, 0.123]);
  });

  it('never leaves what was observed, beyond the grid and at zero too', () => {
    const cell = new HistogramCell(layout);
    [0, 0, 1e-9, 25_000, 30_000].forEach((value) => cell.record(value));
    expect(estimate(cell, 0)).toBe(0);
    expect(estimate(cell, 1)).toBe(30_000);
    for (const q of QUANTILES) {
      expect(estimate(cell, q)).toBeGreaterThanOrEqual(0);
      expect(estimate(cell, q)).toBeLessThanOrEqual(30_000);
    }
  });
});

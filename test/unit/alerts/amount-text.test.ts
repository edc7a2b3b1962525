import fc from 'fast-check';
import { amountText, durationText } from '../../../src/alerts/amount-text.ts';

describe('amountText', () => {
  it.each([
    [1520.4, 'ms', '1.52 s'],
    [1000, 'ms', '1 s'],
    [37.25, 'ms', '37.3 ms'],
    [0.0421, 'ms', '42.1 µs'],
    [999.6, 'ms', '1 s'],
    [0, 'ms', '0 ms'],
    [0.25, 's', '250 ms'],
    [81.34, '%', '81.3 %'],
    [12_345_678, 'By', '12.3 MB'],
    [999, 'By', '999 B'],
    [0.5, 'By', '0.5 B'],
    [0, 'By', '0 B'],
    [1204, '', '1204'],
    [1_234_567, '', '1234567'],
    [0.000123456, '', '0.000123'],
    [-12.345, '', '-12.3'],
    [12.345, '/s', '12.3/s'],
    [2_500_000, 'By/s', '2.5 MB/s'],
    [3, 'orders', '3 orders'],
  ])('writes %d %s as %s', (value, unit, text) => {
    expect(amountText(value, unit, -1)).toBe(text);
  });

  it('gives as many digits as tell a value from its threshold', () => {
    expect(amountText(1000.4, 'ms', 1000)).toBe('1.0004 s');
    expect(amountText(999.6, 'ms', 1000)).toBe('0.9996 s');
    expect(amountText(75.01, '%', 75)).toBe('75.01 %');
    expect(amountText(1520.4, 'ms', 1518)).toBe('1.52 s');
    expect(amountText(1520.4, 'ms', 1520)).toBe('1.5204 s');
  });

  it('writes a threshold as it was configured', () => {
    const thresholds: readonly (readonly [number, string])[] = [
      [1234.5, 'ms'],
      [0.07 * 100, '%'],
      [1_048_576, 'By'],
    ];
    expect(thresholds.map(([threshold, unit]) => amountText(threshold, unit, threshold))).toEqual([
      '1.2345 s',
      '7 %',
      '1.048576 MB',
    ]);
  });

  it('never writes a value on the other side of its threshold', () => {
    const amounts = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(amounts, fc.double({ min: 0.99, max: 1.01, noNaN: true }), (threshold, factor) => {
        const value = threshold * factor;
        const shown = Number(amountText(value, '', threshold));
        expect(Math.sign(shown - threshold)).toBe(Math.sign(value - threshold));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe('durationText', () => {
  it.each([
    [0, '0 ms'],
    [200, '200 ms'],
    [1500, '1.5 s'],
    [10_000, '10 s'],
    [59_999, '59.9 s'],
    [60_000, '1 min'],
    [130_400, '2 min 10 s'],
    [3_600_000, '1 h'],
    [11_100_000, '3 h 5 min'],
    [352_800_000, '4 d 2 h'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

import * as quantity from '../../../src/cli/quantity.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [64_240, '64.2 kB'],
    [999_499, '999 kB'],
    [999_600, '1.00 MB'],
    [1.5e9, '1.50 GB'],
    [3e15, '3,000 TB'],
    [null, '–'],
  ])('writes %p as %s', (bytes, text) => {
    expect(quantity.formatBytes(bytes)).toBe(text);
  });
});

describe('formatMilliseconds', () => {
  it.each([
    [0, '0 ms'],
    [0.0047, '4.70 µs'],
    [0.0996, '0.10 ms'],
    [0.42, '0.42 ms'],
    [9.996, '10.0 ms'],
    [23.14, '23.1 ms'],
    [140.4, '140 ms'],
    [999.6, '1.00 s'],
    [61_000, '61.0 s'],
    [null, '–'],
  ])('writes %p as %s', (milliseconds, text) => {
    expect(quantity.formatMilliseconds(milliseconds)).toBe(text);
  });
});

describe('formatCount', () => {
  it('groups thousands and rounds', () => {
    expect([0, 999, 1000, 1_234_567.6].map(quantity.formatCount)).toEqual(['0', '999', '1,000', '1,234,568']);
  });
});

describe('formatRate', () => {
  it('keeps three digits, and whole numbers from a hundred', () => {
    expect([0, 8.4, 99.4, 99.96, 1234.4].map(quantity.formatRate)).toEqual([
      '0/s',
      '8.40/s',
      '99.4/s',
      '100/s',
      '1,234/s',
    ]);
  });
});

describe('formatPercent', () => {
  it('takes percent and keeps what is unknown apart from zero', () => {
    expect([0, 0.314, 14.2, 100, null].map(quantity.formatPercent)).toEqual(['0 %', '0.31 %', '14.2 %', '100 %', '–']);
  });
});

describe('formatElapsed', () => {
  it('goes from seconds to minutes to hours', () => {
    expect([0, 7.4, 59.6, 125, 3725].map(quantity.formatElapsed)).toEqual([
      '0 s',
      '7 s',
      '1 min 00 s',
      '2 min 05 s',
      '1 h 02 min',
    ]);
  });
});

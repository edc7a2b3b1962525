import { CounterCell } from '../../../src/recording/cells.ts';
import { Family } from '../../../src/recording/family.ts';
import type { SeriesLimits } from '../../../src/recording/family.ts';

const SPEC = {
  name: 'test.errors',
  kind: 'counter',
  unit: '{error}',
  description: 'Errors',
  attributes: [{ key: 'component' }, { key: 'severity', values: ['warning', 'error'] }],
} as const;

function createFamily(limits: SeriesLimits = { attributeValues: 3, series: 5 }) {
  const overflows: string[] = [];
  const family = new Family(
    SPEC,
    () => new CounterCell(),
    limits,
    (metric) => overflows.push(metric),
  );
  return { family, overflows };
}

describe('Family', () => {
  it('gives one cell for one set of values, and frozen attributes that stay the same object', () => {
    const { family } = createFamily();
    const cell = family.at(['db', 'error']);
    expect(family.at(['db', 'error'])).toBe(cell);
    expect(family.at(['db', 'warning'])).not.toBe(cell);
    const { attributes } = family.seriesAt(['db', 'error']);
    expect(attributes).toEqual({ component: 'db', severity: 'error' });
    expect(Object.isFrozen(attributes)).toBe(true);
    expect(family.seriesAt(['db', 'error']).attributes).toBe(attributes);
  });

  it('leaves an attribute out that has no value', () => {
    const { family } = createFamily();
    expect(family.seriesAt([undefined, 'error']).attributes).toEqual({ severity: 'error' });
  });

  it('takes only the attribute that is beyond its cap from a series, and keeps the closed ones', () => {
    const { family, overflows } = createFamily({ attributeValues: 3, series: 1900 });
    for (const component of ['a', 'b', 'c', 'd', 'e']) family.at([component, 'error']).add(1);
    family.at(['d', 'warning']).add(1);
    family.at(['a', 'warning']).add(1);
    expect(family.series.map(({ attributes, cell }) => [attributes, cell.value])).toEqual([
      [{ component: 'a', severity: 'error' }, 1],
      [{ component: 'b', severity: 'error' }, 1],
      [{ component: 'c', severity: 'error' }, 1],
      [{ severity: 'error', 'otel.metric.overflow': true }, 2],
      [{ severity: 'warning', 'otel.metric.overflow': true }, 1],
      [{ component: 'a', severity: 'warning' }, 1],
    ]);
    expect(overflows).toEqual(['test.errors', 'test.errors', 'test.errors']);
  });

  it('folds further series into the overflow once there are as many as allowed', () => {
    const { family, overflows } = createFamily({ attributeValues: 100, series: 2 });
    for (const component of ['a', 'b', 'c', 'd']) family.at([component, 'error']).add(1);
    expect(family.series.map(({ attributes }) => attributes)).toEqual([
      { component: 'a', severity: 'error' },
      { component: 'b', severity: 'error' },
      { severity: 'error', 'otel.metric.overflow': true },
    ]);
    expect(overflows).toHaveLength(2);
  });

  it('treats a value that is too long as one beyond the cap', () => {
    const { family } = createFamily();
    expect(family.seriesAt(['x'.repeat(10_000_000), 'error']).attributes).toEqual({
      severity: 'error',
      'otel.metric.overflow': true,
    });
  });

  it('stays small under a million values', () => {
    const { family, overflows } = createFamily({ attributeValues: 100, series: 1900 });
    for (let index = 0; index < 1_000_000; index++) family.at([`component ${index}`, 'error']).add(1);
    expect(family.series).toHaveLength(101);
    expect(overflows).toHaveLength(999_900);
    expect(family.series.reduce((sum, { cell }) => sum + cell.value, 0)).toBe(1_000_000);
  });

  it('takes names of Object.prototype as plain values and keys', () => {
    const spec = { ...SPEC, attributes: [{ key: '__proto__' }, { key: 'constructor' }] };
    const family = new Family(
      spec,
      () => new CounterCell(),
      { attributeValues: 9, series: 9 },
      () => undefined,
    );
    const { attributes } = family.seriesAt(['__proto__', 'toString']);
    expect(Object.keys(attributes)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(family.at(['__proto__', 'toString'])).toBe(family.series[0]?.cell);
  });

  it('tells of series there are and of those that will be, until it is told to stop', () => {
    const { family } = createFamily();
    family.at(['a', 'error']);
    const seen: unknown[] = [];
    const stop = family.forEachSeries(({ attributes }) => seen.push(attributes['component']));
    family.at(['b', 'error']);
    stop();
    family.at(['c', 'error']);
    expect(seen).toEqual(['a', 'b']);
  });
});

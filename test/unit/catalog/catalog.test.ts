import { DURATION_BUCKETS, EXPORTED_DURATIONS, SIZE_BUCKETS, durationBuckets } from '../../../src/catalog/buckets.ts';
import { CATALOG } from '../../../src/catalog/index.ts';
import { prometheusName } from '../../../src/catalog/prometheus-name.ts';

describe('the catalogue', () => {
  it('names each metric once, also as Prometheus spells it', () => {
    const names = CATALOG.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const spelled = CATALOG.map(({ name, unit, kind }) => prometheusName(name, unit, kind)?.name);
    expect(new Set(spelled).size).toBe(names.length);
  });

  it.each(CATALOG.map((spec) => [spec.name, spec] as const))(
    '%s follows the naming rules of OpenTelemetry',
    (name, spec) => {
      expect(name).toMatch(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/);
      expect(name).not.toMatch(/(^|[._])(total|seconds|bytes|ratio)([._]|$)/);
      expect(spec.unit).toMatch(/^(s|By|1|\{[a-z]+\})$/);
      expect(spec.description).toMatch(/^\S.*[^.\s]$/);
      expect(spec.kind === 'histogram').toBe(spec.buckets !== undefined);
    },
  );
});

describe('the buckets', () => {
  it('record durations in R20 from 1 µs to 10,000 s and export R5 from 0.1 ms to 63 s', () => {
    expect(DURATION_BUCKETS.fine).toHaveLength(201);
    expect([DURATION_BUCKETS.fine[0], DURATION_BUCKETS.fine[200]]).toEqual([0.000001, 10_000]);
    expect(EXPORTED_DURATIONS).toHaveLength(30);
    expect(EXPORTED_DURATIONS.slice(0, 6)).toEqual([0.0001, 0.00016, 0.00025, 0.0004, 0.00063, 0.001]);
    expect(EXPORTED_DURATIONS.at(-1)).toBe(63);
  });

  it('nest the exported layout in the recorded one, thresholds and own bounds included', () => {
    const { fine, exported } = durationBuckets([0.5, 7.77, 300], [1.234]);
    expect(exported).toEqual([0.5, 1.234, 7.77, 300]);
    expect(exported.every((bound) => fine.includes(bound))).toBe(true);
    expect(fine).toEqual([...fine].sort((a, b) => a - b));
    expect(EXPORTED_DURATIONS.every((bound) => DURATION_BUCKETS.fine.includes(bound))).toBe(true);
  });

  it('stay within 36 series a histogram', () => {
    expect(EXPORTED_DURATIONS.length + 3).toBe(33);
    expect(durationBuckets(EXPORTED_DURATIONS, [1, 5]).exported.length + 3).toBeLessThanOrEqual(36);
  });

  it('measure sizes from 64 B to 16 MiB', () => {
    expect(SIZE_BUCKETS.exported).toEqual([64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216]);
  });
});

import fc from 'fast-check';
import { compares, releaseThreshold } from '../../../src/alerts/rule.ts';
import type { AlertRule } from '../../../src/alerts/rule.ts';
import { evaluates, thresholdOf } from '../../../src/grafana/alerting/threshold.ts';

const COMPARISONS = ['>', '>=', '<', '<='] as const;

function ruleWith(more: Pick<AlertRule, 'comparison' | 'threshold' | 'hysteresisRatio'>): AlertRule {
  return {
    ...{ name: 'r', rule: 'r', severity: 'warning', measure: { kind: 'gauge', metric: 'm' } },
    ...{ display: { scale: 1, unit: '' }, forMs: 0, keepFiringForMs: 0, minObservations: 0, labels: {}, summary: '' },
    ...more,
  };
}

/** Values around a limit, down to the doubles beside it. */
function around(limit: number): number[] {
  const steps = [1, 2, 7].map((count) => count * (Math.abs(limit) * Number.EPSILON || Number.MIN_VALUE));
  return [limit, ...steps.flatMap((step) => [limit - step, limit + step]), limit - 1, limit + 1, -limit, 0];
}

const thresholds = fc.oneof(
  fc.integer({ min: -1_000_000, max: 1_000_000 }),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((thousandths) => thousandths / 1000),
  fc.constantFrom(0, -0, 1e-9, 1e300, -1e300, 0.1 + 0.2),
);

describe('a threshold for Grafana', () => {
  it('is passed just by the values that the rule is about', () => {
    fc.assert(
      fc.property(thresholds, fc.constantFrom(...COMPARISONS), (threshold, comparison) => {
        const { evaluator } = thresholdOf(ruleWith({ threshold, comparison, hysteresisRatio: 0 }));
        const limit = Number(threshold.toPrecision(12));
        for (const value of around(limit)) {
          expect([value, evaluates(evaluator, value)]).toEqual([value, compares(value, comparison, limit)]);
        }
      }),
      { seed: 20_261_122 },
    );
  });

  it('is released just by the values at which an alert that fires is over', () => {
    fc.assert(
      fc.property(
        thresholds.filter((threshold) => threshold !== 0),
        fc.constantFrom(...COMPARISONS),
        fc.constantFrom(0.01, 0.1, 0.5),
        (threshold, comparison, hysteresisRatio) => {
          const rule = ruleWith({ threshold, comparison, hysteresisRatio });
          const { unloadEvaluator } = thresholdOf(rule);
          const limit = Number(releaseThreshold(rule).toPrecision(12));
          for (const value of around(limit)) {
            expect([value, evaluates(unloadEvaluator!, value)]).toEqual([value, !compares(value, comparison, limit)]);
          }
        },
      ),
      { seed: 20_261_122 },
    );
  });

  it.each(COMPARISONS)('has nothing to release without hysteresis, and at 0, for %s', (comparison) => {
    expect(thresholdOf(ruleWith({ threshold: 5, comparison, hysteresisRatio: 0 }))).not.toHaveProperty(
      'unloadEvaluator',
    );
    expect(thresholdOf(ruleWith({ threshold: 0, comparison, hysteresisRatio: 0.1 }))).not.toHaveProperty(
      'unloadEvaluator',
    );
  });

  it('is the same number again once it was written as JSON', () => {
    const { evaluator } = thresholdOf(ruleWith({ threshold: 0, comparison: '>=', hysteresisRatio: 0 }));
    expect(JSON.parse(JSON.stringify(evaluator))).toEqual({ type: 'gt', params: [-Number.MIN_VALUE] });
  });
});

import type { Reading } from '../../../src/alerts/measure.ts';
import type { AlertInstance } from '../../../src/alerts/alert-instance.ts';
import { WatchedRule, ruleKey } from '../../../src/alerts/watched-rule.ts';
import { aRule } from '../../support/alert-rule.ts';

const reading = (queue: string, value: number): Reading => ({
  labels: { queue },
  key: queue,
  value,
  observations: Infinity,
  partial: false,
});

describe('WatchedRule', () => {
  it('keeps nothing of a series whose alert is inactive again', () => {
    const claims = new Map<string, AlertInstance>();
    const watched = new WatchedRule(aRule({ forMs: 5000 }), { job: 'chat', instance: 'host-1' }, claims);
    const evaluate = (round: number, value: number): void => {
      const now = { monotonicMs: round * 1000, epochMs: round * 1000 };
      watched.evaluate([reading('a', value), reading('b', 0)], now, round, () => undefined);
    };
    expect(watched.idle).toBe(true);
    evaluate(1, 200);
    expect([watched.idle, claims.size]).toEqual([false, 1]);
    evaluate(2, 0);
    expect([watched.idle, claims.size]).toEqual([true, 0]);
  });
});

describe('ruleKey', () => {
  it('is the same for other thresholds and patience, and whatever the order of the labels', () => {
    const one = aRule({ labels: { a: '1', b: '2' } });
    const other = aRule({ labels: { b: '2', a: '1' }, threshold: 7, forMs: 1, measure: { kind: 'silence' } });
    expect(ruleKey(one)).toBe(ruleKey(other));
  });

  it('is another for each name, severity and label', () => {
    const keys = [{}, { name: 'x' }, { severity: 'critical' } as const, { labels: { a: '1' } }].map((more) =>
      ruleKey(aRule(more)),
    );
    expect(new Set(keys).size).toBe(4);
  });
});

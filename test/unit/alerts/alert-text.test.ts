import { descriptionOf, runbookUrlOf, summaryOf } from '../../../src/alerts/alert-text.ts';
import type { AlertFacts } from '../../../src/alerts/alert-text.ts';
import type { AlertRule, Measure } from '../../../src/alerts/rule.ts';
import { aRule } from '../../support/alert-rule.ts';

const LATENCY: AlertRule = aRule({
  measure: { kind: 'histogram', metric: 'realtime.latency', statistic: 'p95' },
  threshold: 1,
  display: { scale: 1000, unit: 'ms' },
});
const FACTS: AlertFacts = {
  rule: LATENCY,
  state: 'firing',
  series: {},
  value: 1.5204,
  observed: true,
  configured: true,
  lastedMs: 10_000,
};
const describeFacts = (more: Partial<AlertFacts>): string => descriptionOf({ ...FACTS, ...more });

describe('descriptionOf', () => {
  it('says what is beyond which threshold, and for how long', () => {
    expect(describeFacts({})).toBe('p95 application latency is 1.52 s, above 1 s for 10 s.');
    expect(describeFacts({ state: 'pending', lastedMs: 0 })).toBe('p95 application latency is 1.52 s, above 1 s.');
  });

  it('says when the value is back, but not for good', () => {
    expect(describeFacts({ value: 0.95 })).toBe(
      'p95 application latency is 950 ms; it was above 1 s and is not back for good yet.',
    );
  });

  it('says when there is no value', () => {
    expect(describeFacts({ observed: false })).toBe(
      'p95 application latency has no value at the moment; the last was 1.52 s, the threshold above 1 s.',
    );
    expect(describeFacts({ observed: false, state: 'resolved', lastedMs: 130_000 })).toBe(
      'p95 application latency has no value any more; the last was 1.52 s. The alert lasted 2 min 10 s.',
    );
  });

  it('says how it ended', () => {
    expect(describeFacts({ state: 'resolved', value: 0.2 })).toBe(
      'p95 application latency is 200 ms, no longer above 1 s. The alert lasted 10 s.',
    );
    expect(describeFacts({ state: 'resolved', configured: false })).toBe(
      'The rule is no longer configured; p95 application latency was 1.52 s. The alert lasted 10 s.',
    );
  });

  it.each<[string, Measure, Partial<AlertRule>, number]>([
    ['The error rate is 7.5 %, above 5 %', { kind: 'error_rate' }, { threshold: 0.05, display: percent() }, 0.075],
    [
      'Memory use is 81.3 %, above 75 %',
      { kind: 'gauge', metric: 'process.memory.utilization' },
      { threshold: 0.75, display: percent() },
      0.8134,
    ],
    [
      'The average message handler time is 20 ms, at or above 15 ms',
      { kind: 'histogram', metric: 'websocket.server.message.process.duration', statistic: 'avg' },
      { threshold: 0.015, comparison: '>=', display: { scale: 1000, unit: 'ms' } },
      0.02,
    ],
    [
      'The rate of orders is 0.5/s, below 1/s',
      { kind: 'counter', metric: 'orders', statistic: 'rate' },
      { comparison: '<', threshold: 1, display: { scale: 1, unit: '/s' } },
      0.5,
    ],
    ['The value of rooms is 12, above 10', { kind: 'gauge', metric: 'rooms' }, { threshold: 10 }, 12],
    [
      'The smallest pay is 1, at or below 1',
      { kind: 'histogram', metric: 'pay', statistic: 'min' },
      { comparison: '<=', threshold: 1 },
      1,
    ],
  ])('knows the sentence %j', (sentence, measure, more, value) => {
    expect(describeFacts({ rule: { ...aRule({}), measure, ...more }, value })).toBe(`${sentence} for 10 s.`);
  });

  it('names the series', () => {
    const rule = aRule({ measure: { kind: 'gauge', metric: 'realtime.queue.size' }, threshold: 100 });
    expect(describeFacts({ rule, series: { queue: 'jobs' }, value: 120 })).toBe(
      'Queue size (queue=jobs) is 120, above 100 for 10 s.',
    );
    expect(summaryOf(aRule({ summary: 'A queue is long' }), { queue: 'jobs' })).toBe('A queue is long (queue=jobs)');
  });

  it('speaks of silence in its own words', () => {
    const rule = aRule({
      measure: { kind: 'silence' },
      comparison: '>=',
      threshold: 300,
      display: { scale: 1000, unit: 'ms' },
    });
    expect(describeFacts({ rule, value: 310 })).toBe(
      'No message has come or gone for 5 min 10 s; the threshold is 5 min.',
    );
    expect(describeFacts({ rule, value: 2 })).toBe('Messages come or go again, after more than 5 min without any.');
    expect(describeFacts({ rule, value: 2, state: 'resolved', lastedMs: 60_000 })).toBe(
      'Messages come or go again. The alert lasted 1 min.',
    );
    expect(describeFacts({ rule, value: 310, state: 'resolved', configured: false })).toBe(
      'The rule is no longer configured; the last message was 5 min 10 s ago.',
    );
  });
});

describe('runbookUrlOf', () => {
  it('puts the name of the alert in, everywhere and as it is', () => {
    expect(runbookUrlOf('https://example.com/{alert}#{alert}', 'a$&b')).toBe('https://example.com/a$&b#a$&b');
    expect(runbookUrlOf('https://example.com/', 'a')).toBe('https://example.com/');
  });
});

function percent(): AlertRule['display'] {
  return { scale: 100, unit: '%' };
}

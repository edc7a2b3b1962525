import { DURATION_BUCKETS } from '../../../src/catalog/buckets.ts';
import type { MetricSpec } from '../../../src/catalog/metric.ts';
import { rulesOfSection, startAlerting } from '../../support/alerting.ts';

const spec = (name: string, kind: MetricSpec['kind'], ...keys: string[]): MetricSpec => ({
  name,
  kind,
  unit: '1',
  description: 'A metric of the application',
  attributes: keys.map((key) => ({ key })),
  ...(kind === 'histogram' && { buckets: DURATION_BUCKETS }),
});

/** Rules that need no patience, besides which there are none. */
const only = (...rules: readonly Readonly<Record<string, unknown>>[]) =>
  rulesOfSection({
    for_ms: 0,
    keep_firing_for_ms: 0,
    hysteresis_percent: 0,
    thresholds: { high_latency_ms: null, error_rate_warning: null, memory_warning_percent: null },
    rules: rules.map((rule) => ({ name: 'mine', threshold: 5, ...rule })),
  }).filter(({ name }) => name === 'mine');

describe("the user's rules", () => {
  it.each([
    ['avg', 5.5, 'The average pay is 5.5, above 5.'],
    ['min', 5.4, 'The smallest pay is 5.4, above 5.'],
    ['max', 5.6, 'The largest pay is 5.6, above 5.'],
    ['p50', 5.5, 'p50 pay is '],
    ['p95', 5.6, 'p95 pay is '],
    ['p99', 5.6, 'p99 pay is '],
  ])('watch the %s of a histogram', (statistic, value, sentence) => {
    const alerting = startAlerting(only({ metric: 'pay', statistic, min_observations: 2 }));
    const pay = alerting.recorder.histogram(spec('pay', 'histogram', 'method'));
    pay.at(['card']).record(5.4);
    expect(alerting.pass(1)).toEqual([]);
    pay.at(['cash']).record(5.6);
    expect(alerting.pass(1)).toEqual(['mine firing']);
    expect(Math.abs((alerting.alert('mine')?.value ?? NaN) - value)).toBeLessThan(0.11);
    expect(alerting.alert('mine')?.description).toContain(sentence);
    expect(alerting.pass(70)).toEqual(['mine resolved']);
  });

  it('watch the rate of a counter', () => {
    const alerting = startAlerting(only({ metric: 'orders', statistic: 'rate', min_observations: 0 }));
    const orders = alerting.recorder.counter(spec('orders', 'counter')).at([]);
    const add = (amount: number) => () => {
      orders.add(amount);
    };
    alerting.pass(70, add(2));
    expect(alerting.told).toEqual([]);
    expect(alerting.pass(10, add(50))).toEqual(['mine firing']);
    expect(alerting.alert('mine')?.unit).toBe('/s');
    expect(alerting.pass(80, add(1))).toEqual(['mine resolved']);
  });

  it('watch the increase of a counter', () => {
    const alerting = startAlerting(only({ metric: 'orders', statistic: 'increase', min_observations: 0 }));
    const orders = alerting.recorder.counter(spec('orders', 'counter')).at([]);
    orders.add(5);
    expect(alerting.pass(1)).toEqual([]);
    orders.add(1);
    expect(alerting.pass(1)).toEqual(['mine firing']);
    expect(alerting.alert('mine')?.description).toBe('The increase of orders is 6, above 5.');
  });

  it.each(['increase', 'rate'])(
    'notice that the %s of a counter is too small, but not before its window is full',
    (statistic) => {
      const rule = { metric: 'orders', statistic, comparison: '<', threshold: 1 };
      const alerting = startAlerting(only(rule));
      const orders = alerting.recorder.counter(spec('orders', 'counter')).at([]);
      expect(alerting.pass(59)).toEqual([]);
      expect(alerting.pass(2)).toEqual(['mine firing']);
      orders.add(100);
      expect(alerting.pass(1)).toEqual(['mine resolved']);
    },
  );

  it('watch each series of a gauge, with its attributes as labels', () => {
    const alerting = startAlerting(only({ metric: 'rooms', statistic: 'value', labels: { team: 'chat' } }));
    const rooms = alerting.recorder.gauge(spec('rooms', 'gauge', 'http.route', 'job', 'team'));
    rooms.at(['/a', 'nightly', 'blue']).set(9);
    rooms.at(['/b', undefined, undefined]).set(5);
    expect(alerting.pass(1)).toEqual(['mine firing']);
    expect(alerting.alert('mine')?.labels).toEqual({
      alertname: 'mine',
      severity: 'warning',
      rule: 'mine',
      job: 'chat',
      instance: 'host-1',
      team: 'chat',
      http_route: '/a',
      exported_job: 'nightly',
      exported_team: 'blue',
    });
  });

  it('keep series apart that differ in a reserved name alone', () => {
    const alerting = startAlerting(only({ metric: 'rooms', statistic: 'value' }));
    const rooms = alerting.recorder.gauge(spec('rooms', 'gauge', 'instance'));
    rooms.at(['a']).set(9);
    rooms.at(['b']).set(9);
    alerting.pass(1);
    expect(alerting.engine.alerts.map(({ labels }) => [labels['instance'], labels['exported_instance']])).toEqual([
      ['host-1', 'a'],
      ['host-1', 'b'],
    ]);
  });

  it.each([
    ['>', [4, 5, 6], [6]],
    ['>=', [4, 5, 6], [5, 6]],
    ['<', [4, 5, 6], [4]],
    ['<=', [4, 5, 6], [4, 5]],
  ])('compare by %s', (comparison, values, firing) => {
    const alerting = startAlerting(only({ metric: 'rooms', statistic: 'value', comparison }));
    const rooms = alerting.recorder.gauge(spec('rooms', 'gauge', 'room'));
    for (const value of values) rooms.at([String(value)]).set(value);
    alerting.pass(1);
    expect(alerting.engine.alerts.map(({ value }) => value)).toEqual(firing);
  });

  it('hold what is below its threshold within a band above it', () => {
    const rule = {
      name: 'mine',
      metric: 'rooms',
      statistic: 'value',
      comparison: '<',
      threshold: 10,
      for_ms: 0,
      keep_firing_for_ms: 0,
    };
    const alerting = startAlerting(rulesOfSection({ rules: [rule], hysteresis_percent: 20 }));
    const room = alerting.recorder.gauge(spec('rooms', 'gauge')).at([]);
    room.set(9);
    expect(alerting.pass(1)).toEqual(['mine firing']);
    room.set(11.9);
    expect(alerting.pass(60)).toEqual([]);
    room.set(12);
    expect(alerting.pass(1)).toEqual(['mine resolved']);
  });

  it('wait for a metric that is declared later, and count it from its first observation', () => {
    const rules = [
      ...only({ metric: 'orders', statistic: 'increase', min_observations: 0 }),
      ...only({ metric: 'pay', statistic: 'max', min_observations: 0, severity: 'critical' }),
    ];
    const alerting = startAlerting(rules);
    expect(alerting.pass(100)).toEqual([]);
    alerting.recorder.counter(spec('orders', 'counter')).at([]).add(6);
    alerting.recorder.histogram(spec('pay', 'histogram')).at([]).record(6);
    alerting.clock.advance(5000);
    alerting.engine.evaluate();
    expect(alerting.engine.alerts.map(({ severity, value }) => [severity, value])).toEqual([
      ['warning', 6],
      ['critical', 6],
    ]);
  });

  it('end when the metric has no value any more', () => {
    const alerting = startAlerting(only({ metric: 'rooms', statistic: 'value' }));
    const room = alerting.recorder.gauge(spec('rooms', 'gauge')).at([]);
    room.set(9);
    expect(alerting.pass(1)).toEqual(['mine firing']);
    room.set(null);
    expect(alerting.pass(1)).toEqual(['mine resolved']);
    expect(alerting.alert('mine')).toMatchObject({ value: 9 });
  });
});

import fc from 'fast-check';
import { CATALOG } from '../../../src/catalog/index.ts';
import { promDuration } from '../../../src/promql/duration.ts';
import * as series from '../../../src/promql/series.ts';
import { increaseOver, sumBy } from '../../../src/promql/window.ts';
import { readPromql, withVariables } from '../../support/promql.ts';

const messages = series.metricNamed('websocket.server.messages');
const latency = series.metricNamed('realtime.latency');
const memory = series.metricNamed('process.memory.utilization');

describe('promDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [1500, '1s500ms'],
    [15_000, '15s'],
    [60_000, '1m'],
    [90_000, '1m30s'],
    [86_400_000, '1d'],
    [90_061_001, '1d1h1m1s1ms'],
  ])('writes %p ms as %s', (ms, text) => {
    expect(promDuration(ms)).toBe(text);
  });

  it('loses nothing', () => {
    const sizes: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
    const read = (text: string): number =>
      [...text.matchAll(/(\d+)(ms|[dhms])/g)].reduce(
        (sum, [, n, unit = '']) => sum + Number(n) * (sizes[unit] ?? NaN),
        0,
      );
    fc.assert(
      fc.property(fc.nat(10 * 86_400_000), (ms) => read(promDuration(ms)) === ms),
      { seed: 20_261_122 },
    );
  });

  it.each([-1, 0.5, NaN, Infinity])('throws for %p', (ms) => {
    expect(() => promDuration(ms)).toThrow(RangeError);
  });
});

describe('a selector', () => {
  it('has the name of Prometheus, and labels for attributes', () => {
    expect(series.counter(messages)).toBe('websocket_server_messages_total');
    expect(series.counter(messages, { 'network.io.direction': 'receive', job: 'a"b\\' })).toBe(
      'websocket_server_messages_total{network_io_direction="receive", job="a\\"b\\\\"}',
    );
    expect(series.gauge(memory)).toBe('process_memory_utilization_ratio');
    expect(series.buckets(latency, { le: '+Inf' })).toBe('realtime_latency_seconds_bucket{le="+Inf"}');
    expect(series.observationCount(latency)).toBe('realtime_latency_seconds_count');
    expect(series.observationSum(latency)).toBe('realtime_latency_seconds_sum');
  });

  it('cannot be written for a metric, an attribute or a kind that there is not', () => {
    expect(() => series.metricNamed('websocket.server.mesages')).toThrow('there is no metric websocket.server.mesages');
    expect(() => series.counter(messages, { direction: 'receive' })).toThrow('has no attribute direction');
    expect(() => series.counter(messages, { le: '1' })).toThrow('has no attribute le');
    expect(() => series.gauge(messages)).toThrow(
      'websocket.server.messages is a counter, not a gauge or up_down_counter',
    );
    expect(() => series.buckets(memory)).toThrow('process.memory.utilization is a gauge, not a histogram');
    expect(() => series.gauge({ name: 'target', kind: 'gauge', unit: '' })).toThrow('has no name in Prometheus');
  });

  it('can ask for a pattern, or for all but one value', () => {
    expect(series.counter(messages, { job: { matches: '$job' }, 'network.io.direction': { except: 'receive' } })).toBe(
      'websocket_server_messages_total{job=~"$job", network_io_direction!="receive"}',
    );
  });

  it('is read as one, whatever the metric is called', () => {
    for (const name of ['nan', 'Inf', 'by', 'on', 'offset', 'bool', 'with', 'group_left', 'sum', 'and']) {
      const selector = series.gauge({ name, kind: 'gauge', unit: '' }, { job: 'a' });
      expect(readPromql(`max(${selector})`).selectors).toMatchObject([{ name, matchers: [{ label: 'job' }] }]);
    }
  });

  it('takes any attribute of a metric that is not in the catalogue', () => {
    const orders = { name: 'shop.orders', kind: 'counter', unit: '{order}' } as const;
    expect(series.counter(orders, { 'shop.name': 'north' })).toBe('shop_orders_total{shop_name="north"}');
  });

  it('can be written for every metric of the catalogue', () => {
    for (const metric of CATALOG) expect(series.nameOf(metric)).toMatch(/^[a-z][a-z0-9_]*$/);
  });
});

describe('increaseOver', () => {
  it('looks at the whole range and at the age of the process', () => {
    const expression = sumBy(['job'], increaseOver('x_total', 90_000));
    expect(expression).toMatch(
      /^sum by \(job\) \(\n {2}x_total and on \(job, instance\) process_uptime_seconds < 90\n/,
    );
    expect(expression.match(/1m30s/g)).toHaveLength(3);
  });

  it('can be over a range that is filled in later, of processes that are chosen later', () => {
    const range = { duration: '$__rate_interval', seconds: '$__rate_interval' };
    const scope = { job: { matches: '$job' } };
    const expression = increaseOver('x_total{job=~"$job"}', range, scope);
    const { selectors } = readPromql(withVariables(expression));
    expect(selectors).toHaveLength(8);
    for (const { matchers } of selectors) expect(matchers).toEqual([{ label: 'job', op: '=~', value: '.+' }]);
    expect(expression).toContain('process_uptime_seconds{job=~"$job"} < $__rate_interval');
  });

  it('gives no alternative the name of the metric over such a range, since a store may tell them apart by it', () => {
    const range = { duration: '1m', seconds: '60' };
    const [young, older, born, extrapolated] = increaseOver('x_total', range).split('\nor\n');
    expect([young, born]).toEqual([
      expect.stringMatching(/^x_total \* 1 and /),
      expect.stringMatching(/^x_total \* 1 and /),
    ]);
    expect(older).toMatch(/^x_total - /);
    expect(extrapolated).toMatch(/^increase\(/);
  });
});

describe('the reader of PromQL', () => {
  it('finds selectors, what is around them, and the labels that are grouped by', () => {
    const read = readPromql(
      'histogram_quantile(0.9, sum by (le, queue) (rate(x_bucket{a="b\\"c", d!~"e"}[5m]))) or vector(0) > y offset 1m',
    );
    expect(read.selectors).toEqual([
      {
        name: 'x_bucket',
        matchers: [
          { label: 'a', op: '=', value: 'b"c' },
          { label: 'd', op: '!~', value: 'e' },
        ],
        range: '5m',
        within: ['rate', 'sum', 'histogram_quantile'],
      },
      { name: 'y', matchers: [], range: undefined, within: [] },
    ]);
    expect(read.labels).toEqual(['le', 'queue']);
    expect(read.functions).toEqual(['histogram_quantile', 'sum', 'rate', 'vector']);
  });

  it.each(['', 'sum(', 'x{a=}', 'x > $threshold', 'x[5m', 'nan{a="b"}'])('throws for %p', (text) => {
    expect(() => readPromql(text)).toThrow(SyntaxError);
  });

  it('fills in variables in both spellings, and leaves unknown ones', () => {
    expect(withVariables('x{job=~"$job"}[${__rate_interval}] $__rate_interval_ms $other')).toBe(
      'x{job=~".+"}[1m0s] 60000 $other',
    );
  });
});

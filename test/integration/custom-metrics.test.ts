import { closeDashboard, startDashboard } from '../support/dashboard.ts';
import { parseSamples, valueOf } from '../support/prometheus-text.ts';

afterEach(closeDashboard);

const scrape = async (url: string): Promise<ReturnType<typeof parseSamples>> =>
  parseSamples(await (await fetch(`${url}/metrics`)).text());

describe('custom metrics', () => {
  it('count, set and observe with labels, and give their current values', async () => {
    const { dashboard, url } = await startDashboard();
    const { prometheus } = dashboard;
    const orders = prometheus.counter('orders.placed', {
      description: 'Orders',
      unit: '{order}',
      attributes: ['country', 'paid'],
    });
    orders.add(2, { country: 'NL', paid: true });
    orders.add(1, { country: 'NL', paid: false });
    orders.bind({ country: 'DE' }).add();
    const stock = prometheus.gauge('stock.level', { unit: '1', attributes: ['shelf'] });
    stock.set(-3.5, { shelf: 7 });
    const sizes = prometheus.histogram('order.size', {
      unit: '{item}',
      attributes: ['country'],
      buckets: [1, 10, 100],
    });
    sizes.record(10, { country: 'NL' });
    sizes.bind({ country: 'NL' }).record(11);

    expect(prometheus.value('orders.placed')).toBe(4);
    expect(prometheus.value('orders.placed', { country: 'NL' })).toBe(3);
    expect(prometheus.value('orders.placed', { country: 'NL', paid: true })).toBe(2);
    expect(prometheus.value('orders.placed', { country: 'FR' })).toBeNull();
    expect(prometheus.value('stock.level', { shelf: '7' })).toBe(-3.5);
    expect(prometheus.value('order.size')).toBe(2);
    expect(prometheus.value('no.such.metric')).toBeNull();
    expect(prometheus.value('process.uptime')).toBeGreaterThan(0);

    const samples = await scrape(url);
    expect(valueOf(samples, 'orders_placed_total', { country: 'NL', paid: 'true' })).toBe(2);
    expect(valueOf(samples, 'orders_placed_total', { country: 'DE' })).toBe(1);
    expect(valueOf(samples, 'stock_level_ratio', { shelf: '7' })).toBe(-3.5);
    expect(valueOf(samples, 'order_size_bucket', { country: 'NL', le: '10' })).toBe(1);
    expect(valueOf(samples, 'order_size_sum', { country: 'NL' })).toBe(21);
  });

  it('are found again under the same declaration and refuse another', async () => {
    const { prometheus } = (await startDashboard()).dashboard;
    prometheus.counter('a.b', { attributes: ['x'] }).add(1, { x: '1' });
    prometheus.counter('a.b', { attributes: ['x'] }).add(1, { x: '1' });
    expect(prometheus.value('a.b')).toBe(2);
    const invalid = expect.objectContaining({ code: 'TD_METRIC_INVALID' }) as unknown as Error;
    expect(() => prometheus.counter('a.b', { attributes: ['y'] })).toThrow(invalid);
    expect(() => prometheus.gauge('a.b')).toThrow(invalid);
    expect(() => prometheus.counter('a_b')).toThrow(/Prometheus name is already that of a\.b/);
    expect(() => prometheus.counter('9lives')).toThrow(invalid);
    expect(() => prometheus.counter('ok', { attributes: ['...'] })).toThrow(invalid);
    for (const options of [
      null,
      7,
      { description: null },
      { unit: 5 },
      { attributes: 'a' },
      { attributes: [7] },
      { attributes: ['a.b', 'a_b'] },
    ]) {
      expect(() => prometheus.counter('wrong', options as never)).toThrow(invalid);
    }
    expect(() => prometheus.counter(7n as never)).toThrow(invalid);
    expect(() => prometheus.gauge('target.info')).toThrow(invalid);
    prometheus.histogram('lat', { buckets: [1e21] }).record(1);
    expect(() => prometheus.gauge('lat.count')).toThrow(/already that of lat/);
    expect(() => prometheus.histogram('h')).toThrow(/buckets/);
    expect(() => prometheus.histogram('h', { buckets: null as never })).toThrow(/buckets/);
    expect(() => prometheus.histogram('h', { buckets: [2, 1] })).toThrow(/ascending/);
    expect(() => prometheus.histogram('h', { buckets: [1, NaN] })).toThrow(/ascending/);
    expect(() => prometheus.histogram('realtime.latency', { unit: 's', buckets: [1] })).toThrow(invalid);
  });

  it('never throw on what they are recorded with', async () => {
    const { dashboard, log } = await startDashboard();
    const { prometheus } = dashboard;
    const counter = prometheus.counter('c', { attributes: ['a'] });
    const gauge = prometheus.gauge('g');
    const histogram = prometheus.histogram('h', { unit: 's' });
    for (const wrong of [NaN, -1, Infinity, '1', null, undefined, {}, 1n, Symbol('x')] as never[]) {
      counter.add(wrong);
      histogram.record(wrong);
    }
    for (const wrong of [NaN, Infinity, '1', null, {}] as never[]) gauge.set(wrong);
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
        get: () => {
          throw new Error('no');
        },
      },
    );
    counter.add(1, hostile);
    counter.bind(hostile).add();
    counter.add(1, { a: {} as never });
    counter.add(1, { b: 'undeclared' });
    counter.add(1, { a: 'x'.repeat(1e7) });
    expect(prometheus.value('c')).toBe(5);
    expect(prometheus.value('h')).toBe(0);
    expect(prometheus.value('g')).toBeNull();
    expect(prometheus.value('telemetry.dropped', { reason: 'unknown_attribute' })).toBe(1);
    expect(prometheus.value('telemetry.dropped', { reason: 'unknown_value' })).toBe(3);
    expect(prometheus.value('telemetry.overflow', { metric: 'c' })).toBe(1);
    expect(log.lines.length).toBeLessThan(12);
  });
});

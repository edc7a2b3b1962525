import type { CounterCell } from '../../../src/recording/cells.ts';
import { MeasureReader } from '../../../src/alerts/measure.ts';
import type { Measure } from '../../../src/alerts/rule.ts';
import type { MetricSpec } from '../../../src/catalog/metric.ts';
import { DURATION_BUCKETS } from '../../../src/catalog/buckets.ts';
import { createRecording } from '../../support/recording.ts';
import type { TestRecording } from '../../support/recording.ts';

const spec = (name: string, kind: MetricSpec['kind'], ...keys: string[]): MetricSpec => ({
  name,
  kind,
  unit: '1',
  description: 'A metric of the application',
  attributes: keys.map((key) => ({ key })),
  ...(kind === 'histogram' && { buckets: DURATION_BUCKETS }),
});

const histogram = (metric: string, statistic: 'avg' | 'min' | 'max' | 'p50' | 'p95' | 'p99' = 'p95'): Measure => ({
  kind: 'histogram',
  metric,
  statistic,
});
const counter = (metric: string, statistic: 'rate' | 'increase'): Measure => ({ kind: 'counter', metric, statistic });
const gauge = (metric: string): Measure => ({ kind: 'gauge', metric });

function reading(recording: TestRecording, reader: MeasureReader, measure: Measure) {
  reader.refresh();
  return reader.read(measure).map(({ labels, value, observations }) => ({ labels, value, observations }));
}

function pass(recording: TestRecording, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    recording.clock.advance(1000);
    recording.recorder.advance();
  }
}

describe('MeasureReader', () => {
  it('reads every statistic of a histogram, of all series together', () => {
    const recording = createRecording();
    const family = recording.recorder.histogram(spec('pay', 'histogram', 'method'));
    const reader = new MeasureReader(recording.recorder);
    reader.watch([histogram('pay')]);
    for (let value = 1; value <= 100; value++) family.at([value % 2 === 0 ? 'card' : 'cash']).record(value);
    const of = (statistic: 'avg' | 'min' | 'max' | 'p50' | 'p95' | 'p99') =>
      reading(recording, reader, histogram('pay', statistic))[0];
    expect(of('avg')).toEqual({ labels: {}, value: 50.5, observations: 100 });
    expect(of('min')?.value).toBe(1);
    expect(of('max')?.value).toBe(100);
    for (const [statistic, exact] of [
      ['p50', 50],
      ['p95', 95],
      ['p99', 99],
    ] as const) {
      expect(of(statistic)?.value).toBeGreaterThan(exact * 0.95);
      expect(of(statistic)?.value).toBeLessThan(exact * 1.05);
    }
    pass(recording, 120);
    expect(of('p95')).toEqual({ labels: {}, value: null, observations: 0 });
  });

  it('reads what was recorded since the last reading', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    recording.realtime.recordLatency(1000);
    expect(reading(recording, reader, histogram('realtime.latency', 'max'))[0]?.value).toBe(1);
    recording.realtime.recordLatency(2000);
    expect(reading(recording, reader, histogram('realtime.latency', 'max'))[0]?.value).toBe(2);
  });

  it('reads a counter per second of the time that its window covers, and its increase', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    const cell = recording.recorder.counter(spec('orders', 'counter', 'shop')).at(['a']);
    reader.watch([counter('orders', 'rate')]);
    pass(recording, 10);
    cell.add(30);
    recording.recorder
      .counter(spec('orders', 'counter', 'shop'))
      .at(['b'])
      .add(20);
    expect(reading(recording, reader, counter('orders', 'rate'))).toEqual([{ labels: {}, value: 5, observations: 50 }]);
    expect(reading(recording, reader, counter('orders', 'increase'))[0]?.value).toBe(50);
    pass(recording, 40);
    expect(reading(recording, reader, counter('orders', 'rate'))[0]?.value).toBe(1);
    pass(recording, 60);
    expect(reading(recording, reader, counter('orders', 'increase'))[0]?.value).toBe(0);
  });

  it('counts from the instant at which a counter is first watched, and says that the window is not full yet', () => {
    const recording = createRecording();
    const cell: CounterCell = recording.recorder.counter(spec('orders', 'counter')).at([]);
    cell.add(1000);
    pass(recording, 600);
    const reader = new MeasureReader(recording.recorder);
    reader.watch([counter('orders', 'increase')]);
    pass(recording, 5);
    cell.add(10);
    reader.refresh();
    expect(reader.read(counter('orders', 'increase'))).toMatchObject([{ value: 10, partial: true }]);
    expect(reader.read(counter('orders', 'rate'))).toMatchObject([{ value: 2 }]);
    const later = (seconds: number) => {
      pass(recording, seconds);
      reader.refresh();
      return reader.read(counter('orders', 'increase'));
    };
    expect(later(54)).toMatchObject([{ value: 10, partial: true }]);
    expect(later(1)).toMatchObject([{ value: 10, partial: false }]);
  });

  it('reads each series of a gauge apart, under the names that Prometheus has for its attributes', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    expect(reading(recording, reader, gauge('realtime.queue.size'))).toEqual([]);
    recording.realtime.updateQueueSize('jobs', 3);
    const rooms = recording.recorder.gauge(spec('rooms', 'up_down_counter', 'http.route'));
    rooms.at(['/chat']).set(7);
    rooms.at(['/new']);
    expect(reading(recording, reader, gauge('realtime.queue.size'))).toEqual([
      { labels: { queue: 'jobs' }, value: 3, observations: Infinity },
    ]);
    expect(reading(recording, reader, gauge('rooms'))).toEqual([
      { labels: { http_route: '/chat' }, value: 7, observations: Infinity },
      { labels: { http_route: '/new' }, value: null, observations: Infinity },
    ]);
    recording.realtime.updateQueueSize('mails', 4);
    recording.realtime.updateQueueSize('jobs', 5);
    expect(reading(recording, reader, gauge('realtime.queue.size')).map(({ value }) => value)).toEqual([5, 4]);
  });

  it('takes series that have the same labels for one', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    const rooms = recording.recorder.gauge(spec('rooms', 'gauge', 'room'));
    rooms.at([undefined]).set(1);
    rooms.at(['']).set(2);
    expect(reading(recording, reader, gauge('rooms'))).toEqual([{ labels: {}, value: 1, observations: Infinity }]);
  });

  it('brings observed gauges up to date', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    recording.realtime.updateConnectionMetrics({ active: 4, idle: 1 });
    const states = reading(recording, reader, gauge('websocket.server.open_connections'));
    expect(states.map(({ labels, value }) => [labels, value])).toEqual([
      [{ websocket_connection_state: 'active' }, 4],
      [{ websocket_connection_state: 'idle' }, 1],
    ]);
  });

  it('has the error rate of the live figures, and as many observations as there were messages or errors', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    const rate = () => reading(recording, reader, { kind: 'error_rate' });
    expect(rate()).toEqual([{ labels: {}, value: null, observations: 0 }]);
    recording.realtime.recordError('db', 'error');
    recording.server.socketFailed('ECONNRESET');
    expect(rate()).toEqual([{ labels: {}, value: 1, observations: 2 }]);
    for (let message = 0; message < 8; message++) recording.realtime.recordMessage('incoming', 1, 'text');
    expect(rate()).toEqual([{ labels: {}, value: 0.25, observations: 8 }]);
    expect(recording.snapshot.read().errors.rate).toBe(0.25);
  });

  it('reckons silence from the start, then from the last evaluation that saw a new message', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    const silence = () => reading(recording, reader, { kind: 'silence' })[0]?.value;
    pass(recording, 20);
    expect(silence()).toBe(20);
    recording.client.tellMessage('receive', 'text', 1);
    expect(silence()).toBe(20);
    recording.realtime.recordMessage('outgoing', 1, 'text');
    pass(recording, 5);
    expect(silence()).toBe(0);
    pass(recording, 7);
    expect(silence()).toBe(7);
  });

  it('finds nothing where there is no such metric, and follows it from the instant it appears', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    const measures = [counter('orders', 'increase'), histogram('pay', 'max'), gauge('rooms')];
    reader.watch(measures);
    for (const measure of measures) expect(reading(recording, reader, measure)).toEqual([]);
    pass(recording, 30);
    recording.recorder.counter(spec('orders', 'counter')).at([]).add(5);
    recording.recorder.histogram(spec('pay', 'histogram')).at([]).record(2);
    recording.recorder.gauge(spec('rooms', 'gauge')).at([]).set(9);
    pass(recording, 1);
    expect(measures.map((measure) => reading(recording, reader, measure)[0]?.value)).toEqual([5, 2, 9]);
    expect(recording.log.lines).toEqual([]);
  });

  it('says once that a metric has no such statistic', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    const wrong = [
      histogram('realtime.errors'),
      counter('realtime.latency', 'rate'),
      gauge('websocket.server.messages'),
    ];
    reader.watch(wrong);
    for (const measure of [...wrong, ...wrong]) expect(reading(recording, reader, measure)).toEqual([]);
    expect(recording.log.lines).toEqual([
      'warn alert rules for the p95 of realtime.errors find no value: it is a counter, which has none (alerts.rules)',
      'warn alert rules for the rate of realtime.latency find no value: it is a histogram, which has none (alerts.rules)',
      'warn alert rules for the value of websocket.server.messages find no value: it is a counter, which has none (alerts.rules)',
    ]);
  });

  it('begins no window once it is closed', () => {
    const recording = createRecording();
    const reader = new MeasureReader(recording.recorder);
    reader.watch([counter('orders', 'increase')]);
    reader.close();
    const orders = recording.recorder.counter(spec('orders', 'counter'));
    orders.at([]).add(5);
    // the window begins with this question
    expect(recording.recorder.counterWindow(orders).increase).toBe(0);
  });
});

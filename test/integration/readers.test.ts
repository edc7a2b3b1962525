import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import { WorkerInstruments } from '../../src/otel/worker-instruments.ts';
import { CellProvider } from '../../src/otel/provider.ts';
import { createResource } from '../../src/otel/resource.ts';
import { closeDashboard, startDashboard } from '../support/dashboard.ts';
import { MemoryReader, pointOf } from '../support/memory-reader.ts';
import { createRecording } from '../support/recording.ts';

afterEach(closeDashboard);

const CHAT = { 'network.io.direction': 'receive', 'websocket.message.type': 'chat' };

describe('readers of the user', () => {
  it('get every metric, also one that is declared later', async () => {
    const reader = new MemoryReader();
    const { dashboard } = await startDashboard({ readers: [reader] });
    dashboard.recordMessage('incoming', 100, 'chat');
    dashboard.recordLatency(250);
    dashboard.updateQueueSize('jobs', 3);
    dashboard.meter.createCounter('mine').add(2);
    const metrics = await reader.metrics();
    expect(pointOf(metrics.get('websocket.server.messages'), CHAT)?.value).toBe(1);
    expect(pointOf(metrics.get('realtime.latency'), {})?.value).toMatchObject({
      count: 1,
      sum: 0.25,
      min: 0.25,
      max: 0.25,
    });
    expect(pointOf(metrics.get('realtime.queue.size'), { queue: 'jobs' })?.value).toBe(3);
    expect(pointOf(metrics.get('mine'), {})?.value).toBe(2);
    dashboard.prometheus.counter('late').add(7);
    expect(pointOf((await reader.metrics()).get('late'), {})?.value).toBe(7);
  });

  it('get increases, and nothing where there is none, when they ask for delta temporality', async () => {
    const reader = new MemoryReader(AggregationTemporality.DELTA);
    const { dashboard } = await startDashboard({ readers: [reader] });
    dashboard.recordMessage('incoming', 100, 'chat');
    dashboard.recordLatency(250);
    await reader.metrics();
    dashboard.recordMessage('incoming', 50, 'chat');
    dashboard.recordMessage('incoming', 50, 'chat');
    const second = await reader.metrics();
    const messages = second.get('websocket.server.messages')!;
    expect(messages.aggregationTemporality).toBe(AggregationTemporality.DELTA);
    expect(pointOf(messages, CHAT)?.value).toBe(2);
    expect(pointOf(second.get('websocket.server.io'), CHAT)?.value).toBe(100);
    expect(
      pointOf(second.get('websocket.server.message.size'), { 'network.io.direction': 'receive' })?.value,
    ).toMatchObject({
      count: 2,
      sum: 100,
    });
    expect(second.has('realtime.latency')).toBe(false);
    expect(dashboard.displayRealtimeMetrics().messages.incoming).toBe(3);
    expect((await reader.metrics()).has('websocket.server.messages')).toBe(false);
  });

  it('of another provider get every metric from dashboard.metricProducer', async () => {
    const { dashboard } = await startDashboard();
    dashboard.recordMessage('incoming', 100, 'chat');
    class Foreign extends MetricReader {
      protected override onShutdown = (): Promise<void> => Promise.resolve();
      protected override onForceFlush = (): Promise<void> => Promise.resolve();
    }
    const reader = new Foreign({ metricProducers: [dashboard.metricProducer] });
    const provider = new MeterProvider({ readers: [reader] });
    provider.getMeter('app').createCounter('app.things').add(1);
    const { resourceMetrics } = await reader.collect();
    const names = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ descriptor }) => descriptor.name),
    );
    expect(names).toEqual(expect.arrayContaining(['app.things', 'websocket.server.messages', 'process.memory.usage']));
    await provider.shutdown();
  });

  it('do not fill the memory with a view’s data while nobody scrapes', async () => {
    const { recorder, clock, realtime } = createRecording();
    const collected: string[] = [];
    const watched = (name: string): IMetricReader => {
      const reader = new MemoryReader();
      const collect = reader.collect.bind(reader);
      reader.collect = (options) => {
        collected.push(name);
        return collect(options);
      };
      return reader;
    };
    const [mainReader, other] = [watched('main'), watched('other')];
    const views = [{ instrumentName: 'realtime.*' }];
    const provider = new CellProvider({
      workerInstruments: new WorkerInstruments(recorder),
      isWorker: false,
      beforeCollect: () => Promise.resolve(),
      recorder,
      resource: createResource({ serviceName: 'test' }),
      views,
      mainReader,
      readers: [other],
    });
    for (let second = 0; second < 100; second += 10) {
      realtime.recordLatency(1);
      clock.advance(10_000);
      await other.collect();
    }
    expect(collected.filter((name) => name === 'other')).toHaveLength(10);
    expect(collected.filter((name) => name === 'main')).toHaveLength(2);
    await provider.shutdown(1000);
  });
});

import { AggregationTemporality, AggregationType } from '@opentelemetry/sdk-metrics';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import { DURATION_BUCKETS } from '../../../src/catalog/buckets.ts';
import type { MetricSpec } from '../../../src/catalog/metric.ts';
import { WorkerInstruments } from '../../../src/otel/worker-instruments.ts';
import { CellProvider } from '../../../src/otel/provider.ts';
import { createResource } from '../../../src/otel/resource.ts';
import type { ViewOptions } from '../../../src/otel/sdk-types.ts';
import { ReportTarget } from '../../../src/workers/report-target.ts';
import { Reporter } from '../../../src/workers/reporter.ts';
import type { Report } from '../../../src/workers/report.ts';
import { MemoryReader, pointOf } from '../../support/memory-reader.ts';
import { createRecording } from '../../support/recording.ts';

const WAITS: MetricSpec = {
  name: 'waits',
  kind: 'histogram',
  unit: 's',
  description: '',
  attributes: [],
  buckets: DURATION_BUCKETS,
};
const ORDERS: MetricSpec = { name: 'orders', kind: 'counter', unit: '1', description: '', attributes: [] };

/** A primary with a reader, and a worker that tells it before each collection. */
function start(temporality: AggregationTemporality, views: readonly ViewOptions[] = []) {
  const { recorder } = createRecording();
  const worker = createRecording().recorder;
  const reporter = new Reporter(worker, false);
  const target = new ReportTarget(recorder);
  const reader = new MemoryReader(temporality);
  new CellProvider({
    recorder,
    resource: createResource(undefined),
    views,
    mainReader: new MemoryReader(),
    readers: [reader],
    workerInstruments: new WorkerInstruments(recorder),
    isWorker: false,
    beforeCollect: () => {
      const report = reporter.take(true);
      if (report) target.add(JSON.parse(JSON.stringify(report)) as Report);
      return Promise.resolve();
    },
  });
  return {
    record: (seconds: number) => {
      worker.histogram(WAITS).at([]).record(seconds);
      worker.counter(ORDERS).at([]).add(1);
    },
    collect: async () => {
      const metrics = await reader.metrics();
      return {
        waits: pointOf(metrics.get('waits'), {})?.value as Histogram | undefined,
        orders: pointOf(metrics.get('orders'), {})?.value,
      };
    },
  };
}

describe('what workers tell', () => {
  it('reaches a reader of increments as increments, each once', async () => {
    const { record, collect } = start(AggregationTemporality.DELTA);
    record(0.5);
    record(2);
    expect(await collect()).toMatchObject({ waits: { count: 2, sum: 2.5 }, orders: 2 });
    expect(await collect()).toEqual({ waits: undefined, orders: undefined });
    record(4);
    expect(await collect()).toMatchObject({ waits: { count: 1, sum: 4 }, orders: 1 });
  });

  it("goes through the SDK's own instrument where a view matches: counts are exact, and bounds of a view that are recorded ones too", async () => {
    const boundaries = [0.1, 1, 10];
    const { record, collect } = start(AggregationTemporality.CUMULATIVE, [
      {
        instrumentName: 'waits',
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries } },
      },
    ]);
    // each of these is one of the recorded bounds
    expect(boundaries.every((bound) => DURATION_BUCKETS.fine.includes(bound))).toBe(true);
    for (const seconds of [0.05, 0.1, 0.3, 0.7, 3, 20]) record(seconds);
    const { waits, orders } = await collect();
    expect(waits).toMatchObject({ count: 6, buckets: { boundaries, counts: [2, 2, 1, 1] } });
    expect(waits?.sum).toBeCloseTo(24.15, 9);
    expect(orders).toBe(6);
  });
});

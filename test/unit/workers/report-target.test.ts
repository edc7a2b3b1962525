import { durationBuckets } from '../../../src/catalog/buckets.ts';
import type { MetricSpec } from '../../../src/catalog/metric.ts';
import { PrometheusClient } from '../../../src/otel/prometheus-client.ts';
import { ReportTarget } from '../../../src/workers/report-target.ts';
import { Reporter } from '../../../src/workers/reporter.ts';
import { createRecording } from '../../support/recording.ts';
import type { TestRecording } from '../../support/recording.ts';

/** A worker that tells all it has to a primary. */
function tell(worker: TestRecording, primary: TestRecording): void {
  const report = new Reporter(worker.recorder, false).take(true);
  if (report) new ReportTarget(primary.recorder).add(report);
}

const latency = (thresholdSeconds: number): MetricSpec => ({
  name: 'waits',
  kind: 'histogram',
  unit: 's',
  description: '',
  attributes: [],
  buckets: durationBuckets([0.1, 1, 10], [thresholdSeconds]),
});

const declare = ({ recorder }: TestRecording): PrometheusClient => new PrometheusClient(recorder, () => undefined);

describe('a worker with other buckets, since a threshold has changed', () => {
  it('is in the sum, each value in the bucket that its own one ends in', () => {
    const [worker, primary] = [createRecording(), createRecording()];
    const cell = primary.recorder.histogram(latency(1.5)).at([]);
    for (const value of [0.0001, 0.5, 1.45, 1.7, 20_000]) worker.recorder.histogram(latency(1.75)).at([]).record(value);
    tell(worker, primary);
    expect([cell.count, cell.min, cell.max]).toEqual([5, 0.0001, 20_000]);
    expect(cell.sum).toBeCloseTo(20_003.6501);
    const bounds = cell.layout.exportedBounds;
    const counted = Object.fromEntries(cell.exportedCounts.map((count, index) => [bounds[index] ?? Infinity, count]));
    // 1.45 s was between 1.41 s and 1.58 s there, where 1.5 s is no bound: it counts as what is beyond 1.5 s
    expect(counted).toEqual({ 0.1: 1, 1: 1, 1.5: 0, 10: 2, Infinity: 1 });
    expect(primary.log.lines).toEqual([]);
  });
});

describe('a metric that worker and primary declare differently', () => {
  it('is the primary’s where it came first, with one line in the log', () => {
    const [worker, primary] = [createRecording(), createRecording()];
    declare(primary).counter('jobs').add(1);
    declare(worker).gauge('jobs').set(9);
    declare(worker).gauge('level', { aggregator: 'max' }).set(7);
    declare(primary).gauge('level').set(2);
    tell(worker, primary);
    expect([declare(primary).value('jobs'), declare(primary).value('level')]).toEqual([1, 2]);
    expect(primary.log.lines).toEqual([
      expect.stringMatching(/^warn jobs is declared otherwise in a worker than in its primary/),
      expect.stringMatching(/^warn level is declared otherwise/),
    ]);
  });

  it.each([
    ['jobs', { attributes: ['kind'] }],
    ['jobs_total', {}],
  ])('never makes a call of the primary fail that comes later: %s', (name, options) => {
    const [worker, primary] = [createRecording(), createRecording()];
    declare(worker).counter('jobs').add(5);
    tell(worker, primary);
    const counter = declare(primary).counter(name, options);
    counter.add(1);
    expect(declare(primary).value('jobs')).toBe(5);
    expect(primary.log.lines).toEqual([
      expect.stringContaining(`warn ${name} is left out: a worker has declared jobs`),
    ]);
  });

  it('is one and the same where it is declared alike', () => {
    const [worker, primary] = [createRecording(), createRecording()];
    declare(worker).counter('jobs').add(5);
    tell(worker, primary);
    declare(primary).counter('jobs').add(1);
    expect(declare(primary).value('jobs')).toBe(6);
    expect(() => declare(primary).gauge('jobs')).not.toThrow();
  });
});

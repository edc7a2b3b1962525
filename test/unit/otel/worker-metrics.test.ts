import { PrometheusClient } from '../../../src/otel/prometheus-client.ts';
import { WorkerMetrics } from '../../../src/otel/worker-metrics.ts';
import { createRecording } from '../../support/recording.ts';

/** A worker that has counted so much by the attribute `worker` of its own. */
function workerWith(name: string, own: Readonly<Record<string, number>>) {
  const { recorder } = createRecording();
  const jobs = new PrometheusClient(recorder, () => undefined).counter('jobs', { attributes: ['worker'] });
  for (const [worker, count] of Object.entries(own)) jobs.add(count, { worker });
  return { name, recorder };
}

describe('the series of each worker', () => {
  const workers = [workerWith('1', { a: 1, b: 2 }), workerWith('2', { a: 4 })];
  const metrics = new WorkerMetrics();
  const points = () =>
    metrics
      .collect(workers)
      .flatMap((scope) => scope.metrics)
      .filter(({ descriptor }) => descriptor.name === 'jobs')
      .flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => ({ attributes, value })));

  it('carry its name, and an attribute of that name gets out of the way', () => {
    expect(points()).toEqual([
      { attributes: { exported_worker: 'a', worker: '1' }, value: 1 },
      { attributes: { exported_worker: 'b', worker: '1' }, value: 2 },
      { attributes: { exported_worker: 'a', worker: '2' }, value: 4 },
    ]);
  });

  it('keep their attributes as the same objects, by which their label texts are found again', () => {
    const [before, after] = [points(), points()];
    before.forEach(({ attributes }, index) => {
      expect(after[index]?.attributes).toBe(attributes);
    });
  });
});

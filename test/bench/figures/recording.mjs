// Time of one record, ours against its peers.
import { interleave, median, ratios, summary } from '../rounds.mjs';
import { Worker, withWorkers } from '../worker.mjs';

const CASES = {
  recordLatency: ['ours', 'recordLatency'],
  bound: ['ours', 'boundHistogram'],
  unbound: ['ours', 'unboundHistogram'],
  recordMessage: ['ours', 'recordMessage'],
  promHistogram: ['prom-client', 'histogram'],
  promMessage: ['prom-client', 'message'],
  otelHistogram: ['opentelemetry', 'histogram'],
};

const PROM = 'prom-client, cached child `.observe()`';
const OTEL = 'OpenTelemetry `histogram.record()`';
const COMPARISONS = [
  ['recordLatency', '`recordLatency`', 'promHistogram', PROM, 0.03],
  ['recordLatency', '`recordLatency`', 'otelHistogram', OTEL],
  ['bound', 'custom histogram, bound', 'promHistogram', PROM, 0.03],
  ['unbound', 'custom histogram, fresh attributes', 'promHistogram', PROM],
  ['unbound', 'custom histogram, fresh attributes', 'otelHistogram', OTEL],
  ['recordMessage', '`recordMessage`', 'promMessage', 'prom-client, two cached `.inc()` and `.observe()`', 0.06],
];

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds = 25, log }) {
  const names = Object.keys(CASES);
  const starting = names.map((name) => Worker.start('subjects/record.mjs', { args: CASES[name] }));
  return withWorkers(starting, async (workers) => {
    const asks = workers.map((worker) => () => worker.ask('nanoseconds'));
    const results = await interleave(rounds, asks, (round) => log(`round ${round + 1} of ${rounds}`));
    const times = Object.fromEntries(names.map((name, index) => [name, results[index]]));
    const nanoseconds = (name) => `${median(times[name]).toFixed(1)} ns`;
    return COMPARISONS.map(([name, what, baseline, against, target]) => ({
      what,
      against,
      ...summary(ratios(times[name], times[baseline])),
      target,
      detail: `CPU ${nanoseconds(name)} : ${nanoseconds(baseline)}`,
    }));
  });
}

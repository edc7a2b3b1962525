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

/** The processes are new for each set of rounds: how the code and the heap of one came to lie stays with it. */
const ROUNDS_PER_SET = 5;

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds = 30, log }) {
  const names = Object.keys(CASES);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let done = 0; done < rounds; done += ROUNDS_PER_SET) {
    log(`round ${done + 1} of ${rounds}`);
    const starting = names.map((name) => Worker.start('subjects/record.mjs', { args: CASES[name] }));
    await withWorkers(starting, async (workers) => {
      const asks = workers.map((worker) => () => worker.ask('nanoseconds'));
      const results = await interleave(Math.min(ROUNDS_PER_SET, rounds - done), asks);
      names.forEach((name, index) => times[name].push(...results[index]));
    });
  }
  return COMPARISONS.map(([name, what, baseline, against, target]) => ({
    what,
    against,
    ...summary(ratios(times[name], times[baseline])),
    target,
    detail: `CPU ${nanoseconds(times[name])} : ${nanoseconds(times[baseline])}`,
  }));
}

function nanoseconds(times) {
  return `${median(times).toFixed(1)} ns`;
}

// Bytes on the heap for one record.
import { interleave, summary } from '../rounds.mjs';
import { Worker, withWorkers } from '../worker.mjs';

const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

/** Less than this is the noise of the measurement. */
const NOISE_BYTES = 0.5;

const CASES = [
  ['`recordLatency`', 'ours', 'recordLatency', 0],
  ['`recordMessage`', 'ours', 'recordMessage', 0],
  ['custom counter, bound', 'ours', 'boundCounter', 0],
  ['custom histogram, bound', 'ours', 'boundHistogram', 0],
  ['custom histogram, fresh attributes', 'ours', 'unboundHistogram'],
  ['prom-client, cached child `.observe()`', 'prom-client', 'histogram'],
  ['OpenTelemetry `histogram.record()`', 'opentelemetry', 'histogram'],
];

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds = 9, log }) {
  const starting = [['', 'empty', 'loop'], ...CASES].map(([, subject, name]) =>
    Worker.start('subjects/record.mjs', { args: [subject, name], flags: FLAGS }),
  );
  return withWorkers(starting, async (workers) => {
    const asks = workers.map((worker) => () => worker.ask('bytes'));
    const [loop, ...results] = await interleave(rounds, asks, (round) => log(`round ${round + 1} of ${rounds}`));
    return CASES.map(([what, , , target], index) => {
      const bytes = results[index].map((value, round) => value - loop[round]);
      const quiet = (value) => (Math.abs(value) < NOISE_BYTES ? 0 : value);
      const { median, low, high } = summary(bytes);
      return {
        what: `bytes allocated: ${what}`,
        against: 'an empty loop',
        unit: 'B',
        median: quiet(median),
        low: quiet(low),
        high: quiet(high),
        rounds,
        target,
      };
    });
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import { createOnceLogger } from '../../../src/base/logger.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { processMetrics } from '../../../src/catalog/process.ts';
import { Recorder } from '../../../src/recording/recorder.ts';
import { ProcessSampler } from '../../../src/resources/process-sampler.ts';
import { LogLines } from '../../support/log-lines.ts';

const BLOCK_MS = 300;

function block(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

describe('ProcessSampler', () => {
  it('keeps a block of the event loop in its figures for a second, however often it samples', async () => {
    const limits = { attributeValues: 100, series: 1900 };
    const recorder = new Recorder({
      clock: systemClock,
      logger: createOnceLogger(new LogLines()),
      limits,
      windowMs: 60_000,
    });
    const sampler = new ProcessSampler(recorder);
    const { cell } = recorder.gauge(processMetrics.eventLoopDelayMax).seriesAt([]);
    const sampleFor = async (ms: number): Promise<number[]> => {
      const seen: number[] = [];
      const endMs = performance.now() + ms;
      while (performance.now() < endMs) {
        await sleep(20);
        sampler.sample();
        seen.push(cell.value ?? 0);
      }
      return seen;
    };
    await sampleFor(1100);
    await sleep(20);
    block(BLOCK_MS);
    const seen = await sampleFor(2500);
    sampler.close();
    const high = seen.filter((seconds) => seconds >= BLOCK_MS / 1000);
    // one window of it: some forty samples, not the one after the block
    expect(high.length).toBeGreaterThan(10);
    expect(seen.at(-1)).toBeLessThan(BLOCK_MS / 1000);
  });
});

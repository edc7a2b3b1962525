import { resolve } from 'node:path';
import { closeLeftovers } from '../support/leftovers.ts';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { Program } from '../support/program.ts';

afterEach(closeLeftovers);

const FIXTURE = resolve(__dirname, '../fixtures/otlp/closes.cjs');

test('a signal that comes during shutdown() waits for its last push, and then ends the process', async () => {
  let answers = 0;
  const receiver = await OtlpReceiver.http({
    // as a collector that restarts
    respond: (response) => response.writeHead((answers += 1) > 1 ? 200 : 503).end(),
  });
  const otlp = { endpoint: `${receiver.url}/v1/metrics`, interval_ms: 3_600_000 };
  const program = new Program([FIXTURE, JSON.stringify(otlp)]);
  await receiver.push(1);
  program.kill('SIGTERM');
  expect(await program.exited).toEqual({ code: null, signal: 'SIGTERM' });
  expect(receiver.pushes.map(({ metrics }) => metrics.get('realtime.errors')?.sum)).toEqual([1, 1]);
});

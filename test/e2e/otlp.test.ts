import { resolve } from 'node:path';
import { closeLeftovers } from '../support/leftovers.ts';
import { freePort } from '../support/free-port.ts';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { Program } from '../support/program.ts';
import { startRawServer } from '../support/smtp-sink.ts';

afterEach(closeLeftovers);

const FIXTURE = resolve(__dirname, '../fixtures/otlp/pushes.cjs');

/** Pushes long before it ends, and would wait for long. */
const IMPATIENT = { interval_ms: 300, timeout_ms: 60_000 };
/** Pushes at its end only. */
const RARE = { interval_ms: 3_600_000 };

const start = (what: string, otlp: object): Program => new Program([FIXTURE, what, JSON.stringify(otlp)]);

const hanging = (): Promise<number> => startRawServer(() => undefined);
const errorsAt = ({ pushes }: OtlpReceiver): (number | undefined)[] =>
  pushes.map(({ metrics }) => metrics.get('realtime.errors')?.sum);

describe('a process that has nothing else to do ends, though the collector', () => {
  it.each([
    ['refuses', 'http/protobuf', freePort],
    ['refuses', 'http/json', freePort],
    ['refuses', 'grpc', freePort],
    ['never answers', 'http/protobuf', hanging],
    ['never answers', 'http/json', hanging],
    ['never answers', 'grpc', hanging],
  ] as const)('%s: %s', async (_, protocol, serve) => {
    const endpoint = `http://127.0.0.1:${await serve()}/v1/metrics`;
    const program = start('leave', { protocol, endpoint, ...IMPATIENT });
    expect(await program.exited).toEqual({ code: 0, signal: null });
    const heldMs = Number(/held for (\d+) ms/.exec(program.stdout)?.[1]);
    // a call over gRPC holds it until its time is over; what holds otherwise, does so for a second at least
    expect(heldMs).toBeLessThan(protocol === 'grpc' ? 800 : 400);
  });

  it.each([503, 429])('answers %d', async (status) => {
    const receiver = await OtlpReceiver.http({ respond: (response) => response.writeHead(status).end() });
    const program = start('leave', { endpoint: `${receiver.url}/v1/metrics`, ...IMPATIENT, interval_ms: 400 });
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(Number(/held for (\d+) ms/.exec(program.stdout)?.[1])).toBeLessThan(400);
    expect(receiver.pushes.length).toBeGreaterThan(0);
  });
});

describe('a signal that ends the process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s has the last values pushed, and then ends it', async (signal) => {
    const receiver = await OtlpReceiver.http();
    const program = start('wait', { endpoint: `${receiver.url}/v1/metrics`, ...RARE });
    await program.said(/ready/);
    program.kill(signal);
    expect(await program.exited).toEqual({ code: null, signal });
    expect(errorsAt(receiver)).toEqual([1]);
  });

  it('does so over gRPC', async () => {
    const receiver = await OtlpReceiver.grpc();
    const program = start('wait', { protocol: 'grpc', endpoint: receiver.url, ...RARE });
    await program.said(/ready/);
    program.kill('SIGTERM');
    expect(await program.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(errorsAt(receiver)).toEqual([1]);
  });

  it.each(['http/protobuf', 'grpc'] as const)('ends it though the collector hangs: %s', async (protocol) => {
    const endpoint = `http://127.0.0.1:${await hanging()}/v1/metrics`;
    const program = start('wait', { protocol, endpoint, ...RARE, timeout_ms: 500 });
    await program.said(/ready/);
    program.kill('SIGTERM');
    expect(await program.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(program.stderr).toContain('no answer within');
  });

  it('ends it at once where it comes again', async () => {
    const receiver = await OtlpReceiver.http({ respond: () => undefined });
    const program = start('wait', { endpoint: `${receiver.url}/v1/metrics`, ...RARE });
    await program.said(/ready/);
    program.kill('SIGTERM');
    await receiver.push(1);
    program.kill('SIGINT');
    expect(await program.exited).toEqual({ code: null, signal: 'SIGINT' });
    expect(program.stderr).toBe('');
  });

  it('is left to an application that listens for it, whose shutdown() loses nothing', async () => {
    const receiver = await OtlpReceiver.http();
    const program = start('handle', { endpoint: `${receiver.url}/v1/metrics`, ...RARE });
    await program.said(/ready/);
    program.kill('SIGTERM');
    expect(await program.exited).toEqual({ code: 3, signal: null });
    expect(errorsAt(receiver)).toEqual([2]);
  });

  it.each(['signal-exit-3', 'signal-exit-4'])(
    'ends a process with listeners of %s, which are told',
    async (version) => {
      const receiver = await OtlpReceiver.http();
      const program = start(version, { endpoint: `${receiver.url}/v1/metrics`, ...RARE });
      await program.said(/ready/);
      program.kill('SIGTERM');
      expect(await program.exited).toEqual({ code: null, signal: 'SIGTERM' });
      expect([errorsAt(receiver), program.stdout]).toEqual([[1], 'ready\nsignal-exit was told\n']);
    },
  );
});

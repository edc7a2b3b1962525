import { resolve } from 'node:path';
import { closeLeftovers } from '../support/leftovers.ts';
import { freePort } from '../support/free-port.ts';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { Program } from '../support/program.ts';
import { startRawServer } from '../support/smtp-sink.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const FIXTURE = resolve(__dirname, '../fixtures/otlp/pushes.cjs');

/** Would wait for long. */
const IMPATIENT = { interval_ms: 5000, timeout_ms: 4500 };
/** Pushes at its end only. */
const RARE = { interval_ms: 3_600_000 };

const start = (what: string, otlp: object): Program => new Program([FIXTURE, what, JSON.stringify(otlp)]);

const hanging = (): Promise<number> => startRawServer(() => undefined);
/** Has nothing else to do from now on, and ends; so long did it take, in ms. */
async function leave(program: Program): Promise<number> {
  program.kill('SIGUSR2');
  expect(await program.exited).toEqual({ code: 0, signal: null });
  return Number(/held for (\d+) ms/.exec(program.stdout)?.[1]);
}
const errorsAt = ({ pushes }: OtlpReceiver): (number | undefined)[] =>
  pushes.map(({ metrics }) => metrics.get('realtime.errors')?.sum);

describe('a process that has nothing else to do ends, though the collector', () => {
  it.each(['http/protobuf', 'http/json', 'grpc'] as const)('refuses: %s', async (protocol) => {
    const endpoint = `http://127.0.0.1:${await freePort()}/v1/metrics`;
    const program = start('leave', { protocol, endpoint, interval_ms: 300 });
    await program.said(/ECONNREFUSED/);
    expect(await leave(program)).toBeLessThan(2000);
  });

  it.each(['http/protobuf', 'http/json'] as const)(
    'never answers: %s',
    async (protocol) => {
      let connections = 0;
      const port = await startRawServer(() => (connections += 1));
      const program = start('leave', { protocol, endpoint: `http://127.0.0.1:${port}/v1/metrics`, ...IMPATIENT });
      await waitFor('a push', () => connections > 0, 20_000);
      // the request would be given up after 4.5 s
      expect(await leave(program)).toBeLessThan(2000);
    },
    30_000,
  );

  it('never answers: grpc, until the push is given up', async () => {
    let connections = 0;
    const port = await startRawServer(() => (connections += 1));
    const program = start('leave', { protocol: 'grpc', endpoint: `http://127.0.0.1:${port}`, interval_ms: 600 });
    await waitFor('a push', () => connections > 0, 20_000);
    expect(await leave(program)).toBeLessThan(3000);
  }, 30_000);

  it('breaks off, and does not try again', async () => {
    let connections = 0;
    const port = await startRawServer((socket) => {
      connections += 1;
      socket.once('data', () => socket.resetAndDestroy());
    });
    const program = start('leave', { endpoint: `http://127.0.0.1:${port}/v1/metrics`, ...IMPATIENT });
    await waitFor('a push', () => connections > 0, 20_000);
    await leave(program);
    expect(connections).toBe(1);
  }, 30_000);

  it.each([503, 429])(
    'answers %d, and does not try again',
    async (status) => {
      const receiver = await OtlpReceiver.http({ respond: (response) => response.writeHead(status).end() });
      const program = start('leave', { endpoint: `${receiver.url}/v1/metrics`, ...IMPATIENT });
      await waitFor('a push', () => receiver.pushes.length > 0, 20_000);
      await leave(program);
      expect(receiver.pushes).toHaveLength(1);
    },
    30_000,
  );
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
    const program = start('wait', { protocol, endpoint, ...RARE, timeout_ms: 1500 });
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

import { createServer } from 'node:http2';
import type { ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { systemClock } from '../../src/base/clock.ts';
import { createOnceLogger } from '../../src/base/logger.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import type { TelemetryConfig } from '../../src/index.ts';
import { otlpReaderOf } from '../../src/otel/otlp/reader.ts';
import { cert, key } from '../conformance/harness/certificate.cjs';
import { closeDashboard, startDashboard } from '../support/dashboard.ts';
import type { TestDashboard } from '../support/dashboard.ts';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { LogLines } from '../support/log-lines.ts';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { waitFor } from '../support/wait-for.ts';

type OtlpSection = NonNullable<TelemetryConfig['otlp']>;

/** The repository's own says that nothing is pushed. */
const EMPTY = join(__dirname, '../fixtures/empty.json');

const saved = { ...process.env };

afterEach(async () => {
  await closeDashboard();
  await closeLeftovers();
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, saved);
});

const start = (otlp: OtlpSection): Promise<TestDashboard> =>
  startDashboard({ config: { otlp: { enabled: true, ...otlp } } });

const endpointOf = ({ url }: OtlpReceiver): string => `${url}/v1/metrics`;

describe('a collector that answers late or not at all', () => {
  const ERRORS = 'realtime.errors';
  const errorsAt = ({ pushes }: OtlpReceiver): (number | undefined)[] =>
    pushes.map(({ metrics }) => metrics.get(ERRORS)?.sum);

  it.each(['http/json', 'grpc'] as const)(
    'gets differences once, though it takes longer than an interval: %s',
    async (protocol) => {
      const receiver =
        protocol === 'grpc'
          ? await OtlpReceiver.grpc({ delayMs: 900 })
          : await OtlpReceiver.http({ respond: (response) => setTimeout(() => response.end('{}'), 900) });
      const endpoint = protocol === 'grpc' ? receiver.url : endpointOf(receiver);
      const { dashboard, log } = await start({ protocol, endpoint, temporality: 'delta', interval_ms: 700 });
      dashboard.recordError('storage');
      await dashboard.shutdown();
      expect(errorsAt(receiver)).toEqual([1]);
      expect(log.lines).toEqual([]);
    },
  );

  it.each([
    ['delta', 1],
    ['lowmemory', 1],
    ['cumulative', 2],
  ] as const)('and breaks off, gets %s %d times', async (temporality, times) => {
    let answers = 0;
    const receiver = await OtlpReceiver.http({
      respond: (response) => ((answers += 1) > 1 ? response.end() : response.socket?.destroy()),
    });
    const { dashboard } = await start({ endpoint: endpointOf(receiver), temporality, interval_ms: 60_000 });
    dashboard.recordError('storage');
    await dashboard.shutdown();
    expect(errorsAt(receiver)).toEqual(Array(times).fill(1));
  });

  it.each([
    ['delta', 1],
    ['cumulative', 2],
  ] as const)('and breaks off, gets %s %d times over gRPC', async (temporality, times) => {
    let calls = 0;
    const server = createServer().on('stream', (stream) => {
      calls += 1;
      // the second is answered by nobody
      if (calls === 1) stream.resume().on('end', () => stream.session?.destroy());
    });
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    closeLater(() => {
      server.close();
      for (const session of sessions) session.destroy();
    });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { dashboard } = await start({
      protocol: 'grpc',
      endpoint,
      temporality,
      interval_ms: 60_000,
      timeout_ms: 2500,
    });
    await dashboard.shutdown();
    expect(calls).toBe(times);
  });

  it('is waited for as ever after a flush that had less time', async () => {
    let answers = 0;
    const receiver = await OtlpReceiver.http({
      respond: (response) => ((answers += 1) > 1 ? setTimeout(() => response.end(), 400) : undefined),
    });
    const log = new LogLines();
    const { otlp } = resolveConfig('test', { otlp: { endpoint: endpointOf(receiver), interval_ms: 1000 } });
    const logger = createOnceLogger(log);
    const reader = otlpReaderOf(otlp, { source: 'test', logger, clock: systemClock, mayPush: () => true });
    const provider = new MeterProvider({ readers: [reader] });
    closeLater(() => provider.shutdown());
    provider.getMeter('test').createCounter('test').add(1);
    await reader.forceFlush({ timeoutMillis: 200 });
    expect(log.lines).toEqual([expect.stringContaining('no answer within 190 ms')]);
    await waitFor('a second line', () => log.lines.length > 1);
    expect(log.lines[1]).toContain('works again');
  });

  it('gets differences again where it was not there for the first try', async () => {
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}/v1/metrics`;
    const { dashboard, log } = await start({ endpoint, temporality: 'delta', interval_ms: 60_000 });
    dashboard.recordError('storage');
    const ended = dashboard.shutdown();
    await sleep(100); // the first try is refused
    const receiver = await OtlpReceiver.http({ port });
    await ended;
    expect(errorsAt(receiver)).toEqual([1]);
    expect(log.lines).toEqual([]);
  });

  it('is left alone for as long as it wants', async () => {
    const receiver = await OtlpReceiver.http({
      respond: (response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
    });
    const { dashboard, log } = await start({ endpoint: endpointOf(receiver), interval_ms: 100 });
    await waitFor('a line', () => log.lines.length > 0);
    await sleep(500); // further pushes would come
    expect(receiver.pushes).toHaveLength(1);
    await dashboard.shutdown();
    expect(receiver.pushes).toHaveLength(2);
  });
});

describe('a push over gRPC', () => {
  const lineOf = async (otlp: OtlpSection): Promise<string | undefined> => {
    const { dashboard, log } = await start({ protocol: 'grpc', interval_ms: 60_000, timeout_ms: 1500, ...otlp });
    await dashboard.shutdown();
    expect(log.lines).toHaveLength(1);
    return log.lines[0];
  };

  it('has bytes in a header whose name says so', async () => {
    const receiver = await OtlpReceiver.grpc();
    const headers = { 'X-Trace-Bin': Buffer.from('some bytes').toString('base64') };
    const { dashboard } = await start({ protocol: 'grpc', endpoint: receiver.url, headers, interval_ms: 60_000 });
    await dashboard.shutdown();
    expect(receiver.pushes[0]?.headers['x-trace-bin']).toBe('some bytes');
  });

  it.each(['http://127.0.0.99:80', 'http://127.0.0.99'])(
    'goes to port 80 where it is told to: %s',
    async (endpoint) => {
      expect(await lineOf({ endpoint })).toMatch(/ECONNREFUSED 127\.0\.0\.99:80; the last values are lost$/);
    },
  );

  it('goes to port 443 of https:// without a port', async () => {
    expect(await lineOf({ endpoint: 'https://127.0.0.99' })).toMatch(/ECONNREFUSED 127\.0\.0\.99:443;/);
  });

  it.each([
    ['HTTP', () => OtlpReceiver.http()],
    ['TLS', () => OtlpReceiver.grpc({ tls: { key, cert, ca: null } })],
  ])('to a port for %s says so', async (_, receive) => {
    const { port } = new URL((await receive()).url);
    expect(await lineOf({ endpoint: `http://127.0.0.1:${port}` })).toMatch(
      /; check otlp\.protocol and the scheme of otlp\.endpoint: it may be a port for HTTP or TLS; the last/,
    );
  });

  it('over TLS to a port without it says so', async () => {
    const { url } = await OtlpReceiver.grpc();
    expect(await lineOf({ endpoint: url.replace('http:', 'https:') })).toMatch(
      /; check otlp\.tls and the scheme of otlp\.endpoint; the last/,
    );
  });

  it('to a collector that it does not trust says so', async () => {
    const { url } = await OtlpReceiver.grpc({ tls: { key, cert, ca: null } });
    expect(await lineOf({ endpoint: url })).toMatch(/certificate; check otlp\.tls and the scheme of otlp\.endpoint/);
  });
});

describe('a header that gRPC does not take', () => {
  it.each(['x(y)=1', 'a=caf%C3%A9'])('in a variable is ignored with a warning: %s', async (text) => {
    Object.assign(process.env, {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: text,
    });
    const { log } = await startDashboard({
      configFile: EMPTY,
      config: { otlp: { interval_ms: 60_000, timeout_ms: 100 } },
    });
    expect(log.lines).toEqual([
      expect.stringContaining('the environment variable OTEL_EXPORTER_OTLP_HEADERS is ignored'),
    ]);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TelemetryConfig } from '../../src/index.ts';
import { cert, key } from '../conformance/harness/certificate.cjs';
import { closeDashboard, startDashboard } from '../support/dashboard.ts';
import type { TestDashboard } from '../support/dashboard.ts';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { waitFor } from '../support/wait-for.ts';

type OtlpSection = NonNullable<TelemetryConfig['otlp']>;

/** The repository's own says that nothing is pushed. */
const EMPTY = join(__dirname, '../fixtures/empty.json');

const SECRET = 'hunter2-s3cret';
const saved = { ...process.env };

afterEach(async () => {
  await closeDashboard();
  await closeLeftovers();
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, saved);
});

const start = (otlp: OtlpSection, config: TelemetryConfig = {}): Promise<TestDashboard> =>
  startDashboard({ config: { ...config, otlp: { enabled: true, interval_ms: 100, ...otlp } } });

const endpointOf = ({ url }: OtlpReceiver): string => `${url}/v1/metrics`;

/** Where the certificate of the tests is, and its key. */
function pemFiles(): { ca_file: string; cert_file: string; key_file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-otlp-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
  const cert_file = join(folder, 'cert.pem');
  return { ca_file: cert_file, cert_file, key_file: join(folder, 'key.pem') };
}

describe.each(['http/protobuf', 'http/json', 'grpc'] as const)('otlp.protocol %s', (protocol) => {
  const isGrpc = protocol === 'grpc';
  const receive = (): Promise<OtlpReceiver> => (isGrpc ? OtlpReceiver.grpc() : OtlpReceiver.http());
  const target = (receiver: OtlpReceiver): string => (isGrpc ? receiver.url : endpointOf(receiver));
  /** Pushes the last values alone. */
  const pushOnce = async (otlp: OtlpSection): Promise<TestDashboard> => {
    const started = await start({ protocol, interval_ms: 60_000, timeout_ms: 700, ...otlp });
    await closeDashboard();
    return started;
  };

  it('pushes all metrics, with the resource and the headers, again and again', async () => {
    const receiver = await receive();
    const headers = { authorization: `Bearer ${SECRET}` };
    const { dashboard, log } = await start(
      { protocol, endpoint: target(receiver), headers, interval_ms: 1500 },
      { service_name: 'chat', service_version: '1.2.3' },
    );
    dashboard.recordLatency(5);
    dashboard.recordError('storage');
    const push = await receiver.push(1);
    expect(push.metrics.get('realtime.latency')).toEqual({ temporality: 'cumulative', sum: 1, points: 1 });
    expect(push.metrics.get('process.memory.usage')?.temporality).not.toBe('delta');
    expect(push.resource).toMatchObject({ 'service.name': 'chat', 'service.version': '1.2.3' });
    expect(push.headers['authorization']).toBe(`Bearer ${SECRET}`);
    if (!isGrpc) {
      expect(push.headers['content-encoding']).toBe('gzip');
      expect(push.headers['content-type']).toBe(
        protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
      );
      expect(push.path).toBe('/v1/metrics');
    }
    await receiver.push(2);
    await dashboard.shutdown();
    expect(receiver.pushes.length).toBeGreaterThan(2);
    expect(log.lines).toEqual([]);
  }, 20_000);

  it('pushes what was measured last when it is shut down', async () => {
    const receiver = await receive();
    const { dashboard } = await start({ protocol, endpoint: target(receiver), interval_ms: 60_000 });
    dashboard.recordError('storage');
    await dashboard.shutdown();
    expect(receiver.pushes.at(-1)?.metrics.get('realtime.errors')?.sum).toBe(1);
  });

  it('tells once that the collector is away, and once that it is back', async () => {
    const port = await freePort();
    const { log } = await start({
      protocol,
      endpoint: isGrpc
        ? `http://user:${SECRET}@127.0.0.1:${port}`
        : `http://user:${SECRET}@127.0.0.1:${port}/v1/metrics`,
      headers: { 'x-key': SECRET },
      interval_ms: 400,
    });
    await waitFor('a line', () => log.lines.length > 0);
    await sleep(1000); // further pushes fail
    expect(log.lines).toEqual([expect.stringContaining(`warn push to http://127.0.0.1:${port}`)]);
    if (isGrpc) return; // its channel waits for seconds before it connects again
    await OtlpReceiver.http({ port });
    await waitFor('a second line', () => log.lines.length > 1);
    expect(log.lines[1]).toMatch(/^info push to http:\/\/127.*: works again after \d+ s$/);
    expect(log.lines.join('\n')).not.toContain(SECRET);
  });

  it('trusts otlp.tls.ca_file and shows its own certificate, to a receiver that wants one', async () => {
    const files = pemFiles();
    const server = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true };
    const receiver = isGrpc
      ? await OtlpReceiver.grpc({ tls: { key, cert, ca: Buffer.from(cert) } })
      : await OtlpReceiver.http({ tls: server });
    await pushOnce({ endpoint: target(receiver), tls: files });
    expect(receiver.pushes[0]?.metrics.has('process.uptime')).toBe(true);
  });

  it('does not push to a receiver that it does not trust, but with insecure_skip_verify', async () => {
    const receiver = isGrpc
      ? await OtlpReceiver.grpc({ tls: { key, cert, ca: null } })
      : await OtlpReceiver.http({ tls: { key, cert } });
    const { log } = await pushOnce({ endpoint: target(receiver) });
    expect([log.lines.length, receiver.pushes.length]).toEqual([1, 0]);
    if (!isGrpc) expect(log.lines[0]).toContain('check otlp.tls');
    await pushOnce({ endpoint: target(receiver), tls: { insecure_skip_verify: true } });
    expect(receiver.pushes).toHaveLength(1);
  });

  it('checks the name in otlp.tls.server_name', async () => {
    const receiver = isGrpc
      ? await OtlpReceiver.grpc({ tls: { key, cert, ca: null } })
      : await OtlpReceiver.http({ tls: { key, cert } });
    const { ca_file } = pemFiles();
    const tls = { ca_file, server_name: 'other.example.com' };
    const { log } = await pushOnce({ endpoint: target(receiver), tls });
    expect([log.lines.length, receiver.pushes.length]).toEqual([1, 0]);
    await pushOnce({ endpoint: target(receiver), tls: { ca_file, server_name: 'localhost' } });
    expect(receiver.pushes).toHaveLength(1);
  });

  it('wins over the variables that the exporter would read by itself', async () => {
    const receiver = await receive();
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: nowhere,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${nowhere}/v1/metrics`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=variable,x-variable=kept',
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    });
    const { dashboard } = await start({
      protocol,
      endpoint: target(receiver),
      headers: { Authorization: 'document' },
      // those of the variables belong to their endpoint
      compression: 'none',
      temporality: 'cumulative',
    });
    dashboard.recordError('storage');
    const { headers, metrics } = await receiver.push(1);
    expect(headers).toMatchObject({ authorization: 'document' });
    expect(headers).not.toHaveProperty('x-variable');
    // they are there for whoever else reads them
    expect(process.env['OTEL_EXPORTER_OTLP_HEADERS']).toBe('authorization=variable,x-variable=kept');
    expect(headers['content-encoding']).toBeUndefined();
    expect(metrics.get('realtime.errors')?.temporality).toBe('cumulative');
  });
});

describe('the headers of the environment', () => {
  it.each(['http/protobuf', 'grpc'] as const)('go to the endpoint of the environment: %s', async (protocol) => {
    const receiver = protocol === 'grpc' ? await OtlpReceiver.grpc() : await OtlpReceiver.http();
    Object.assign(process.env, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-variable=kept',
    });
    await startDashboard({ configFile: EMPTY, config: { otlp: { enabled: true, interval_ms: 60_000 } } });
    await closeDashboard();
    expect(receiver.pushes[0]?.headers['x-variable']).toBe('kept');
  });
});

describe('otlp.temporality', () => {
  const COUNTER = 'realtime.errors';
  const UP_DOWN = 'realtime.session.active';
  it.each([
    ['cumulative', 'cumulative', [2, 5]],
    ['delta', 'delta', [2, 3]],
    ['lowmemory', 'delta', [2, 3]],
  ] as const)('%s pushes counters as %s, and what goes up and down as it stands', async (temporality, of, sums) => {
    const receiver = await OtlpReceiver.http();
    const { dashboard } = await start({ endpoint: endpointOf(receiver), temporality });
    const recordErrors = async (count: number, sum: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) dashboard.recordError('storage');
      dashboard.updateSessionCount({ active: count, total: 0 });
      const since = receiver.pushes.length;
      const push = await receiver.pushWith(
        `of ${sum}`,
        (each) => receiver.pushes.indexOf(each) >= since && each.metrics.get(COUNTER)?.sum === sum,
      );
      expect(push.metrics.get(COUNTER)?.temporality).toBe(of);
      expect(push.metrics.get(UP_DOWN)).toMatchObject({ temporality: 'cumulative', sum: count });
    };
    await recordErrors(2, sums[0]);
    await recordErrors(3, sums[1]);
  });
});

describe('a push', () => {
  it('leaves no connection open behind the last one', async () => {
    let open = 0;
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.end());
    });
    // an idle connection is left open
    server.keepAliveTimeout = 0;
    server.on('connection', (socket) => {
      open += 1;
      socket.on('close', () => (open -= 1));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    closeLater(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const { dashboard, log } = await start({ endpoint: `http://127.0.0.1:${port}/`, interval_ms: 300 });
    await waitFor('a connection', () => open > 0);
    await dashboard.shutdown();
    await waitFor('no connection', () => open === 0);
    expect(log.lines).toEqual([]);
  });

  it('comes each otlp.interval_ms', async () => {
    const receiver = await OtlpReceiver.http();
    await start({ endpoint: endpointOf(receiver), interval_ms: 3_600_000 });
    await sleep(300);
    expect(receiver.pushes).toEqual([]);
    await closeDashboard();
    expect(receiver.pushes).toHaveLength(1);
  });

  it.each(['gzip', 'none'] as const)('is sent with otlp.compression %s', async (compression) => {
    const receiver = await OtlpReceiver.http();
    await start({ endpoint: endpointOf(receiver), compression });
    const { headers } = await receiver.push(1);
    expect(headers['content-encoding']).toBe(compression === 'gzip' ? 'gzip' : undefined);
  });

  it('is given up after otlp.timeout_ms', async () => {
    const receiver = await OtlpReceiver.http({ respond: () => undefined });
    const { log } = await start({ endpoint: endpointOf(receiver), timeout_ms: 100, interval_ms: 60_000 });
    await closeDashboard();
    expect(log.lines).toEqual([expect.stringContaining('no answer within')]);
  });

  it('is tried again while the collector is just restarting, at the end too', async () => {
    let answers = 0;
    const receiver = await OtlpReceiver.http({
      respond: (response) => response.writeHead((answers += 1) > 1 ? 200 : 503).end(),
    });
    const { dashboard, log } = await start({ endpoint: endpointOf(receiver), interval_ms: 60_000 });
    dashboard.recordError('storage');
    await dashboard.shutdown();
    expect(receiver.pushes.map(({ metrics }) => metrics.get('realtime.errors')?.sum)).toEqual([1, 1]);
    expect(log.lines).toEqual([]);
  });

  it.each([
    [401, 'text/plain', `no ${SECRET} here`, 'HTTP 401: no *** here; check otlp.headers'],
    [404, 'text/plain', '', 'HTTP 404: Not Found; check the path of otlp.endpoint'],
    [400, 'application/json', '{"code":3,"message":"bad\\nthing"}', 'HTTP 400: bad thing; check otlp.protocol'],
    [302, 'text/plain', '', 'HTTP 302: Found; check otlp.endpoint: redirects are not followed'],
    [500, 'text/plain', 'oops', 'HTTP 500: oops; pushed again every 0.4 s'],
  ])('that is refused with %d says why once, without secrets', async (status, type, body, line) => {
    const receiver = await OtlpReceiver.http({
      respond: (response) => response.writeHead(status, { 'content-type': type }).end(body),
    });
    const headers = { authorization: `Bearer ${SECRET}` };
    const { log } = await start({ endpoint: endpointOf(receiver), headers, interval_ms: 400 });
    await receiver.push(3);
    expect(log.lines).toEqual([expect.stringContaining(line)]);
  });

  it('that is refused over gRPC says why', async () => {
    const receiver = await OtlpReceiver.grpc({ respond: () => ({ code: 16, details: `no ${SECRET}` }) });
    const headers = { 'x-key': SECRET };
    const { dashboard, log } = await start({ protocol: 'grpc', endpoint: receiver.url, headers, interval_ms: 60_000 });
    await dashboard.shutdown();
    expect(log.lines).toEqual([expect.stringContaining('gRPC status 16: no ***; check otlp.headers')]);
  });

  it('that is taken in part says so once', async () => {
    const said = { partialSuccess: { rejectedDataPoints: '3', errorMessage: `old ${SECRET}` } };
    const receiver = await OtlpReceiver.http({
      respond: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said)),
    });
    const { log } = await start({
      protocol: 'http/json',
      endpoint: endpointOf(receiver),
      headers: { 'x-key': SECRET },
      interval_ms: 400,
    });
    await receiver.push(3);
    expect(log.lines).toEqual([expect.stringContaining('refused 3 data points of a push: old ***')]);
  });
});

describe('shutdown', () => {
  it('ends within its bound while the collector hangs, and tells that the last values were not taken', async () => {
    const receiver = await OtlpReceiver.http({ respond: () => undefined });
    const { dashboard, log } = await start({ endpoint: endpointOf(receiver), interval_ms: 60_000 });
    await dashboard.shutdown();
    expect(log.lines).toEqual([expect.stringMatching(/no answer within 4\d\d\d ms/)]);
  }, 15_000);

  it('is over at once where the collector refuses and otlp.timeout_ms is short', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}/v1/metrics`;
    const { dashboard, log } = await start({ endpoint, timeout_ms: 100, interval_ms: 60_000 });
    await dashboard.shutdown();
    expect(log.lines).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });
});

describe('a file of otlp.tls that cannot be read', () => {
  const otlp = { enabled: true, tls: { ca_file: '/no/ca.pem' } };

  it('is a wrong configuration', async () => {
    await expect(startDashboard({ config: { otlp } })).rejects.toThrow(/otlp\.tls\.ca_file: no such file/);
  });

  it('is one log line where only OTEL_METRICS_EXPORTER asks for the push', async () => {
    process.env['OTEL_METRICS_EXPORTER'] = 'otlp';
    const { log } = await startDashboard({ configFile: EMPTY, config: { otlp: { tls: otlp.tls } } });
    expect(log.lines).toEqual([
      expect.stringMatching(/^warn OTEL_METRICS_EXPORTER asks for OTLP, but nothing is pushed: otlp\.tls\.ca_file/),
    ]);
  });
});

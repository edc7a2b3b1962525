import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { getTelemetryDashboard, initializeTelemetryDashboard } from '../../src/index.ts';
import { MemoryReader } from '../support/memory-reader.ts';
import { closeDashboard, startDashboard } from '../support/dashboard.ts';
import { parseSamples, valueOf } from '../support/prometheus-text.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeDashboard);

const notInitialized = expect.objectContaining({ code: 'TD_NOT_INITIALIZED' }) as unknown as Error;

describe('the life of a dashboard', () => {
  it('is reached from anywhere between its initialisation and its shutdown', async () => {
    expect(() => getTelemetryDashboard()).toThrow(/initializeTelemetryDashboard\(\)/);
    const { dashboard } = await startDashboard();
    expect(getTelemetryDashboard()).toBe(dashboard);
    await dashboard.shutdown();
    expect(() => getTelemetryDashboard()).toThrow(notInitialized);
  });

  it('is the same for a second call without options or with equal ones, and an error for others', async () => {
    const options = { config: { prometheus: { port: 0 }, service_name: 'one' } };
    const first = await initializeTelemetryDashboard(options);
    await expect(initializeTelemetryDashboard()).resolves.toBe(first);
    await expect(
      initializeTelemetryDashboard({ config: { prometheus: { port: 0 }, service_name: 'one' } }),
    ).resolves.toBe(first);
    await expect(initializeTelemetryDashboard({ config: { service_name: 'two' } })).rejects.toMatchObject({
      code: 'TD_ALREADY_INITIALIZED',
      message: expect.stringContaining('by code') as string,
    });
    await first.shutdown();
  });

  it('gives two calls at once one dashboard', async () => {
    const options = { config: { prometheus: { port: 0 } } };
    const [one, two] = await Promise.all([initializeTelemetryDashboard(options), initializeTelemetryDashboard()]);
    expect(one).toBe(two);
    await one.shutdown();
  });

  it('can be shut down twice, records nothing after that, and can be initialised anew', async () => {
    const { dashboard: old, url } = await startDashboard();
    const counter = old.prometheus.counter('old.things');
    const bound = counter.bind({});
    bound.add();
    await Promise.all([old.shutdown(), old.shutdown()]);
    await old.shutdown();
    old.recordLatency(1);
    old.recordMessage('incoming', 1);
    old.recordError('db');
    old.updateConnectionMetrics({ active: 1, idle: 1 });
    old.updateSessionCount({ active: 1, total: 1 });
    old.updateQueueSize('jobs', 1);
    old.startTimer()();
    counter.add(1);
    bound.add();
    expect(old.displayRealtimeMetrics()).toMatchObject({
      latency: { count: 0 },
      messages: { total: 0 },
      errors: { total: 0 },
      connections: { total: 0 },
      sessions: { total: 0 },
      queues: {},
    });
    expect(old.prometheus.value('old.things')).toBe(1);
    expect(old.address).toBeNull();
    await expect(fetch(`${url}/metrics`)).rejects.toThrow();
    const { dashboard } = await startDashboard();
    expect(dashboard).not.toBe(old);
    dashboard.recordLatency(5);
    expect(dashboard.displayRealtimeMetrics().latency.count).toBe(1);
  });

  it('waits with a new one until the last one has shut down', async () => {
    const reader = new MemoryReader();
    let ended = false;
    const shutdown = reader.shutdown.bind(reader);
    reader.shutdown = async () => {
      await sleep(50);
      await shutdown();
      ended = true;
    };
    const port = (await startDashboard({ readers: [reader] })).dashboard.address!.port;
    void getTelemetryDashboard().shutdown();
    const { dashboard } = await startDashboard({ config: { prometheus: { port } } });
    expect(ended).toBe(true);
    expect(dashboard.address).toMatchObject({ port });
  });

  it('can be shut down while it still starts', async () => {
    const starting = initializeTelemetryDashboard({ config: { prometheus: { port: 0 } } });
    await Promise.resolve();
    await getTelemetryDashboard().shutdown();
    expect((await starting).address).toBeNull();
    await startDashboard();
  });

  it('ends its shutdown within five seconds, whatever a reader does', async () => {
    const reader = new MemoryReader();
    reader.shutdown = () => new Promise(() => undefined);
    const { dashboard, log } = await startDashboard({ readers: [reader] });
    const startMs = performance.now();
    await dashboard.shutdown();
    expect(performance.now() - startMs).toBeLessThan(5000);
    expect(log.lines.at(-1)).toContain('has not ended within');
  });

  it('gives no metrics to other providers after its shutdown, and does not make them fail', async () => {
    const { dashboard } = await startDashboard();
    const { metricProducer } = dashboard;
    await dashboard.shutdown();
    await expect(metricProducer.collect()).resolves.toMatchObject({
      errors: [],
      resourceMetrics: { scopeMetrics: [] },
    });
  });

  it('is a no-op that opens no port when it is disabled', async () => {
    const { dashboard } = await startDashboard({ config: { enabled: false } });
    expect(dashboard.address).toBeNull();
    dashboard.recordLatency(1);
    dashboard.recordMessage('incoming', 5, 'text');
    dashboard.prometheus.counter('some.things').add(1);
    dashboard.meter.createCounter('other.things').add(1);
    const target = { method: () => 7 };
    const before = target.method;
    dashboard.instrument(target, 'method', { direction: 'incoming' });
    expect(target.method).toBe(before);
    expect(dashboard.displayRealtimeMetrics()).toMatchObject({
      latency: { count: 0, p95: null },
      messages: { total: 0 },
    });
    await dashboard.shutdown();
  });

  it('is disabled by OTEL_SDK_DISABLED', async () => {
    process.env['OTEL_SDK_DISABLED'] = 'true';
    try {
      const { dashboard } = await startDashboard();
      expect(dashboard.address).toBeNull();
    } finally {
      delete process.env['OTEL_SDK_DISABLED'];
    }
  });

  it('opens no port without prometheus.enabled, and serves through the handler all the same', async () => {
    const { dashboard } = await startDashboard({ config: { prometheus: { enabled: false } } });
    expect(dashboard.address).toBeNull();
    dashboard.recordLatency(1);
    const server = createServer((request, response) => void dashboard.metricsHandler(request, response))
      .listen(0, '127.0.0.1')
      .unref();
    await new Promise((resolve) => server.once('listening', resolve));
    const text = await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text();
    server.close();
    expect(text).toContain('realtime_latency_seconds_count 1\n');
  });

  it('lists every problem of a configuration at once, without secrets', async () => {
    const config = {
      prometheus: { port: 'high', token: 7, hots: 'x' },
      sampling_interval_ms: 1,
      nonsense: true,
    } as never;
    await expect(initializeTelemetryDashboard({ config })).rejects.toMatchObject({
      code: 'TD_CONFIG_INVALID',
      issues: [
        { path: 'prometheus.hots', value: '', expected: 'no such key; did you mean `prometheus.host`?' },
        { path: 'nonsense', value: '', expected: expect.stringMatching(/^no such key; the keys of the document are /) },
        { path: 'sampling_interval_ms', value: '1', expected: 'a whole number from 10 to 60000' },
        { path: 'prometheus.port', value: 'a text', expected: 'a whole number from 0 to 65535' },
        { path: 'prometheus.token', value: '"***"', expected: 'a token' },
      ],
    });
    expect(() => getTelemetryDashboard()).toThrow();
  });

  it('says which views are wrong, in the words of the SDK', async () => {
    const options = { views: [{ name: 'x', instrumentName: '*' }], config: { prometheus: { port: 0 } } };
    await expect(initializeTelemetryDashboard(options)).rejects.toMatchObject({
      code: 'TD_CONFIG_INVALID',
      message: expect.stringContaining('Views with a specified name must be declared') as string,
    });
    await startDashboard();
  });

  it('names the port and the setting when the port is in use, and leaves nothing behind', async () => {
    const blocker = createServer().listen(0, '127.0.0.1').unref();
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    await expect(initializeTelemetryDashboard({ config: { prometheus: { port } } })).rejects.toMatchObject({
      code: 'TD_PORT_UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(`127\\.0\\.0\\.1:${port}: the port is in use; set prometheus\\.port`),
      ) as string,
    });
    blocker.close();
    expect(() => getTelemetryDashboard()).toThrow();
    await startDashboard({ config: { prometheus: { port } } });
  });
});

describe('/metrics', () => {
  it('serves everything that was recorded, under Prometheus names', async () => {
    const { dashboard, url } = await startDashboard({
      config: { service_name: 'shop', prometheus: { labels: { env: 'test' } } },
    });
    dashboard.recordLatency(250);
    dashboard.recordMessage('outgoing', 1000, 'chat');
    dashboard.recordError('db', 'critical');
    dashboard.updateQueueSize('jobs', 4);
    dashboard.updateConnectionMetrics({ active: 2, idle: 1 });
    dashboard.updateSessionCount({ active: 2, total: 9 });
    const response = await fetch(`${url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const samples = parseSamples(await response.text());
    const value = (name: string, labels = {}): number | undefined => valueOf(samples, name, { ...labels, env: 'test' });
    expect(valueOf(samples, 'target_info', { service_name: 'shop' })).toBe(1);
    expect(value('realtime_latency_seconds_count')).toBe(1);
    expect(value('realtime_latency_seconds_bucket', { le: '0.25' })).toBe(1);
    expect(value('realtime_latency_seconds_bucket', { le: '0.16' })).toBe(0);
    expect(value('realtime_latency_window_max_seconds')).toBe(0.25);
    expect(
      value('websocket_server_messages_total', { network_io_direction: 'transmit', websocket_message_type: 'chat' }),
    ).toBe(1);
    expect(value('websocket_server_io_bytes_total', { network_io_direction: 'transmit' })).toBe(1000);
    expect(value('realtime_errors_total', { component: 'db', severity: 'critical' })).toBe(1);
    expect(value('realtime_queue_size', { queue: 'jobs' })).toBe(4);
    expect(value('websocket_server_open_connections', { websocket_connection_state: 'idle' })).toBe(1);
    expect(value('realtime_session_active')).toBe(2);
    expect(value('realtime_sessions_total')).toBe(9);
    expect(value('process_memory_usage_bytes')).toBeGreaterThan(1e7);
    expect(samples.some(({ labels }) => labels.some(([name]) => name.startsWith('otel_scope')))).toBe(false);
  });

  it('speaks OpenMetrics and gzip when asked', async () => {
    const { url } = await startDashboard();
    const open = await fetch(`${url}/metrics`, {
      headers: { accept: 'application/openmetrics-text; version=1.0.0,text/plain;q=0.5' },
    });
    expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(await open.text()).toMatch(/# EOF\n$/);
    const text = await fetch(`${url}/metrics`, {
      headers: { accept: 'application/openmetrics-text;q=0.1,text/plain' },
    });
    expect(text.headers.get('content-type')).toMatch(/^text\/plain/);
    const zipped = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(await zipped.text()).toContain('process_uptime_seconds');
    const plain = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });

  it('fails with 500 when something cannot be collected, and says what', async () => {
    const { dashboard, url, log } = await startDashboard();
    const broken = dashboard.meter.createObservableGauge('my.gauge');
    const fail = (): never => {
      throw new Error('sensor is gone');
    };
    broken.addCallback(fail);
    const response = await fetch(`${url}/metrics`);
    expect([response.status, await response.text()]).toEqual([
      500,
      'The metrics could not be collected: sensor is gone\n',
    ]);
    await fetch(`${url}/metrics`);
    expect(log.lines.filter((line) => line.includes('sensor is gone'))).toHaveLength(1);
    broken.removeCallback(fail);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('ends a response, and never rejects, when it cannot be written', async () => {
    const { dashboard, url } = await startDashboard();
    dashboard.meter.createCounter('my.counter', { description: 7 as never }).add(1);
    const response = await fetch(`${url}/metrics`);
    expect([response.status, response.headers.get('content-encoding')]).toEqual([500, null]);
    expect(await response.text()).toContain('The metrics could not be collected: ');
  });

  it('asks for the token where one is set', async () => {
    const { url } = await startDashboard({ config: { prometheus: { token: 'geheim' } } });
    for (const path of ['/metrics', '/healthz']) {
      const statusWith = async (authorization?: string): Promise<number> =>
        (await fetch(url + path, { headers: authorization === undefined ? {} : { authorization } })).status;
      expect(await statusWith()).toBe(401);
      expect(await statusWith('Bearer falsch')).toBe(401);
      expect(await statusWith('Basic geheim')).toBe(401);
      expect(await statusWith('Bearer geheim')).toBe(200);
    }
  });

  it('answers health, unknown paths and methods in the plain way of HTTP', async () => {
    const { url } = await startDashboard();
    const health = await fetch(`${url}/healthz?x=1`);
    expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
    expect((await fetch(`${url}/metrics`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    const missing = await fetch(`${url}/nothing`);
    expect([missing.status, await missing.text()]).toEqual([
      404,
      'Not Found. There is: /metrics /metrics/workers /healthz\n',
    ]);
  });

  it('carries the instruments of dashboard.meter too', async () => {
    const { dashboard, url } = await startDashboard();
    dashboard.meter.createCounter('orders', { unit: '{order}' }).add(3, { kind: 'book' });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('\norders_total{kind="book"} 3\n');
  });
});

describe('the configuration', () => {
  it('takes effect, key by key', async () => {
    const { dashboard, url } = await startDashboard({
      resource: { 'service.version': '1.2.3' },
      config: {
        service_name: 'shop',
        sampling_interval_ms: 10,
        retention: { window_ms: 30_000 },
        latency_buckets_ms: [2.1, 50],
        alerts: { latency_threshold_ms: 10, thresholds: { critical_latency_ms: 20 }, hysteresis_percent: 0 },
        limits: { attribute_values: 1, series: 1900 },
      },
    });
    dashboard.recordLatency(40);
    dashboard.recordError('a');
    dashboard.recordError('b');
    await waitFor('a sample', () => dashboard.displayRealtimeMetrics().resources.cpuPercent !== null, 900);
    expect(dashboard.displayRealtimeMetrics()).toMatchObject({
      windowSeconds: 30,
      errors: { byComponent: { a: 1, _other: 1 } },
    });
    await waitFor('the host', () => dashboard.prometheus.value('system.cpu.utilization') !== null, 2500);
    const samples = parseSamples(await (await fetch(`${url}/metrics`)).text());
    const bounds = samples
      .filter(({ name }) => name === 'realtime_latency_seconds_bucket')
      .map(({ labels }) => labels.find(([label]) => label === 'le')?.[1]);
    expect(bounds).toEqual(['0.0021', '0.01', '0.02', '0.05', '+Inf']);
    expect(valueOf(samples, 'target_info', { service_name: 'shop', service_version: '1.2.3' })).toBe(1);
    // of the host there may be more CPUs than a cap on values from outside allows
    expect(dashboard.prometheus.value('telemetry.overflow')).toBe(1);
    expect(samples.filter(({ name }) => name === 'system_cpu_time_seconds_total').length).toBeGreaterThanOrEqual(5);
  });

  it('takes the service name and resource attributes of the environment', async () => {
    process.env['OTEL_SERVICE_NAME'] = 'from-environment';
    process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'deployment.environment=test';
    try {
      const { url } = await startDashboard();
      const samples = parseSamples(await (await fetch(`${url}/metrics`)).text());
      const labels = { service_name: 'from-environment', deployment_environment: 'test' };
      expect(valueOf(samples, 'target_info', labels)).toBe(1);
    } finally {
      delete process.env['OTEL_SERVICE_NAME'];
      delete process.env['OTEL_RESOURCE_ATTRIBUTES'];
    }
  });
});

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigFile } from '../../../src/config/file.ts';
import { resolveConfig } from '../../../src/config/resolve.ts';
import { closeLater, closeLeftovers } from '../../support/leftovers.ts';

afterEach(closeLeftovers);

function inNewFolder(): string {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
  process.chdir(folder);
  closeLater(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });
  return process.cwd();
}

describe('resolveConfig', () => {
  it('has a default for everything', () => {
    expect(resolveConfig('code')).toEqual({
      enabled: true,
      sampling_interval_ms: 1000,
      reload_interval_ms: 1000,
      retention: { window_ms: 60_000, history_ms: 3_600_000 },
      limits: { attribute_values: 100, series: 1900 },
      websocket: { enabled: true, idle_after_ms: 30_000, routes: [], ignore: [] },
      prometheus: { enabled: true, host: '127.0.0.1', port: 9464, labels: {}, scrape_interval_ms: 15_000 },
      live: {},
      otlp: {
        enabled: false,
        endpoint: 'http://localhost:4318/v1/metrics',
        protocol: 'http/protobuf',
        interval_ms: 60_000,
        timeout_ms: 10_000,
        headers: {},
        compression: 'gzip',
        temporality: 'cumulative',
        tls: { insecure_skip_verify: false },
      },
      grafana: {
        enabled: false,
        url: 'http://localhost:3000',
        sync: 'start',
        folder: 'Telemetry Dashboard',
        alert_rules: true,
        datasource: {
          uid: 'telemetry-dashboard',
          name: 'Telemetry Dashboard (Prometheus)',
          url: 'http://localhost:9090',
        },
        timeout_ms: 10_000,
        tls: { insecure_skip_verify: false },
      },
      alerts: {
        enabled: true,
        thresholds: {
          high_latency_ms: 1000,
          critical_latency_ms: 5000,
          error_rate_warning: 0.05,
          error_rate_critical: 0.1,
          memory_warning_percent: 75,
          memory_critical_percent: 90,
          event_loop_delay_warning_ms: 200,
          event_loop_delay_critical_ms: 1000,
          queue_size_warning: null,
          queue_size_critical: null,
          no_traffic_warning_ms: null,
          no_traffic_critical_ms: null,
        },
        latency_statistic: 'p95',
        for_ms: 10_000,
        keep_firing_for_ms: 10_000,
        hysteresis_percent: 10,
        min_observations: 10,
        repeat_interval_ms: 14_400_000,
        runbook_url: 'https://unpkg.com/telemetry-dashboard/docs/runbooks.md#{alert}',
        channels: { log: { enabled: true } },
        rules: [],
      },
      logging: { level: 'info', format: 'text' },
    });
  });

  it('takes the documents that its users know, as they write them', () => {
    const first = {
      enabled: true,
      sampling_interval_ms: 100,
      prometheus: { enabled: true, port: 9090 },
      grafana: { enabled: true, url: 'http://localhost:3000', api_key: 'your-api-key' },
      alerts: { enabled: true, latency_threshold_ms: 1000, error_rate_threshold: 0.05 },
    };
    const second = {
      alerts: {
        thresholds: {
          high_latency_ms: 1000,
          critical_latency_ms: 5000,
          error_rate_warning: 0.05,
          error_rate_critical: 0.1,
          memory_warning_percent: 75,
          memory_critical_percent: 90,
        },
      },
    };
    expect(resolveConfig('first', first)).toMatchObject({
      sampling_interval_ms: 100,
      prometheus: first.prometheus,
      grafana: first.grafana,
      alerts: { thresholds: second.alerts.thresholds },
    });
    expect(resolveConfig('second', second)).toEqual(resolveConfig('the defaults'));
  });

  it('lays one document over another, key by key', () => {
    const file = { service_name: 'file', prometheus: { port: 1, labels: { a: '1' } }, latency_buckets_ms: [1, 2] };
    const code = { prometheus: { port: 2, labels: { b: '2' } }, latency_buckets_ms: [5] };
    expect(resolveConfig('code', file, code)).toMatchObject({
      service_name: 'file',
      prometheus: { port: 2, labels: { a: '1', b: '2' } },
      latency_buckets_ms: [5],
    });
  });

  it.each([
    [{ prometheus: { port: 65_536 } }, 'prometheus.port: 65536, expected a whole number from 0 to 65535'],
    [{ prometheus: { port: 1.5 } }, 'prometheus.port: 1.5, expected a whole number from 0 to 65535'],
    [{ prometheus: { port: '9464x' } }, 'prometheus.port: "9464x", expected a whole number from 0 to 65535'],
    [
      { prometheus: { host: 'http://localhost' } },
      'prometheus.host: a text, expected a host name or an IP address, wi',
    ],
    [
      { prometheus: { labels: { 'a.b': 'x' } } },
      'prometheus.labels."a.b": this name, expected a Prometheus label name',
    ],
    [{ prometheus: { labels: { le: 'x' } } }, 'prometheus.labels.le: this name, expected a Prometheus label name'],
    [{ prometheus: { labels: { a: 1 } } }, 'prometheus.labels.a: 1, expected a text'],
    [
      { latency_buckets_ms: [2, 1] },
      'latency_buckets_ms: [2,1], expected an array of 1 to 500 ascending numbers above 0',
    ],
    [{ latency_buckets_ms: [] }, 'latency_buckets_ms: an empty array, expected an array of 1 to 500 ascending'],
    [
      { logging: { level: 'inof' } },
      'logging.level: "inof", expected one of "debug", "info", "warn", "error", "silent"',
    ],
    [{ logging: { level: 'loudly' } }, 'logging.level: a text, expected one of'],
    [{ service_name: '' }, 'service_name: an empty text, expected a text that is not empty'],
    [
      { websocket: { routes: ['/a', '/rooms/:'] } },
      'websocket.routes.1: a text, expected a path pattern, such as /room',
    ],
    [{ websocket: { routes: ['/:a:b'] } }, 'websocket.routes.0: a text, expected a path pattern'],
    [{ websocket: { routes: ['rooms/:room'] } }, 'websocket.routes.0: a text, expected a path pattern'],
    [{ websocket: { ignore: ['/files/*'] } }, 'websocket.ignore.0: a text, expected a path pattern'],
    [
      { websocket: { message_type: 'type' } },
      'websocket.message_type: a text, expected "json:" and the name of a member',
    ],
    [
      { websocket: { message_type: 'json:' } },
      'websocket.message_type: a text, expected "json:" and the name of a member',
    ],
    [
      { websocket: { ping_interval_ms: 99 } },
      'websocket.ping_interval_ms: 99, expected a whole number from 100 to 86400',
    ],
    [{ retention: 5 }, 'retention: 5, expected a section (an object)'],
    [{ retention: [] }, 'retention: an empty array, expected a section (an object)'],
    [{ retention: new Date() }, 'retention: a Date, expected a section (an object)'],
    [{ alerts: { rules: {} } }, 'alerts.rules: an object, expected an array of at most 1000 rules'],
    [[1], '(document): [1], expected an object'],
    ['text', '(document): a text, expected an object'],
    [null, '(document): null, expected an object'],
  ])('says what is wrong with %j', (document, message) => {
    expect(() => resolveConfig('monitoring.json', document)).toThrow(message);
    expect(() => resolveConfig('monitoring.json', document)).toThrow('(from monitoring.json)');
  });
});

describe('a configuration from code', () => {
  it('is wrong in one error, whatever it holds', () => {
    const cycle: Record<string, unknown> = {};
    cycle['itself'] = cycle;
    expect(() => resolveConfig('code', { prometheus: { port: 1n }, limits: { series: cycle } })).toThrow(
      /prometheus\.port: a bigint, expected a whole number[^]*limits\.series: an object, expected a whole number/,
    );
  });

  it('does not show a secret that stands in the wrong place', () => {
    expect(() => resolveConfig('code', [{ token: 'geheim' }])).not.toThrow(/geheim/);
  });
});

describe('readConfigFile', () => {
  it('takes an empty TELEMETRY_DASHBOARD_CONFIG for none, and tells of a found file that is no JSON', () => {
    inNewFolder();
    process.env['TELEMETRY_DASHBOARD_CONFIG'] = '';
    closeLater(() => delete process.env['TELEMETRY_DASHBOARD_CONFIG']);
    expect(readConfigFile(undefined)).toBeUndefined();
    mkdirSync('configs');
    writeFileSync('configs/monitoring.json', '// mine');
    expect(readConfigFile(undefined)).toMatchObject({ named: false, document: { code: 'TD_CONFIG_INVALID' } });
  });

  it('finds nothing where there is nothing', () => {
    inNewFolder();
    expect(readConfigFile(undefined)).toBeUndefined();
  });

  it('takes the named file, else the one of the environment, else the one under the working directory', () => {
    const folder = inNewFolder();
    mkdirSync('configs');
    writeFileSync('configs/monitoring.json', '{"service_name":"found"}');
    expect(readConfigFile(undefined)).toEqual({
      path: join(folder, 'configs/monitoring.json'),
      document: { service_name: 'found' },
      named: false,
      seen: expect.any(String),
    });
    writeFileSync('env.json', '{"service_name":"environment"}');
    process.env['TELEMETRY_DASHBOARD_CONFIG'] = 'env.json';
    closeLater(() => delete process.env['TELEMETRY_DASHBOARD_CONFIG']);
    expect(readConfigFile(undefined)).toMatchObject({ document: { service_name: 'environment' }, named: true });
    writeFileSync('mine.json', '{"service_name":"named"}');
    expect(readConfigFile('mine.json')).toMatchObject({ document: { service_name: 'named' }, named: true });
  });

  it('says which named file cannot be read, and what is no JSON', () => {
    const folder = inNewFolder();
    expect(() => readConfigFile('missing.json')).toThrow(
      `${join(folder, 'missing.json')})\n  (document): no such file (ENOENT), expected a file that can be read`,
    );
    writeFileSync('broken.json', '{"prometheus": {"token": geheim}}');
    expect(() => readConfigFile('broken.json')).toThrow('expected JSON');
    expect(() => readConfigFile('broken.json')).not.toThrow(/geheim/);
  });
});

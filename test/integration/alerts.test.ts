import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertFigures, AlertNotice, TelemetryConfig, TelemetryDashboard } from '../../src/index.ts';
import { closeDashboard, startDashboard } from '../support/dashboard.ts';
import type { TestDashboard } from '../support/dashboard.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { parseSamples, valueOf } from '../support/prometheus-text.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(async () => {
  await closeDashboard();
  await closeLeftovers();
});

/** In place of the file that lies under the working directory. */
const EMPTY = join(__dirname, '../fixtures/empty.json');

type Alerts = NonNullable<TelemetryConfig['alerts']>;

/** Thresholds that a test sets itself; without them no alert is there that a busy machine could raise. */
const NO_THRESHOLDS = {
  high_latency_ms: null,
  error_rate_warning: null,
  memory_warning_percent: null,
  event_loop_delay_warning_ms: null,
};

interface Alerting extends TestDashboard {
  readonly heard: AlertNotice[];
}

async function startAlerting({ thresholds, ...alerts }: Alerts, config: TelemetryConfig = {}): Promise<Alerting> {
  const document: TelemetryConfig = {
    sampling_interval_ms: 10,
    ...config,
    alerts: { for_ms: 0, keep_firing_for_ms: 0, thresholds: { ...NO_THRESHOLDS, ...thresholds }, ...alerts },
  };
  const started = await startDashboard({ configFile: EMPTY, config: document });
  const heard: AlertNotice[] = [];
  started.dashboard.on('alert', (notice) => heard.push(notice));
  return { ...started, heard };
}

const stateOf = (dashboard: TelemetryDashboard): string =>
  dashboard
    .displayRealtimeMetrics()
    .alerts.map(({ name, state }) => `${name} ${state}`)
    .join();

/** Waits for exactly these, such as `high_latency firing`. */
const alertsAre = ({ dashboard }: Alerting, expected: string) =>
  waitFor(expected || 'no alert', () => stateOf(dashboard) === expected).catch(() => {
    expect(stateOf(dashboard)).toBe(expected);
  });

/** Some evaluations go by. */
const afterSomeSamples = () => sleep(100);

function latencies(dashboard: TelemetryDashboard, ms: number, count = 20): void {
  for (let index = 0; index < count; index++) dashboard.recordLatency(ms);
}

function messages(dashboard: TelemetryDashboard, count = 20, errors = 0): void {
  for (let index = 0; index < count; index++) dashboard.recordMessage('incoming', 1);
  for (let index = 0; index < errors; index++) dashboard.recordError('db');
}

describe('each threshold raises its alert', () => {
  const rows: readonly [
    keys: Alerts['thresholds'],
    provoke: (dashboard: TelemetryDashboard) => void,
    alerts: string,
  ][] = [
    [{ high_latency_ms: 10 }, (dashboard) => latencies(dashboard, 20), 'high_latency firing'],
    [
      { high_latency_ms: 10, critical_latency_ms: 15 },
      (dashboard) => latencies(dashboard, 20),
      'high_latency firing,critical_latency firing',
    ],
    [{ error_rate_warning: 0.1 }, (dashboard) => messages(dashboard, 20, 3), 'high_error_rate firing'],
    [
      { error_rate_warning: 0.1, error_rate_critical: 0.12 },
      (dashboard) => messages(dashboard, 20, 3),
      'high_error_rate firing,critical_error_rate firing',
    ],
    [{ memory_warning_percent: 0 }, () => undefined, 'high_memory firing,critical_memory firing'],
    [{ memory_warning_percent: 0, memory_critical_percent: 100 }, () => undefined, 'high_memory firing'],
    [
      { event_loop_delay_warning_ms: 0.001, event_loop_delay_critical_ms: 86_400_000 },
      () => undefined,
      'high_event_loop_delay firing',
    ],
    [{ queue_size_warning: 4 }, (dashboard) => dashboard.updateQueueSize('a', 5), 'high_queue_size firing'],
    [
      { queue_size_warning: 4, queue_size_critical: 6 },
      (dashboard) => dashboard.updateQueueSize('a', 7),
      'high_queue_size firing,critical_queue_size firing',
    ],
    [{ no_traffic_warning_ms: 30, no_traffic_critical_ms: 86_400_000 }, () => undefined, 'no_traffic firing'],
    [
      { no_traffic_warning_ms: 30, no_traffic_critical_ms: 30 },
      () => undefined,
      'no_traffic firing,critical_no_traffic firing',
    ],
  ];

  it.each(rows)('%j', async (thresholds, provoke, expected) => {
    const alerting = await startAlerting({ thresholds });
    provoke(alerting.dashboard);
    await alertsAre(alerting, expected);
  });
});

describe('alerts', () => {
  it('are told apart by source, with figures in the unit of the threshold, on every surface', async () => {
    const alerting = await startAlerting({
      thresholds: { high_latency_ms: 10 },
      runbook_url: 'https://example.com/{alert}',
    });
    const { dashboard, heard, log, url } = alerting;
    latencies(dashboard, 20);
    await waitFor('the alert', () => heard.length > 0);
    const expected: Partial<AlertFigures> = {
      name: 'high_latency',
      severity: 'warning',
      state: 'firing',
      value: 20,
      threshold: 10,
      unit: 'ms',
      labels: { source: 'app' },
    };
    expect(dashboard.displayRealtimeMetrics().alerts).toEqual([expect.objectContaining(expected)]);
    expect(heard[0]).toMatchObject({
      ...expected,
      repeated: false,
      labels: { alertname: 'high_latency', severity: 'warning', rule: 'latency', source: 'app' },
      runbookUrl: 'https://example.com/high_latency',
    });
    expect(log.lines).toContain('warn alert high_latency (warning) is firing: 20 ms, threshold 10 ms');
    const samples = parseSamples(await (await fetch(`${url}/metrics`)).text());
    expect(valueOf(samples, 'telemetry_alert_active', { alert: 'high_latency', severity: 'warning' })).toBe(1);
    expect(valueOf(samples, 'telemetry_alert_active', { alert: 'critical_latency', severity: 'critical' })).toBe(0);
  });

  it('do not fire with `enabled: false`', async () => {
    const alerting = await startAlerting({ enabled: false, thresholds: { memory_warning_percent: 0 } });
    await afterSomeSamples();
    expect(alerting.dashboard.displayRealtimeMetrics().alerts).toEqual([]);
  });

  it('stay out of the log with `channels.log.enabled: false`', async () => {
    const alerting = await startAlerting({
      channels: { log: { enabled: false } },
      thresholds: { memory_warning_percent: 0 },
    });
    await waitFor('the alert', () => alerting.heard.length > 0);
    expect(alerting.log.lines).toEqual([]);
  });

  it('compare the statistic that is configured', async () => {
    const alerting = await startAlerting({ latency_statistic: 'avg', thresholds: { high_latency_ms: 10 } });
    latencies(alerting.dashboard, 9, 90);
    latencies(alerting.dashboard, 15, 10);
    await afterSomeSamples();
    expect(alerting.dashboard.displayRealtimeMetrics().alerts).toEqual([]);
    latencies(alerting.dashboard, 1000, 1);
    await alertsAre(alerting, 'high_latency firing');
  });

  it('are pending for `for_ms`, and are not told then', async () => {
    const alerting = await startAlerting({ for_ms: 86_400_000, thresholds: { queue_size_warning: 1 } });
    alerting.dashboard.updateQueueSize('a', 2);
    await alertsAre(alerting, 'high_queue_size pending');
    expect(alerting.heard).toEqual([]);
    alerting.dashboard.updateQueueSize('a', 0);
    await alertsAre(alerting, '');
  });

  it('go on firing for `keep_firing_for_ms`', async () => {
    const alerting = await startAlerting({ keep_firing_for_ms: 86_400_000, thresholds: { queue_size_warning: 1 } });
    alerting.dashboard.updateQueueSize('a', 2);
    await alertsAre(alerting, 'high_queue_size firing');
    alerting.dashboard.updateQueueSize('a', 0);
    await afterSomeSamples();
    expect(stateOf(alerting.dashboard)).toBe('high_queue_size firing');
  });

  it('are over only beyond `hysteresis_percent`', async () => {
    const alerting = await startAlerting({ hysteresis_percent: 20, thresholds: { queue_size_warning: 100 } });
    alerting.dashboard.updateQueueSize('a', 101);
    await alertsAre(alerting, 'high_queue_size firing');
    alerting.dashboard.updateQueueSize('a', 81);
    await afterSomeSamples();
    expect(stateOf(alerting.dashboard)).toBe('high_queue_size firing');
    alerting.dashboard.updateQueueSize('a', 80);
    await alertsAre(alerting, 'high_queue_size resolved');
    expect(alerting.heard.map(({ state }) => state)).toEqual(['firing', 'resolved']);
  });

  it('need `min_observations`', async () => {
    const alerting = await startAlerting({ min_observations: 21, thresholds: { high_latency_ms: 10 } });
    latencies(alerting.dashboard, 20, 20);
    await afterSomeSamples();
    expect(alerting.dashboard.displayRealtimeMetrics().alerts).toEqual([]);
    latencies(alerting.dashboard, 20, 1);
    await alertsAre(alerting, 'high_latency firing');
  });

  it('are told again after `repeat_interval_ms`', async () => {
    const alerting = await startAlerting({ repeat_interval_ms: 1000, thresholds: { memory_warning_percent: 0 } });
    await waitFor('the repetition', () => alerting.heard.some(({ repeated }) => repeated));
    // the warning gives way to its critical
    expect(alerting.heard.map(({ name, repeated }) => [name, repeated])).toEqual([
      ['critical_memory', false],
      ['critical_memory', true],
    ]);
  });

  it('of your own have all that they are given, on built-in and custom metrics', async () => {
    const rules: Alerts = {
      rules: [
        {
          name: 'few_orders',
          metric: 'orders.placed',
          statistic: 'increase',
          comparison: '<=',
          threshold: 5,
          severity: 'critical',
          min_observations: 0,
          labels: { team: 'shop' },
          summary: 'Hardly anybody buys',
        },
        { name: 'slow', metric: 'shop.wait', statistic: 'max', threshold: 2, unit: 's' },
        { name: 'waiting', metric: 'realtime.queue.size', statistic: 'value', threshold: 3, for_ms: 86_400_000 },
      ],
      min_observations: 1,
    };
    const alerting = await startAlerting(rules, { retention: { window_ms: 1000 } });
    const { dashboard, heard } = alerting;
    await afterSomeSamples();
    expect(dashboard.displayRealtimeMetrics().alerts).toEqual([]);
    dashboard.prometheus.counter('orders.placed').add(1);
    // few in less than a whole window says nothing
    await waitFor('the counter', () => heard.some(({ name }) => name === 'few_orders'));
    expect(heard[0]).toMatchObject({
      severity: 'critical',
      threshold: 5,
      summary: 'Hardly anybody buys',
      labels: { team: 'shop', rule: 'few_orders' },
    });
    const wait = dashboard.prometheus.histogram('shop.wait', { unit: 's' });
    // windows of a metric begin with the metric
    await afterSomeSamples();
    wait.record(3);
    dashboard.updateQueueSize('jobs', 4);
    await waitFor('the histogram', () => heard.some(({ name }) => name === 'slow'));
    expect(heard[1]).toMatchObject({ name: 'slow', value: 3, unit: 's' });
    expect(stateOf(dashboard)).toBe('few_orders firing,slow firing,waiting pending');
  });

  it('are no longer heard by a listener that was taken off, nor after the shutdown', async () => {
    const alerting = await startAlerting({ thresholds: { queue_size_warning: 1 } });
    const { dashboard, heard } = alerting;
    const taken: AlertNotice[] = [];
    const listener = (notice: AlertNotice): unknown => taken.push(notice);
    expect(dashboard.on('alert', listener).off('alert', listener)).toBe(dashboard);
    dashboard.updateQueueSize('a', 2);
    await waitFor('the alert', () => heard.length === 1);
    await dashboard.shutdown();
    await afterSomeSamples();
    expect([taken, heard.length]).toEqual([[], 1]);
    expect(dashboard.displayRealtimeMetrics().alerts).toEqual([]);
  });

  it('of a dashboard that is disabled are none, and listening to them does no harm', async () => {
    const { dashboard } = await startDashboard({ config: { enabled: false } });
    expect(dashboard.on('alert', () => undefined).displayRealtimeMetrics().alerts).toEqual([]);
  });
});

describe('the configuration', () => {
  it('has the thresholds of latencies as bounds of the exported buckets', async () => {
    const { dashboard, url } = await startDashboard({
      configFile: EMPTY,
      config: { alerts: { latency_threshold_ms: 37 } },
    });
    dashboard.recordLatency(1);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('realtime_latency_seconds_bucket{le="0.037"} 1');
    expect(text).toContain('realtime_latency_seconds_bucket{le="0.185"} 1');
  });

  it('refuses to start without the files of `tls`', async () => {
    const email = {
      host: 'mail.example.com',
      from: 'a@example.com',
      to: ['b@example.com'],
      tls: { ca_file: '/no/ca.pem' },
    };
    await expect(startDashboard({ config: { alerts: { channels: { email } } } })).rejects.toThrow(
      /alerts\.channels\.email\.tls\.ca_file/,
    );
  });

  it('makes no channel of alerts that are switched off', async () => {
    const tls = { ca_file: '/no/ca.pem' };
    const alertmanager = { urls: ['https://127.0.0.1:1'], tls };
    const { dashboard } = await startDashboard({ config: { alerts: { enabled: false, channels: { alertmanager } } } });
    expect(dashboard.displayRealtimeMetrics().alerts).toEqual([]);
  });

  it('says what is checked and has no effect yet', async () => {
    const { log } = await startDashboard({
      config: { live: { enabled: true } },
    });
    expect(log.lines.filter((line) => line.includes('no effect'))).toEqual([
      'warn live.enabled: true has no effect in this version yet',
    ]);
  });

  it('is not looked at again with `reload_interval_ms: 0`', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-config-'));
    closeLater(() => rmSync(folder, { recursive: true }));
    const configFile = join(folder, 'monitoring.json');
    writeFileSync(configFile, '{"reload_interval_ms":0}');
    const { log } = await startDashboard({ configFile });
    writeFileSync(configFile, '{"reload_interval_ms":0,"sampling_interval_ms":10}');
    await sleep(1500);
    expect(log.lines).toEqual([]);
  });

  it('reports a wrong variable of OpenTelemetry once, and goes on without it', async () => {
    process.env['OTEL_LOG_LEVEL'] = 'loud';
    closeLater(() => delete process.env['OTEL_LOG_LEVEL']);
    const { log } = await startDashboard();
    expect(log.lines).toEqual([expect.stringMatching(/^warn .*OTEL_LOG_LEVEL/)]);
  });
});

/** What must never be seen: the values of all keys in {@link fullConfig} that hold a secret. */
export const SECRETS = [
  'prom-t0ken-Zq8',
  'live-t0ken-Xw3',
  'header-s3cret-Vb5',
  'grafana-k3y-Nm7',
  'mail-p4ssword-Kj2',
  'am-p4ssword-Hg6',
  'url-us3r-Tr4',
  'url-p4ss-Lp9',
] as const;

/** A right document that has every key, but for the other spellings of thresholds and what excludes other keys. */
export function fullConfig(): Record<string, unknown> {
  const [promToken, liveToken, header, apiKey, mailPassword, amPassword, urlUser, urlPassword] = SECRETS;
  const tls = {
    ca_file: '/etc/ssl/ca.pem',
    cert_file: '/etc/ssl/client.pem',
    key_file: '/etc/ssl/client.key',
    server_name: 'example.com',
    insecure_skip_verify: true,
  };
  return {
    $schema: './monitoring.schema.json',
    enabled: true,
    service_name: 'chat',
    sampling_interval_ms: 500,
    reload_interval_ms: 5000,
    retention: { window_ms: 30_000, history_ms: 600_000 },
    latency_buckets_ms: [1, 10, 100, 1000],
    limits: { attribute_values: 50, series: 500 },
    websocket: {
      enabled: true,
      idle_after_ms: 10_000,
      ping_interval_ms: 5000,
      routes: ['/rooms/:room'],
      ignore: ['/health'],
      message_type: 'json:type',
    },
    prometheus: {
      enabled: true,
      host: '0.0.0.0',
      port: 9465,
      token: promToken,
      labels: { region: 'eu' },
      scrape_interval_ms: 10_000,
    },
    live: { enabled: true, token: liveToken },
    otlp: {
      enabled: true,
      endpoint: `https://${urlUser}:${urlPassword}@example.com/v1/metrics`,
      protocol: 'http/json',
      interval_ms: 30_000,
      timeout_ms: 5000,
      headers: { authorization: `Bearer ${header}` },
      compression: 'none',
      temporality: 'delta',
    },
    grafana: { enabled: true, url: 'https://grafana.example.com', api_key: apiKey, sync: 'manual' },
    alerts: {
      enabled: true,
      thresholds: {
        high_latency_ms: 500,
        critical_latency_ms: 2000,
        error_rate_warning: 0.01,
        error_rate_critical: 0.2,
        memory_warning_percent: 60,
        memory_critical_percent: 80,
        event_loop_delay_warning_ms: 100,
        event_loop_delay_critical_ms: 400,
        queue_size_warning: 100,
        queue_size_critical: 1000,
        no_traffic_warning_ms: 60_000,
        no_traffic_critical_ms: null,
      },
      latency_statistic: 'p99',
      for_ms: 5000,
      keep_firing_for_ms: 0,
      hysteresis_percent: 5,
      min_observations: 20,
      repeat_interval_ms: 3_600_000,
      runbook_url: 'https://example.com/runbooks/{alert}',
      channels: {
        log: { enabled: false },
        email: {
          enabled: true,
          host: 'mail.example.com',
          port: 465,
          secure: true,
          require_tls: true,
          username: 'monitor',
          password: mailPassword,
          from: 'Monitor <monitor@example.com>',
          to: ['ops@example.com', 'dev@example.com'],
          group_wait_ms: 5000,
          max_per_hour: 10,
          timeout_ms: 5000,
          tls,
        },
        alertmanager: {
          enabled: true,
          urls: ['http://am-1.example.com:9093', 'http://am-2.example.com:9093/path/'],
          username: 'prom',
          password: amPassword,
          resend_interval_ms: 15_000,
          timeout_ms: 5000,
          tls,
        },
      },
      rules: [
        {
          name: 'outbox_long',
          metric: 'realtime.queue.size',
          statistic: 'value',
          comparison: '>=',
          threshold: 50,
          severity: 'critical',
          for_ms: 0,
          keep_firing_for_ms: 0,
          min_observations: 0,
          labels: { team: 'chat' },
          unit: '{item}',
          summary: 'The outbox is long',
        },
      ],
    },
    logging: { level: 'debug', format: 'json' },
  };
}

/** Two documents that users have. */
export const USER_CONFIGS: readonly Record<string, unknown>[] = [
  {
    enabled: true,
    sampling_interval_ms: 100,
    prometheus: { enabled: true, port: 9090 },
    grafana: { enabled: true, url: 'http://localhost:3000', api_key: SECRETS[3] },
    alerts: { enabled: true, latency_threshold_ms: 1000, error_rate_threshold: 0.05 },
  },
  {
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
  },
];

import * as v from 'valibot';
import { ALERT_SEVERITIES } from '../../catalog/self.ts';
import { between, httpUrl, milliseconds, text, whole } from '../values.ts';

/** Statistics of the built-in latency alerts. */
const LATENCY_STATISTICS = ['avg', 'p50', 'p95', 'p99'] as const;

/** What a rule of the user's may look at. Of a histogram: avg … p99; of a counter: rate, increase; of a gauge: value. */
export const RULE_STATISTICS = ['avg', 'min', 'max', 'p50', 'p95', 'p99', 'rate', 'increase', 'value'] as const;

export const COMPARISONS = ['>', '>=', '<', '<='] as const;

/** A threshold that `null` switches off. */
const threshold = (min: number, max: number) => v.optional(v.nullable(between(min, max)));

const latencyMs = threshold(0.001, 86_400_000);
const ratio = threshold(0, 1);
const percent = threshold(0, 100);

/** As Prometheus writes them. */
const tls = v.strictObject({
  ca_file: v.optional(text),
  cert_file: v.optional(text),
  key_file: v.optional(text),
  server_name: v.optional(text),
  insecure_skip_verify: v.optional(v.boolean(), false),
});

const labelName = v.pipe(
  v.string(),
  v.regex(/^(?!__|(?:alertname|severity|rule|job|instance)$)[a-zA-Z_][a-zA-Z0-9_]*$/),
);

const channels = v.strictObject({
  log: v.optional(v.strictObject({ enabled: v.optional(v.boolean(), true) }), {}),
  email: v.optional(
    v.strictObject({
      enabled: v.optional(v.boolean(), true),
      host: text,
      port: v.optional(whole(1, 65_535), 587),
      secure: v.optional(v.boolean(), false),
      require_tls: v.optional(v.boolean(), false),
      username: v.optional(text),
      password: v.optional(text),
      from: text,
      to: v.pipe(v.array(text), v.minLength(1)),
      group_wait_ms: v.optional(milliseconds(0), 10_000),
      max_per_hour: v.optional(whole(1, 3600), 20),
      timeout_ms: v.optional(whole(100, 60_000), 10_000),
      tls: v.optional(tls, {}),
    }),
  ),
  alertmanager: v.optional(
    v.strictObject({
      enabled: v.optional(v.boolean(), true),
      urls: v.pipe(v.array(httpUrl), v.minLength(1)),
      username: v.optional(text),
      password: v.optional(text),
      bearer_token: v.optional(text),
      resend_interval_ms: v.optional(whole(100, 600_000), 30_000),
      timeout_ms: v.optional(whole(100, 60_000), 10_000),
      tls: v.optional(tls, {}),
    }),
  ),
});

const rule = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/)),
  metric: text,
  statistic: v.picklist(RULE_STATISTICS),
  comparison: v.optional(v.picklist(COMPARISONS), '>'),
  threshold: v.number(),
  severity: v.optional(v.picklist(ALERT_SEVERITIES), 'warning'),
  for_ms: v.optional(milliseconds(0)),
  keep_firing_for_ms: v.optional(milliseconds(0)),
  min_observations: v.optional(whole(0, 1_000_000_000)),
  labels: v.optional(v.record(labelName, v.string()), {}),
  unit: v.optional(text),
  summary: v.optional(text),
});

/** The section `alerts`, as it is written. */
export const alertsSchema = v.strictObject({
  enabled: v.optional(v.boolean(), true),
  latency_threshold_ms: latencyMs,
  error_rate_threshold: ratio,
  thresholds: v.optional(
    v.strictObject({
      high_latency_ms: latencyMs,
      critical_latency_ms: latencyMs,
      error_rate_warning: ratio,
      error_rate_critical: ratio,
      memory_warning_percent: percent,
      memory_critical_percent: percent,
      event_loop_delay_warning_ms: latencyMs,
      event_loop_delay_critical_ms: latencyMs,
      queue_size_warning: threshold(0, Number.MAX_SAFE_INTEGER),
      queue_size_critical: threshold(0, Number.MAX_SAFE_INTEGER),
      no_traffic_warning_ms: threshold(1, 86_400_000),
      no_traffic_critical_ms: threshold(1, 86_400_000),
    }),
    {},
  ),
  latency_statistic: v.optional(v.picklist(LATENCY_STATISTICS), 'p95'),
  for_ms: v.optional(milliseconds(0), 10_000),
  keep_firing_for_ms: v.optional(milliseconds(0), 10_000),
  hysteresis_percent: v.optional(between(0, 50), 10),
  min_observations: v.optional(whole(0, 1_000_000_000), 10),
  repeat_interval_ms: v.optional(whole(1000, 604_800_000), 14_400_000),
  runbook_url: v.optional(text, 'https://unpkg.com/telemetry-dashboard/docs/runbooks.md#{alert}'),
  channels: v.optional(channels, {}),
  rules: v.optional(v.array(rule), []),
});

import * as v from 'valibot';
import { LOG_LEVELS } from '../base/logger.ts';
import { isPathPattern } from '../base/path-pattern.ts';
import { alertsSchema } from './sections/alerts.ts';
import { grafanaSchema, liveSchema, otlpSchema } from './sections/exports.ts';
import type { Thresholds } from './thresholds.ts';
import { port, text, whole } from './values.ts';

const paths = v.array(
  v.pipe(v.string(), v.check<string, string>(isPathPattern, 'a path pattern, such as /rooms/:room')),
);

/** The configuration document, with its defaults. Keys that are not here are errors. */
export const configSchema = v.strictObject({
  $schema: v.optional(v.string()),
  enabled: v.optional(v.boolean(), true),
  service_name: v.optional(text),
  sampling_interval_ms: v.optional(whole(10, 60_000), 1000),
  reload_interval_ms: v.optional(whole(0, 3_600_000), 1000),
  retention: v.optional(
    v.strictObject({
      window_ms: v.optional(whole(1000, 3_600_000), 60_000),
      history_ms: v.optional(whole(1000, 86_400_000), 3_600_000),
    }),
    {},
  ),
  latency_buckets_ms: v.optional(
    v.pipe(
      v.array(v.pipe(v.number(), v.gtValue(0))),
      v.minLength(1),
      v.check(
        (bounds) => bounds.every((bound, index) => index === 0 || bound > (bounds[index - 1] as number)),
        'ascending numbers',
      ),
    ),
  ),
  limits: v.optional(
    v.strictObject({
      attribute_values: v.optional(whole(1, 1900), 100),
      series: v.optional(whole(1, 1900), 1900),
    }),
    {},
  ),
  websocket: v.optional(
    v.strictObject({
      enabled: v.optional(v.boolean(), true),
      idle_after_ms: v.optional(whole(1, 86_400_000), 30_000),
      ping_interval_ms: v.optional(whole(100, 86_400_000)),
      routes: v.optional(paths, []),
      ignore: v.optional(paths, []),
      message_type: v.optional(
        v.pipe(
          v.string(),
          v.check((text) => /^json:./s.test(text), 'json: and the name of a member'),
        ),
      ),
    }),
    {},
  ),
  prometheus: v.optional(
    v.strictObject({
      enabled: v.optional(v.boolean(), true),
      host: v.optional(text, '127.0.0.1'),
      port: v.optional(port, 9464),
      token: v.optional(text),
      labels: v.optional(v.record(v.pipe(v.string(), v.regex(/^(?!__|le$)[a-zA-Z_][a-zA-Z0-9_]*$/)), v.string()), {}),
      scrape_interval_ms: v.optional(whole(1000, 3_600_000), 15_000),
    }),
    {},
  ),
  live: v.optional(liveSchema, {}),
  otlp: v.optional(otlpSchema, {}),
  grafana: v.optional(grafanaSchema, {}),
  alerts: v.optional(alertsSchema, {}),
  logging: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(LOG_LEVELS), 'info'),
      format: v.optional(v.picklist(['text', 'json']), 'text'),
    }),
    {},
  ),
});

/** The document as it is written: everything may be left out. */
export type TelemetryConfig = v.InferInput<typeof configSchema>;

type Filled = v.InferOutput<typeof configSchema>;

/** The document with all defaults filled in, and one spelling of each threshold. */
export type ResolvedConfig = Omit<Filled, 'alerts' | '$schema'> & { readonly alerts: AlertsConfig };

/** The section `alerts` with all defaults filled in. */
export type AlertsConfig = Omit<Filled['alerts'], 'latency_threshold_ms' | 'error_rate_threshold' | 'thresholds'> & {
  readonly thresholds: Thresholds;
};

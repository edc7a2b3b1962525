import * as v from 'valibot';
import { alertsSchema } from './sections/alerts.ts';
import { liveSchema, otlpSchema } from './sections/exports.ts';
import { grafanaSchema } from './sections/grafana.ts';
import { limitsSchema, loggingSchema, prometheusSchema, retentionSchema, websocketSchema } from './sections/service.ts';
import type { Thresholds } from './thresholds.ts';
import { about, flag, section, some, text, whole } from './values.ts';

const BOUNDS = 'an array of 1 to 500 ascending numbers above 0';
const bound = v.pipe(v.number('a number above 0'), v.gtValue(0, 'a number above 0'), v.finite('a number above 0'));
const latencyBounds = v.pipe(
  some(bound, 'ascending numbers above 0', 500),
  v.check((bounds) => bounds.every((value, index) => index === 0 || value > (bounds[index - 1] as number)), BOUNDS),
);

/** The configuration document, with its defaults. Keys that are not here are errors. */
export const configSchema = section({
  $schema: v.optional(about(v.string('a text'), 'where editors find the JSON Schema of this document; without effect')),
  enabled: v.optional(
    about(flag, '`false` (or `OTEL_SDK_DISABLED=true`): everything is a no-op, no port is opened'),
    true,
  ),
  service_name: v.optional(
    about(text(), '`service.name` of the resource', { otherwise: '`OTEL_SERVICE_NAME`, else `unknown_service:node`' }),
  ),
  service_version: v.optional(
    about(text(), '`service.version` of the resource', {
      otherwise: "`OTEL_RESOURCE_ATTRIBUTES`, else the version in the application's `package.json`",
    }),
  ),
  sampling_interval_ms: v.optional(
    about(whole(10, 60_000), 'how often process and host are sampled and alerts evaluated'),
    1000,
  ),
  reload_interval_ms: v.optional(
    about(whole(0, 3_600_000), 'how often a configuration file is looked at for changes; 0: never'),
    1000,
  ),
  retention: v.optional(about(retentionSchema, 'how long figures are kept in memory'), {}),
  latency_buckets_ms: v.optional(
    about(
      latencyBounds,
      'bounds that leave the process, besides those of latency thresholds; live percentiles do not depend on them',
      {
        otherwise: '0.1 ms to 63 s, 30 bounds',
      },
    ),
  ),
  limits: v.optional(about(limitsSchema, 'what label values from outside can take of the memory'), {}),
  websocket: v.optional(about(websocketSchema, 'what is observed of sockets'), {}),
  prometheus: v.optional(about(prometheusSchema, 'the HTTP server and its metrics endpoint'), {}),
  live: v.optional(about(liveSchema, 'the live page'), {}),
  otlp: v.optional(about(otlpSchema, 'push to an OpenTelemetry collector'), {}),
  grafana: v.optional(about(grafanaSchema, 'a running Grafana'), {}),
  alerts: v.optional(about(alertsSchema, 'thresholds, and who is told'), {}),
  logging: v.optional(about(loggingSchema, "the package's own log lines"), {}),
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

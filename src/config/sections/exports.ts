import * as v from 'valibot';
import { httpUrl, text, whole } from '../values.ts';

/** The section `live`: the page and its feeds. */
export const liveSchema = v.strictObject({
  enabled: v.optional(v.boolean()),
  token: v.optional(text),
});

/** The section `otlp`: push to a collector. */
export const otlpSchema = v.strictObject({
  enabled: v.optional(v.boolean(), false),
  endpoint: v.optional(httpUrl, 'http://localhost:4318/v1/metrics'),
  protocol: v.optional(v.picklist(['http/protobuf', 'http/json', 'grpc']), 'http/protobuf'),
  interval_ms: v.optional(whole(100, 3_600_000), 60_000),
  timeout_ms: v.optional(whole(100, 3_600_000), 10_000),
  headers: v.optional(v.record(text, v.string()), {}),
  compression: v.optional(v.picklist(['gzip', 'none']), 'gzip'),
  temporality: v.optional(v.picklist(['cumulative', 'delta', 'lowmemory']), 'cumulative'),
});

/** The section `grafana`: dashboards and data sources in a running Grafana. */
export const grafanaSchema = v.strictObject({
  enabled: v.optional(v.boolean(), false),
  url: v.optional(httpUrl, 'http://localhost:3000'),
  api_key: v.optional(text),
  sync: v.optional(v.picklist(['start', 'manual']), 'start'),
});

import * as v from 'valibot';
import { LOG_LEVELS } from '../../base/logger.ts';
import { about, flag, host, list, map, matching, oneOf, pathPattern, port, secret, section, whole } from '../values.ts';

/** The section `retention`. */
export const retentionSchema = section({
  window_ms: v.optional(about(whole(1000, 3_600_000), 'the window of live latency figures, rates and alerts'), 60_000),
  history_ms: v.optional(
    about(whole(1000, 86_400_000), 'how far the history of the live page reaches back'),
    3_600_000,
  ),
});

/** The section `limits`: how much memory label values from outside can take. */
export const limitsSchema = section({
  attribute_values: v.optional(about(whole(1, 1900), 'values of one attribute of one metric'), 100),
  series: v.optional(about(whole(1, 1900), 'series of one metric'), 1900),
});

const paths = list(pathPattern, 'path patterns');

/** The section `websocket`: what is observed of sockets. */
export const websocketSchema = section({
  enabled: v.optional(about(flag, 'whether sockets are measured'), true),
  idle_after_ms: v.optional(
    about(whole(1, 86_400_000), 'a connection without a data message for so long is idle'),
    30_000,
  ),
  ping_interval_ms: v.optional(
    about(
      whole(100, 86_400_000),
      "pings every open `ws` connection so often, to measure its round trip; without it, only the application's own pings are measured",
    ),
  ),
  routes: v.optional(
    about(
      paths,
      'path patterns as in Express 5, beginning with a slash, `/rooms/:room`: the first that matches becomes `http.route`, other paths `_other`; without any, no `http.route`',
    ),
    [],
  ),
  ignore: v.optional(about(paths, 'path patterns at which nothing is measured'), []),
  message_type: v.optional(
    about(
      matching(/^json:[^]+$/, '"json:" and the name of a member, such as "json:type"'),
      '`json:type`: the string or whole number in that member of a JSON text message of at most 4096 bytes, if it has at most 64 characters, becomes `websocket.message.type`; without one, `text` or `binary`',
    ),
  ),
});

const label = matching(
  /^(?!__|le$)[a-zA-Z_][a-zA-Z0-9_]*$/,
  'a Prometheus label name: letters, digits and _, not le and not beginning with __',
);

/** The section `prometheus`: the endpoint, and who reads it. */
export const prometheusSchema = section({
  enabled: v.optional(about(flag, 'whether `/metrics` and `/healthz` are served'), true),
  host: v.optional(about(host, 'the address of the HTTP server'), '127.0.0.1'),
  port: v.optional(about(port, 'its port; 0 is any free one, `dashboard.address` tells which'), 9464),
  token: v.optional(about(secret('a token'), '`/metrics` and `/healthz` then want `Authorization: Bearer …`')),
  labels: v.optional(
    about(
      map(label, v.string('a text'), 'label names with their values'),
      'labels added to every sample but `target_info`',
    ),
    {},
  ),
  scrape_interval_ms: v.optional(
    about(
      whole(1000, 3_600_000),
      'how often Prometheus scrapes; the generated rules look back at least four times as far',
    ),
    15_000,
  ),
});

/** The section `logging`: the package's own log lines. */
export const loggingSchema = section({
  level: v.optional(about(oneOf(LOG_LEVELS), 'the least urgent lines that are written'), 'info'),
  format: v.optional(about(oneOf(['text', 'json']), 'their form, one line each, on standard error'), 'text'),
});

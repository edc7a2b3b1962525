import * as v from 'valibot';
import { about, flag, httpUrl, map, matching, oneOf, secret, section, whole } from '../values.ts';
import { tlsSchema } from './tls.ts';

/** The section `live`: the page and its feeds. */
export const liveSchema = section({
  enabled: v.optional(
    about(flag, 'whether the live page and its feeds are served', {
      otherwise: '`true` on a loopback address or with a token, else `false`',
    }),
  ),
  token: v.optional(about(secret('a token'), 'the live page and its feeds then want this token')),
});

const headerName = matching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'a name of an HTTP header');
const headerValue = v.pipe(
  matching(/^[\t\x20-\x7e\x80-\xff]*$/, 'a value of an HTTP header: a text without line breaks'),
  v.metadata({ secret: true }),
);

/** The section `otlp`: push to a collector. */
export const otlpSchema = section({
  enabled: v.optional(about(flag, 'whether metrics are pushed to an OpenTelemetry collector'), false),
  endpoint: v.optional(
    about(
      httpUrl,
      'where to: for HTTP the full URL, for gRPC scheme, host and port (`http://localhost:4317` unless given)',
    ),
    'http://localhost:4318/v1/metrics',
  ),
  protocol: v.optional(about(oneOf(['http/protobuf', 'http/json', 'grpc']), 'how'), 'http/protobuf'),
  interval_ms: v.optional(about(whole(100, 3_600_000), 'how often'), 60_000),
  timeout_ms: v.optional(
    about(whole(100, 3_600_000), 'a push that takes longer is given up, at the latest when the next is due'),
    10_000,
  ),
  headers: v.optional(
    about(map(headerName, headerValue, 'headers with their values'), 'HTTP headers or gRPC metadata of every push'),
    {},
  ),
  compression: v.optional(about(oneOf(['gzip', 'none']), 'of the pushed data'), 'gzip'),
  temporality: v.optional(
    about(oneOf(['cumulative', 'delta', 'lowmemory']), 'whether values count from the start or from the last push'),
    'cumulative',
  ),
  tls: v.optional(about(tlsSchema, 'for https:// endpoints'), {}),
});

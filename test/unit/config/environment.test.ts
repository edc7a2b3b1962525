import { OTEL_VARIABLES } from '../../../src/config/environment.ts';
import { resolveDocuments } from '../../../src/config/resolve.ts';
import type { ResolvedConfig } from '../../../src/config/schema.ts';

const settings = (environment: Record<string, string>, ...documents: unknown[]): ResolvedConfig =>
  resolveDocuments('test', documents, environment).config;
const warnings = (environment: Record<string, string>): readonly string[] =>
  resolveDocuments('test', [], environment).warnings;

const at = (config: ResolvedConfig, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], config);

/** Variable, its text, the key, what the variable makes of it, and another right value for the file and for code. */
const ROWS: readonly (readonly [string, string, string, unknown, unknown, unknown])[] = [
  ['OTEL_EXPORTER_PROMETHEUS_HOST', '::1', 'prometheus.host', '::1', 'localhost', '127.0.0.2'],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', '0', 'prometheus.port', 0, 1, 2],
  ['OTEL_LOG_LEVEL', 'NONE', 'logging.level', 'silent', 'error', 'warn'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'otlp.protocol', 'grpc', 'http/json', 'http/protobuf'],
  ['OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'http/json', 'otlp.protocol', 'http/json', 'grpc', 'http/protobuf'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://c:1', 'otlp.endpoint', 'http://c:1/v1/metrics', 'http://f/', 'http://k/'],
  ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'http://c:1', 'otlp.endpoint', 'http://c:1/', 'http://f/', 'http://k/'],
  [
    'OTEL_EXPORTER_OTLP_HEADERS',
    'a=b%20c, D=e=f',
    'otlp.headers',
    { a: 'b c', d: 'e=f' },
    { a: '1', d: '2' },
    { A: '3', D: '4' },
  ],
  ['OTEL_EXPORTER_OTLP_METRICS_HEADERS', 'a=1,', 'otlp.headers', { a: '1' }, { a: '2' }, { a: '3' }],
  ['OTEL_EXPORTER_OTLP_TIMEOUT', '1500', 'otlp.timeout_ms', 1500, 1600, 1700],
  ['OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', '1500', 'otlp.timeout_ms', 1500, 1600, 1700],
  ['OTEL_EXPORTER_OTLP_COMPRESSION', 'none', 'otlp.compression', 'none', 'gzip', 'none'],
  ['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', 'NONE', 'otlp.compression', 'none', 'gzip', 'none'],
  [
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    'Delta',
    'otlp.temporality',
    'delta',
    'lowmemory',
    'cumulative',
  ],
  ['OTEL_EXPORTER_OTLP_CERTIFICATE', 'ca.pem', 'otlp.tls.ca_file', 'ca.pem', 'file.pem', 'code.pem'],
  ['OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE', 'ca.pem', 'otlp.tls.ca_file', 'ca.pem', 'file.pem', 'code.pem'],
  ['OTEL_METRICS_EXPORTER', 'prometheus, OTLP', 'otlp.enabled', true, false, true],
  ['OTEL_METRIC_EXPORT_INTERVAL', '5000', 'otlp.interval_ms', 5000, 6000, 7000],
];

const documentWith = (path: string, value: unknown): unknown => {
  return path.split('.').reduceRight<unknown>((below, key) => ({ [key]: below }), value);
};

describe('the variables of OpenTelemetry', () => {
  it('have a row each', () => {
    const ofClients = OTEL_VARIABLES.filter((name) => name.includes('_CLIENT_'));
    expect([...ROWS.map(([name]) => name), ...ofClients].sort()).toEqual([...OTEL_VARIABLES].sort());
  });

  it.each(ROWS)('%s=%s is %s, over the defaults, under the file, under code', (name, text, path, made, file, code) => {
    const byDefault = at(settings({}), path);
    expect(made).not.toEqual(byDefault);
    expect(at(settings({ [name]: '' }), path)).toEqual(byDefault);
    expect(at(settings({ [name]: '  ' }), path)).toEqual(byDefault);
    expect(at(settings({ [name]: text }), path)).toEqual(made);
    expect(at(settings({ [name]: text }, {}), path)).toEqual(made);
    expect(at(settings({ [name]: text }, documentWith(path, file)), path)).toEqual(file);
    const laid = path === 'otlp.headers' ? { ...(file as object), ...(code as object) } : code;
    expect(at(settings({ [name]: text }, documentWith(path, file), documentWith(path, code)), path)).toEqual(laid);
    expect(warnings({ [name]: text })).toEqual([]);
  });

  it.each([
    ['OTEL_EXPORTER_PROMETHEUS_HOST', 'http://h0st', 'a host name or an IP address, without scheme, port and path'],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '70000', 'a whole number from 0 to 65535'],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '94x', 'a whole number from 0 to 65535'],
    ['OTEL_LOG_LEVEL', 'loud', 'one of none, error, warn, info, debug, verbose, all'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'carrier', 'one of "http/protobuf", "http/json", "grpc"'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'an http:// or https:// URL'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:geheim%zz@c:4318', 'an http:// or https:// URL'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'n0pairs', 'a list key=value,key=value with percent-encoded values'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%E0%A4%A', 'a list key=value,key=value with percent-encoded values'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '-1', 'a whole number from 100 to 3600000'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '1.5', 'a whole number from 100 to 3600000'],
  ])('ignores %s=%s, and warns without the value', (name, text, expected) => {
    expect(settings({ [name]: text })).toEqual(settings({}));
    expect(warnings({ [name]: text })).toEqual([`the environment variable ${name} is ignored, expected ${expected}`]);
  });

  it('take the one of metrics before the general one, unless it is wrong', () => {
    const general = { OTEL_EXPORTER_OTLP_TIMEOUT: '1000', OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=1' };
    const both = { ...general, OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '2000', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=2' };
    expect(settings(both).otlp).toMatchObject({ timeout_ms: 2000, headers: { a: '1', b: '2' } });
    expect(settings({ ...both, OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: 'x' }).otlp.timeout_ms).toBe(1000);
  });

  it('give an endpoint by the protocol that holds, wherever it is said', () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317/' };
    expect(settings(environment).otlp.endpoint).toBe('http://collector:4317/v1/metrics');
    expect(settings(environment, { otlp: { protocol: 'grpc' } }).otlp.endpoint).toBe('http://collector:4317/');
    expect(settings({ ...environment, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).otlp.endpoint).toBe(
      'http://collector:4317/',
    );
    expect(settings({}, { otlp: { protocol: 'grpc' } }).otlp.endpoint).toBe('http://localhost:4317');
    expect(settings({}, { otlp: { protocol: 'grpc', endpoint: 'http://a:1' } }).otlp.endpoint).toBe('http://a:1');
  });

  it('put the path of metrics before a query of the general endpoint', () => {
    const endpointOf = (text: string): string => settings({ OTEL_EXPORTER_OTLP_ENDPOINT: text }).otlp.endpoint;
    expect(endpointOf('http://c:4318?x=1')).toBe('http://c:4318/v1/metrics?x=1');
    expect(endpointOf('http://c:4318/a/?x=/')).toBe('http://c:4318/a/v1/metrics?x=/');
  });

  it('give neither protocol nor headers to the endpoint of a document', () => {
    const environment = {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=2',
    };
    const elsewhere = { otlp: { endpoint: 'http://collector:4318/v1/metrics' } };
    expect(settings(environment, elsewhere)).toEqual(settings({}, elsewhere));
    const { protocol, headers } = settings(environment, { otlp: { enabled: true } }).otlp;
    expect([protocol, headers]).toEqual(['grpc', { a: '1', b: '2' }]);
  });

  it.each(['x(y)=1', 'a=caf%C3%A9', 'a-bin=!'])('give gRPC no headers that it does not take: %s', (text) => {
    const environment = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_HEADERS: text };
    expect(settings(environment).otlp.headers).toEqual({});
    expect(warnings(environment)).toEqual([
      'the environment variable OTEL_EXPORTER_OTLP_HEADERS is ignored, expected a list key=value,key=value with percent-encoded values, of what gRPC takes',
    ]);
  });

  it('give no header that a document has, however it is spelled', () => {
    const environment = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=variable,x-team=chat' };
    const { headers } = settings(environment, { otlp: { headers: { Authorization: 'file' } } }).otlp;
    expect(headers).toEqual({ Authorization: 'file', 'x-team': 'chat' });
  });

  it.each(['', '_METRICS'])('OTEL_EXPORTER_OTLP%s_CLIENT_… name certificate and key of the client', (signal) => {
    const both = {
      [`OTEL_EXPORTER_OTLP${signal}_CLIENT_CERTIFICATE`]: 'a.pem',
      [`OTEL_EXPORTER_OTLP${signal}_CLIENT_KEY`]: 'a.key',
    };
    expect(settings(both).otlp.tls).toMatchObject({ cert_file: 'a.pem', key_file: 'a.key' });
    const own = { cert_file: 'b.pem', key_file: 'b.key' };
    expect(settings(both, { otlp: { tls: own } }).otlp.tls).toMatchObject(own);
    const one = Object.fromEntries(Object.entries(both).slice(0, 1));
    expect(settings(one)).toEqual(settings({}));
    expect(warnings(one)).toEqual([
      `the environment variable OTEL_EXPORTER_OTLP${signal}_CLIENT_CERTIFICATE is ignored, expected both OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY`,
    ]);
  });

  it('switch the push on only where they name it, and say that nobody else has', () => {
    const resolution = (environment: Record<string, string>, ...documents: unknown[]) =>
      resolveDocuments('test', documents, environment);
    expect(settings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }).otlp.enabled).toBe(false);
    for (const others of ['none', 'console,prometheus', 'otlp2']) {
      expect(settings({ OTEL_METRICS_EXPORTER: others }).otlp.enabled).toBe(false);
      expect(settings({ OTEL_METRICS_EXPORTER: others }, { otlp: { enabled: true } }).otlp.enabled).toBe(true);
    }
    expect(resolution({ OTEL_METRICS_EXPORTER: 'otlp' }).isOtlpAssumed).toBe(true);
    expect(resolution({ OTEL_METRICS_EXPORTER: 'otlp' }, { otlp: { enabled: true } }).isOtlpAssumed).toBe(false);
    expect(resolution({}, { otlp: { enabled: true } }).isOtlpAssumed).toBe(false);
  });

  it('leave the variables of other parts alone', () => {
    expect(warnings({ OTEL_SERVICE_NAME: 'x', OTEL_SDK_DISABLED: 'maybe', OTEL_METRICS_EXPORTER: 'none' })).toEqual([]);
  });
});

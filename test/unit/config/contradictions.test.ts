import { rulesOf } from '../../../src/alerts/rules.ts';
import { TelemetryConfigError } from '../../../src/base/errors.ts';
import type { ConfigIssue } from '../../../src/base/errors.ts';
import { isBuiltInAlert } from '../../../src/config/built-in-alerts.ts';
import { resolveDocuments } from '../../../src/config/resolve.ts';
import type { ResolvedConfig } from '../../../src/config/schema.ts';

const resolved = (...documents: unknown[]): ResolvedConfig => resolveDocuments('test', documents, {}).config;

function issuesOf(...documents: unknown[]): readonly ConfigIssue[] {
  try {
    resolved(...documents);
    return [];
  } catch (error) {
    if (error instanceof TelemetryConfigError) return error.issues;
    throw error;
  }
}

const EMAIL = { host: 'a', from: 'a@example.com', to: ['b@example.com'] };
const alertsWith = (alerts: object): object => ({ alerts });
const emailWith = (email: object): object => alertsWith({ channels: { email: { ...EMAIL, ...email } } });
const alertmanagerWith = (more: object): object =>
  alertsWith({ channels: { alertmanager: { urls: ['http://a'], ...more } } });
const ruleWith = (rule: object): object => ({
  name: 'mine',
  metric: 'own.metric',
  statistic: 'max',
  threshold: 1,
  ...rule,
});
const HIGH = 'alerts.thresholds.high_latency_ms';
const CRITICAL = 'alerts.thresholds.critical_latency_ms';

describe('what contradicts itself', () => {
  it.each<[string, object, string, string, string]>([
    [
      'two spellings of one threshold',
      alertsWith({ latency_threshold_ms: 5, thresholds: { high_latency_ms: 6 } }),
      'alerts.latency_threshold_ms',
      '5',
      `the same as ${HIGH} (6), or only one of them`,
    ],
    [
      'a threshold and null in its other spelling',
      alertsWith({ error_rate_threshold: null, thresholds: { error_rate_warning: 0.1 } }),
      'alerts.error_rate_threshold',
      'null',
      'the same as alerts.thresholds.error_rate_warning (0.1), or only one of them',
    ],
    [
      'a critical below its warning',
      alertsWith({ thresholds: { high_latency_ms: 50, critical_latency_ms: 49 } }),
      CRITICAL,
      '49',
      `at least the warning's threshold, ${HIGH} (50)`,
    ],
    [
      'a critical below its warning in the other spelling',
      alertsWith({ latency_threshold_ms: 50, thresholds: { critical_latency_ms: 49 } }),
      CRITICAL,
      '49',
      `at least the warning's threshold, alerts.latency_threshold_ms (50)`,
    ],
    [
      'a critical below the default of its warning',
      alertsWith({ thresholds: { memory_critical_percent: 70 } }),
      'alerts.thresholds.memory_critical_percent',
      '70',
      `at least the warning's threshold, alerts.thresholds.memory_warning_percent (75 by default)`,
    ],
    [
      'a page for the open network without a token',
      { live: { enabled: true }, prometheus: { host: '0.0.0.0' } },
      'live.token',
      'missing',
      'a token, since live.enabled is true and prometheus.host is not a loopback address',
    ],
    [
      'a user name without password',
      emailWith({ username: 'x' }),
      'alerts.channels.email.password',
      'missing',
      'a password, since alerts.channels.email.username is given',
    ],
    [
      'a password without user name',
      emailWith({ password: 'x' }),
      'alerts.channels.email.username',
      'missing',
      'a user name, since alerts.channels.email.password is given',
    ],
    [
      'a channel that is switched off',
      emailWith({ enabled: false, username: 'x' }),
      'alerts.channels.email.password',
      'missing',
      'a password, since alerts.channels.email.username is given',
    ],
    [
      'a certificate without its key',
      emailWith({ tls: { cert_file: 'x' } }),
      'alerts.channels.email.tls.key_file',
      'missing',
      'the path of a file, since alerts.channels.email.tls.cert_file is given',
    ],
    [
      'a key without its certificate',
      alertmanagerWith({ tls: { key_file: 'x' } }),
      'alerts.channels.alertmanager.tls.cert_file',
      'missing',
      'the path of a file, since alerts.channels.alertmanager.tls.key_file is given',
    ],
    [
      'a password for Alertmanager without user name',
      alertmanagerWith({ password: 'x' }),
      'alerts.channels.alertmanager.username',
      'missing',
      'a user name, since alerts.channels.alertmanager.password is given',
    ],
    [
      'two ways to sign in at Alertmanager',
      alertmanagerWith({ username: 'x', bearer_token: 'y' }),
      'alerts.channels.alertmanager.bearer_token',
      '"***"',
      'nothing, since alerts.channels.alertmanager.username is given',
    ],
    [
      'a password for Grafana without user name',
      { grafana: { password: 'x' } },
      'grafana.username',
      'missing',
      'a user name, since grafana.password is given',
    ],
    [
      'two ways to sign in at Grafana',
      { grafana: { username: 'x', password: 'y', api_key: 'z' } },
      'grafana.api_key',
      '"***"',
      'nothing, since grafana.username is given',
    ],
    [
      'a certificate for Grafana without its key',
      { grafana: { tls: { cert_file: 'x' } } },
      'grafana.tls.key_file',
      'missing',
      'the path of a file, since grafana.tls.cert_file is given',
    ],
    [
      'a certificate for a collector without its key',
      { otlp: { tls: { cert_file: 'x' } } },
      'otlp.tls.key_file',
      'missing',
      'the path of a file, since otlp.tls.cert_file is given',
    ],
    [
      'an endpoint for HTTP without a path',
      { otlp: { endpoint: 'http://collector:4318' } },
      'otlp.endpoint',
      'a URL without a path',
      'one with a path, as a rule /v1/metrics, since otlp.protocol is not grpc',
    ],
    ...(['http/protobuf', 'grpc'] as const).map((protocol): [string, object, string, string, string] => [
      `a password of a collector that is not percent-encoded, ${protocol}`,
      { otlp: { protocol, endpoint: 'http://user:geheim%zz@collector:4318/v1/metrics' } },
      'otlp.endpoint',
      'a URL',
      'user and password percent-encoded (% is %25)',
    ]),
    [
      'a header that gRPC has no name for',
      { otlp: { protocol: 'grpc', headers: { 'x&y': 'geheim' } } },
      'otlp.headers.x&y',
      'this name',
      'a name of letters, digits, "_", "." and "-", since otlp.protocol is grpc',
    ],
    [
      'a value of a header outside of what gRPC sends',
      { otlp: { protocol: 'grpc', headers: { 'api-key': 'geheim\u00e9' } } },
      'otlp.headers.api-key',
      '"***"',
      'a text of ASCII characters, since otlp.protocol is grpc',
    ],
    [
      'bytes of gRPC that are not in base64',
      { otlp: { protocol: 'grpc', headers: { 'Trace-Bin': 'geheim!' } } },
      'otlp.headers.Trace-Bin',
      '"***"',
      'bytes in base64, since otlp.protocol is grpc and the name ends in -bin',
    ],
    [
      'two rules with one name',
      alertsWith({ rules: [ruleWith({}), ruleWith({ name: 'other' }), ruleWith({})] }),
      'alerts.rules.2.name',
      'the name of alerts.rules.0 too',
      'a name of its own',
    ],
    [
      'a rule with a built-in name',
      alertsWith({ rules: [ruleWith({ name: 'high_memory' })] }),
      'alerts.rules.0.name',
      'the name of a built-in alert',
      'a name of its own',
    ],
    [
      'a rule with a name of the fleet',
      alertsWith({ rules: [ruleWith({ name: 'fleet_x' })] }),
      'alerts.rules.0.name',
      'the name of a built-in alert',
      'a name of its own',
    ],
    [
      'a percentile of a counter',
      alertsWith({ rules: [ruleWith({ metric: 'realtime.errors', statistic: 'p99' })] }),
      'alerts.rules.0.statistic',
      '"p99"',
      'one of "rate", "increase", since realtime.errors is a counter',
    ],
    [
      'a rate of a gauge',
      alertsWith({ rules: [ruleWith({ metric: 'realtime.queue.size', statistic: 'rate' })] }),
      'alerts.rules.0.statistic',
      '"rate"',
      '"value", since realtime.queue.size is a gauge',
    ],
    [
      'the value of a histogram',
      alertsWith({ rules: [ruleWith({ metric: 'realtime.latency', statistic: 'value' })] }),
      'alerts.rules.0.statistic',
      '"value"',
      'one of "avg", "min", "max", "p50", "p95", "p99", since realtime.latency is a histogram',
    ],
  ])('%s is a problem', (_what, document, path, value, expected) => {
    expect(issuesOf(document)).toEqual([{ path, value, expected }]);
  });

  it.each<[string, object]>([
    [
      'the same threshold in both spellings',
      alertsWith({ latency_threshold_ms: 5, thresholds: { high_latency_ms: 5 } }),
    ],
    ['a critical at its warning', alertsWith({ thresholds: { high_latency_ms: 50, critical_latency_ms: 50 } })],
    ['a critical without a warning', alertsWith({ thresholds: { high_latency_ms: null, critical_latency_ms: 5 } })],
    [
      'a critical without a warning in the other spelling',
      alertsWith({ latency_threshold_ms: null, thresholds: { critical_latency_ms: 5 } }),
    ],
    ['a page on loopback', { live: { enabled: true }, prometheus: { host: '127.1.2.3' } }],
    ['a page on ::1', { live: { enabled: true }, prometheus: { host: '::1' } }],
    ['a page with a token', { live: { enabled: true, token: 'x' }, prometheus: { host: '::' } }],
    ['a page that nobody asked for', { prometheus: { host: '0.0.0.0' } }],
    ['a user name for Alertmanager alone', alertmanagerWith({ username: 'x' })],
    [
      'a statistic of a metric that is not known',
      alertsWith({ rules: [ruleWith({ statistic: 'value' }), ruleWith({ name: 'b', statistic: 'rate' })] }),
    ],
    [
      'the value of an up-down counter',
      alertsWith({ rules: [ruleWith({ metric: 'process.memory.usage', statistic: 'value' })] }),
    ],
  ])('%s is none', (_what, document) => {
    expect(issuesOf(document)).toEqual([]);
  });

  it('is listed with all else that is wrong, once for each key', () => {
    const document = {
      prometheus: { port: -1 },
      alerts: {
        thresholds: { high_latency_ms: 50, critical_latency_ms: 5 },
        channels: { email: { ...EMAIL, username: 'x', password: 7 } },
      },
    };
    expect(issuesOf(document).map(({ path }) => path)).toEqual([
      'prometheus.port',
      'alerts.channels.email.password',
      CRITICAL,
    ]);
  });
});

describe('thresholds', () => {
  const thresholds = (alerts: object): ResolvedConfig['alerts']['thresholds'] => resolved({ alerts }).alerts.thresholds;

  it('derive the critical of the warning, whichever way that is spelled', () => {
    expect(thresholds({ latency_threshold_ms: 30, error_rate_threshold: 0.1 })).toMatchObject({
      high_latency_ms: 30,
      critical_latency_ms: 150,
      error_rate_warning: 0.1,
      error_rate_critical: 0.2,
    });
    expect(
      thresholds({ thresholds: { memory_warning_percent: 50, queue_size_warning: 7, no_traffic_warning_ms: 3 } }),
    ).toMatchObject({
      memory_critical_percent: 60,
      queue_size_critical: 14,
      no_traffic_critical_ms: 15,
    });
  });

  it('derive none that could not be written', () => {
    expect(thresholds({ thresholds: { error_rate_warning: 0.7 } }).error_rate_critical).toBe(0.95);
    expect(thresholds({ thresholds: { memory_warning_percent: 90 } }).memory_critical_percent).toBe(95);
    expect(thresholds({ thresholds: { memory_warning_percent: 97 } }).memory_critical_percent).toBe(97);
    expect(thresholds({ thresholds: { no_traffic_warning_ms: 86_400_000 } }).no_traffic_critical_ms).toBe(86_400_000);
  });

  it('are off with null, the derived one too', () => {
    expect(thresholds({ latency_threshold_ms: null, thresholds: { memory_warning_percent: null } })).toMatchObject({
      high_latency_ms: null,
      critical_latency_ms: null,
      memory_warning_percent: null,
      memory_critical_percent: null,
    });
    expect(thresholds({ thresholds: { high_latency_ms: 5, critical_latency_ms: null } })).toMatchObject({
      high_latency_ms: 5,
      critical_latency_ms: null,
    });
  });

  it('of code are laid over those of the file in either spelling', () => {
    const file = { alerts: { latency_threshold_ms: 5, thresholds: { error_rate_warning: 0.5 } } };
    const code = { alerts: { thresholds: { high_latency_ms: 7 }, error_rate_threshold: 0.25 } };
    expect(resolved(file, code).alerts.thresholds).toMatchObject({ high_latency_ms: 7, error_rate_warning: 0.25 });
  });

  it('make alerts whose names no rule can have', () => {
    const on = { queue_size_warning: 1, no_traffic_warning_ms: 1 };
    const rules = rulesOf(resolved({ alerts: { thresholds: on } }).alerts);
    expect(rules.length).toBeGreaterThan(12);
    expect(rules.filter(({ name }) => !isBuiltInAlert(name))).toEqual([]);
  });
});

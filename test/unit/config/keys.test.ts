import { resolveDocuments } from '../../../src/config/resolve.ts';
import { DOCUMENT, settingsBelow } from '../../../src/config/settings.ts';

type Path = readonly (string | number)[];

const WORD = 'a text';
const between = (min: number, max: number): string => `a number from ${min} to ${max}, or null`;
const whole = (min: number, max: number): string => `a whole number from ${min} to ${max}`;
const DAY_MS = 86_400_000;
const FLAG = 'true or false';
const URL_TEXT = 'an http:// or https:// URL';
const LABEL = 'a Prometheus label name: letters, digits and _, not le and not beginning with __';
const PATTERN = 'a path pattern, such as /rooms/:room';
const MAIL = 'an e-mail address, such as ops@example.com or Ops <ops@example.com>';
const FILE = 'the path of a file';

/** Of each key: a right value other than the default, a wrong one, how a message shows that, and what it expects. */
type Row = readonly [right: unknown, wrong: unknown, shown: string, expected: string];

const tls = (at: string): Record<string, Row> => ({
  [`${at}.ca_file`]: ['/ca.pem', '', 'an empty text', FILE],
  [`${at}.cert_file`]: ['/cert.pem', 5, '5', FILE],
  [`${at}.key_file`]: ['/key.pem', [], 'an empty array', FILE],
  [`${at}.server_name`]: ['example.com', 'a b', WORD, 'a host name or an IP address, without scheme, port and path'],
  [`${at}.insecure_skip_verify`]: [true, 'yes', '"yes"', FLAG],
});

const EMAIL = 'alerts.channels.email';
const AM = 'alerts.channels.alertmanager';
const THRESHOLDS = 'alerts.thresholds';
const RULE = 'alerts.rules.*';

const FULL_RULE = {
  name: 'mine',
  metric: 'orders.placed',
  statistic: 'max',
  comparison: '>',
  threshold: 1,
  severity: 'warning',
  labels: {},
};

const ROWS: Readonly<Record<string, Row>> = {
  enabled: [false, 'off', '"off"', FLAG],
  service_name: ['chat', '', 'an empty text', 'a text that is not empty'],
  service_version: ['1.2.3', '', 'an empty text', 'a text that is not empty'],
  sampling_interval_ms: [10, 9, '9', whole(10, 60_000)],
  reload_interval_ms: [0, -1, '-1', whole(0, 3_600_000)],
  'retention.window_ms': [1000, 999, '999', whole(1000, 3_600_000)],
  'retention.history_ms': [DAY_MS, DAY_MS + 1, '86400001', whole(1000, DAY_MS)],
  latency_buckets_ms: [[0.5, 1], [1, 1], '[1,1]', 'an array of 1 to 500 ascending numbers above 0'],
  'latency_buckets_ms.*': [7, 0, '0', 'a number above 0'],
  'limits.attribute_values': [1, 1901, '1901', whole(1, 1900)],
  'limits.series': [1, 0, '0', whole(1, 1900)],
  'websocket.enabled': [false, 1, '1', FLAG],
  'websocket.idle_after_ms': [1, 0.5, '0.5', whole(1, DAY_MS)],
  'websocket.ping_interval_ms': [100, '10s', '"10s"', whole(100, DAY_MS)],
  'websocket.routes': [['/a'], '/a', WORD, 'an array of at most 1000 path patterns'],
  'websocket.routes.*': ['/rooms/:room', 'rooms', WORD, PATTERN],
  'websocket.ignore': [['/a'], {}, 'an object', 'an array of at most 1000 path patterns'],
  'websocket.ignore.*': ['/health', '/:', WORD, PATTERN],
  'websocket.message_type': ['json:type', 'json', WORD, '"json:" and the name of a member, such as "json:type"'],
  'prometheus.enabled': [false, null, 'null', FLAG],
  'prometheus.host': ['::', 'a/b', WORD, 'a host name or an IP address, without scheme, port and path'],
  'prometheus.port': [0, -1, '-1', whole(0, 65_535)],
  'prometheus.token': ['geheim', 5, '"***"', 'a token'],
  'prometheus.labels': [{ a: 'b' }, ['a'], 'an array', 'label names with their values (an object)'],
  'prometheus.labels.*': ['eu', 5, '5', 'a text'],
  'prometheus.scrape_interval_ms': [1000, 1, '1', whole(1000, 3_600_000)],
  'live.enabled': [true, 'true', '"true"', FLAG],
  'live.token': ['geheim', '', '"***"', 'a token'],
  'otlp.enabled': [true, 0, '0', FLAG],
  'otlp.endpoint': ['https://example.com/v1/metrics', 'example.com', WORD, URL_TEXT],
  'otlp.protocol': ['http/json', 'htpp/json', '"htpp/json"', 'one of "http/protobuf", "http/json", "grpc"'],
  'otlp.interval_ms': [100, 99, '99', whole(100, 3_600_000)],
  'otlp.timeout_ms': [100, Number.NaN, 'NaN', whole(100, 3_600_000)],
  'otlp.headers': [{ a: 'b' }, 'a=b', WORD, 'headers with their values (an object)'],
  'otlp.headers.*': ['b', 'a\nb', '"***"', 'a value of an HTTP header: a text without line breaks'],
  'otlp.compression': ['none', true, 'true', 'one of "gzip", "none"'],
  'otlp.temporality': ['delta', 'Delta', '"Delta"', 'one of "cumulative", "delta", "lowmemory"'],
  ...tls('otlp.tls'),
  'grafana.enabled': [true, {}, 'an object', FLAG],
  'grafana.url': ['https://example.com', 'ftp://example.com', WORD, URL_TEXT],
  'grafana.api_key': ['geheim', {}, '"***"', 'a token'],
  'grafana.username': ['monitor', '', 'an empty text', 'a user name'],
  'grafana.password': ['geheim', 5, '"***"', 'a password'],
  'grafana.org_id': [2, 0, '0', whole(1, Number.MAX_SAFE_INTEGER)],
  'grafana.folder': ['Chat', ' Chat', WORD, 'a text of 1 to 190 characters, without spaces at its ends'],
  'grafana.alert_rules': [false, 'no', '"no"', FLAG],
  'grafana.datasource.uid': ['prom', 'a b', WORD, '1 to 40 letters, digits, - and _'],
  'grafana.datasource.name': ['Prom', '', 'an empty text', 'a text of 1 to 190 characters, without spaces at its ends'],
  'grafana.datasource.url': ['https://example.com', 'http://u:p@a', WORD, `${URL_TEXT} without user and password`],
  'grafana.timeout_ms': [100, 99, '99', whole(100, 60_000)],
  ...tls('grafana.tls'),
  'grafana.sync': ['manual', 'never', WORD, 'one of "start", "manual"'],
  'alerts.enabled': [false, 'no', '"no"', FLAG],
  'alerts.latency_threshold_ms': [20, 0, '0', between(0.001, DAY_MS)],
  'alerts.error_rate_threshold': [0.02, 2, '2', between(0, 1)],
  [`${THRESHOLDS}.high_latency_ms`]: [20, '1s', '"1s"', between(0.001, DAY_MS)],
  [`${THRESHOLDS}.critical_latency_ms`]: [2000, -1, '-1', between(0.001, DAY_MS)],
  [`${THRESHOLDS}.error_rate_warning`]: [0.02, 1.1, '1.1', between(0, 1)],
  [`${THRESHOLDS}.error_rate_critical`]: [0.2, '5%', '"5%"', between(0, 1)],
  [`${THRESHOLDS}.memory_warning_percent`]: [50, 101, '101', between(0, 100)],
  [`${THRESHOLDS}.memory_critical_percent`]: [99, true, 'true', between(0, 100)],
  [`${THRESHOLDS}.event_loop_delay_warning_ms`]: [50, 0, '0', between(0.001, DAY_MS)],
  [`${THRESHOLDS}.event_loop_delay_critical_ms`]: [500, [], 'an empty array', between(0.001, DAY_MS)],
  [`${THRESHOLDS}.queue_size_warning`]: [5, -1, '-1', between(0, Number.MAX_SAFE_INTEGER)],
  [`${THRESHOLDS}.queue_size_critical`]: [5, 'many', WORD, between(0, Number.MAX_SAFE_INTEGER)],
  [`${THRESHOLDS}.no_traffic_warning_ms`]: [5, 0, '0', between(1, DAY_MS)],
  [`${THRESHOLDS}.no_traffic_critical_ms`]: [5, DAY_MS + 1, '86400001', between(1, DAY_MS)],
  'alerts.latency_statistic': ['p99', 'p90', '"p90"', 'one of "avg", "p50", "p95", "p99"'],
  'alerts.for_ms': [0, -1, '-1', whole(0, DAY_MS)],
  'alerts.keep_firing_for_ms': [0, 1.5, '1.5', whole(0, DAY_MS)],
  'alerts.hysteresis_percent': [0, 51, '51', 'a number from 0 to 50'],
  'alerts.min_observations': [0, 'ten', WORD, whole(0, 1_000_000_000)],
  'alerts.repeat_interval_ms': [1000, 1, '1', whole(1000, 604_800_000)],
  'alerts.runbook_url': ['https://example.com/{alert}', '', 'an empty text', 'a URL'],
  'alerts.channels.log.enabled': [false, 'on', '"on"', FLAG],
  [`${EMAIL}.enabled`]: [false, 'off', '"off"', FLAG],
  [`${EMAIL}.host`]: [
    'mail.example.com',
    undefined,
    'missing',
    'a host name or an IP address, without scheme, port and path',
  ],
  [`${EMAIL}.port`]: [25, 0, '0', whole(1, 65_535)],
  [`${EMAIL}.secure`]: [true, 1, '1', FLAG],
  [`${EMAIL}.require_tls`]: [false, 1, '1', FLAG],
  [`${EMAIL}.username`]: ['monitor', '', 'an empty text', 'a user name'],
  [`${EMAIL}.password`]: ['geheim', 7, '"***"', 'a password'],
  [`${EMAIL}.from`]: ['Ops <ops@example.com>', 'ops', WORD, MAIL],
  [`${EMAIL}.to`]: [['ops@example.com'], [], 'an empty array', 'an array of 1 to 100 e-mail addresses'],
  [`${EMAIL}.to.*`]: ['dev@example.com', 'a@b\nBcc: c@d', WORD, MAIL],
  [`${EMAIL}.group_wait_ms`]: [0, -1, '-1', whole(0, DAY_MS)],
  [`${EMAIL}.max_per_hour`]: [1, 0, '0', whole(1, 3600)],
  [`${EMAIL}.timeout_ms`]: [100, 99, '99', whole(100, 60_000)],
  ...tls(`${EMAIL}.tls`),
  [`${AM}.enabled`]: [false, null, 'null', FLAG],
  [`${AM}.urls`]: [['http://a'], undefined, 'missing', 'an array of 1 to 32 http:// or https:// URLs'],
  [`${AM}.urls.*`]: ['https://example.com/path/', 'http://u:p@a', WORD, `${URL_TEXT} without user and password`],
  [`${AM}.username`]: ['prom', 5, '5', 'a user name'],
  [`${AM}.password`]: ['geheim', '', '"***"', 'a password'],
  [`${AM}.bearer_token`]: ['geheim', ['geheim'], '"***"', 'a token'],
  [`${AM}.resend_interval_ms`]: [100, 99, '99', whole(100, 600_000)],
  [`${AM}.timeout_ms`]: [100, 99, '99', whole(100, 60_000)],
  ...tls(`${AM}.tls`),
  'alerts.rules': [[FULL_RULE], {}, 'an object', 'an array of at most 1000 rules'],
  [`${RULE}.name`]: ['mine', 'my rule', WORD, 'a name of letters, digits and _, not beginning with a digit'],
  [`${RULE}.metric`]: ['orders.placed', undefined, 'missing', 'the name of a metric'],
  [`${RULE}.statistic`]: [
    'p50',
    'p60',
    '"p60"',
    'one of "avg", "min", "max", "p50", "p95", "p99", "rate", "increase", "value"',
  ],
  [`${RULE}.comparison`]: ['<=', '==', '"=="', 'one of ">", ">=", "<", "<="'],
  [`${RULE}.threshold`]: [-5, Infinity, 'Infinity', 'a number'],
  [`${RULE}.severity`]: ['critical', 'page', WORD, 'one of "warning", "critical"'],
  [`${RULE}.for_ms`]: [0, -1, '-1', whole(0, DAY_MS)],
  [`${RULE}.keep_firing_for_ms`]: [0, -1, '-1', whole(0, DAY_MS)],
  [`${RULE}.min_observations`]: [0, -1, '-1', whole(0, 1_000_000_000)],
  [`${RULE}.labels`]: [{ team: 'chat' }, 'team', WORD, 'label names with their values (an object)'],
  [`${RULE}.labels.*`]: ['chat', 5, '5', 'a text'],
  [`${RULE}.unit`]: ['s', '', 'an empty text', 'a text that is not empty'],
  [`${RULE}.summary`]: ['Too long', 5, '5', 'a text that is not empty'],
  'logging.level': ['silent', 'quiet', WORD, 'one of "debug", "info", "warn", "error", "silent"'],
  'logging.format': ['json', 'jsonl', '"jsonl"', 'one of "text", "json"'],
};

/** What some keys do not go without. */
const BESIDES: readonly (readonly [at: RegExp, beside: Record<string, unknown>])[] = [
  [/^alerts\.channels\.email$/, { host: 'a', from: 'a@example.com', to: ['b@example.com'] }],
  [/^alerts\.channels\.alertmanager$/, { urls: ['http://a'] }],
  [/^alerts\.rules\.0$/, { name: 'a', metric: 'b', statistic: 'max', threshold: 1 }],
];
const PARTNERS: Readonly<Record<string, Record<string, unknown>>> = {
  [`${EMAIL}.username`]: { password: 'x' },
  [`${EMAIL}.password`]: { username: 'x' },
  [`${AM}.password`]: { username: 'x' },
  [`${EMAIL}.tls.cert_file`]: { key_file: 'x' },
  [`${EMAIL}.tls.key_file`]: { cert_file: 'x' },
  'grafana.password': { username: 'x' },
  'otlp.tls.cert_file': { key_file: 'x' },
  'otlp.tls.key_file': { cert_file: 'x' },
  'grafana.tls.cert_file': { key_file: 'x' },
  'grafana.tls.key_file': { cert_file: 'x' },
  [`${AM}.tls.cert_file`]: { key_file: 'x' },
  [`${AM}.tls.key_file`]: { cert_file: 'x' },
};

/** `*` of a map is a name, `*` of a list an index. */
const pathOf = (key: string): Path =>
  key.split('.').map((step, index, steps) => {
    if (step !== '*') return step;
    return ['labels', 'headers'].includes(steps[index - 1]!) ? 'name' : 0;
  });

function documentWith(key: string, path: Path, value: unknown): unknown {
  const build = (depth: number): unknown => {
    if (depth === path.length) return value;
    const step = path[depth]!;
    if (typeof step === 'number') return [build(depth + 1)];
    const at = path.slice(0, depth).join('.');
    const beside = BESIDES.find(([pattern]) => pattern.test(at))?.[1];
    const partner = depth === path.length - 1 ? PARTNERS[key] : undefined;
    return { ...beside, ...partner, [step]: build(depth + 1) };
  };
  return build(0);
}

const SPELLED: Readonly<Record<string, string>> = {
  'alerts.latency_threshold_ms': `${THRESHOLDS}.high_latency_ms`,
  'alerts.error_rate_threshold': `${THRESHOLDS}.error_rate_warning`,
};

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((part, step) => (part as Record<string | number, unknown> | undefined)?.[step], value);

describe('each key of the configuration', () => {
  it('has a row here', () => {
    const known = [...settingsBelow(DOCUMENT)].filter(([, setting]) => setting.kind !== 'section');
    // `$schema` has no effect
    expect(['$schema', ...Object.keys(ROWS)].sort()).toEqual(known.map(([path]) => path.join('.')).sort());
  });

  it.each(Object.entries(ROWS))('%s', (key, [right, wrong, shown, expected]) => {
    const path = pathOf(key);
    const effect = pathOf(SPELLED[key] ?? key);
    const { config } = resolveDocuments('test', [documentWith(key, path, right)], {});
    expect(at(config, effect)).toEqual(right);
    expect(at(resolveDocuments('test', [], {}).config, effect)).not.toEqual(right);
    let issues: unknown;
    try {
      resolveDocuments('test', [documentWith(key, path, wrong)], {});
    } catch (error) {
      ({ issues } = error as { issues: unknown });
    }
    expect(issues).toEqual([{ path: path.join('.'), value: shown, expected }]);
  });

  it('of a label is a name', () => {
    expect(() => resolveDocuments('test', [{ prometheus: { labels: { le: '' } } }], {})).toThrow(
      `this name, expected ${LABEL}`,
    );
  });
});

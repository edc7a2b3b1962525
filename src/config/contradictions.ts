import type { ConfigIssue } from '../base/errors.ts';
import { CATALOG } from '../catalog/index.ts';
import type { MetricKind } from '../catalog/metric.ts';
import { isBuiltInAlert } from './built-in-alerts.ts';
import { hasReadableCredentials, wrongForGrpc } from './push-headers.ts';
import { settingAt } from './settings.ts';
import { thresholdContradictions } from './thresholds.ts';

type Part = Readonly<Record<string, unknown>>;
type Show = (path: readonly (string | number)[]) => string;

/**
 * What is right key by key and wrong together. The document may be wrong in any other way too; what has the wrong type is
 * passed over here.
 *
 * @param show how a message shows the value at a path
 */
export function contradictions(document: Part, show: Show): ConfigIssue[] {
  const alerts = partAt(document, 'alerts');
  const channels = partAt(alerts, 'channels');
  return [
    ...openPage(document),
    ...otlpContradictions(partAt(document, 'otlp')),
    ...thresholdContradictions(alerts, (path) => show(['alerts', ...path])),
    ...emailContradictions(partAt(channels, 'email')),
    ...signInContradictions(partAt(channels, 'alertmanager'), 'alerts.channels.alertmanager', 'bearer_token'),
    ...signInContradictions(partAt(document, 'grafana'), 'grafana', 'api_key'),
    ...ruleContradictions(alerts['rules'], show),
  ];
}

/** Whoever asks for the page on the open network must say who may see it. */
function openPage(document: Part): ConfigIssue[] {
  const live = partAt(document, 'live');
  const { host } = partAt(document, 'prometheus') as { host?: unknown };
  if (live['enabled'] !== true || live['token'] !== undefined || typeof host !== 'string' || isLoopback(host))
    return [];
  return [missing('live.token', 'a token, since live.enabled is true and prometheus.host is not a loopback address')];
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?(?:::1|(?:0+:){7}0*1|::ffff:127(?:\.\d{1,3}){3})\]?)$/i.test(host);
}

function emailContradictions(email: Part): ConfigIssue[] {
  const at = 'alerts.channels.email';
  return [...together(email, at, 'username', 'password'), ...tlsContradictions(email, at)];
}

function otlpContradictions(otlp: Part): ConfigIssue[] {
  const issues = tlsContradictions(otlp, 'otlp');
  const { endpoint, protocol } = otlp;
  if (protocol === 'grpc') issues.push(...grpcContradictions(partAt(otlp, 'headers')));
  if (typeof endpoint === 'string' && !hasReadableCredentials(endpoint)) {
    const expected = 'user and password percent-encoded (% is %25)';
    issues.push({ path: 'otlp.endpoint', value: 'a URL', expected });
  }
  // the path that the specification's general variable adds must be written out here
  if (protocol !== 'grpc' && typeof endpoint === 'string' && /^https?:\/\/[^/?#]+$/i.test(endpoint)) {
    const expected = 'one with a path, as a rule /v1/metrics, since otlp.protocol is not grpc';
    issues.push({ path: 'otlp.endpoint', value: 'a URL without a path', expected });
  }
  return issues;
}

/** Metadata has a smaller alphabet than headers of HTTP. */
function grpcContradictions(headers: Part): ConfigIssue[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const expected = typeof value === 'string' ? wrongForGrpc(name, value) : undefined;
    if (expected === undefined) return [];
    return [{ path: `otlp.headers.${name}`, value: expected.startsWith('a name') ? 'this name' : '"***"', expected }];
  });
}

/** A token, or a name and a password. */
function signInContradictions(part: Part, at: string, tokenKey: string): ConfigIssue[] {
  const { username, password, [tokenKey]: token } = part;
  const issues = tlsContradictions(part, at);
  if (password !== undefined && username === undefined) {
    issues.push(missing(`${at}.username`, `a user name, since ${at}.password is given`));
  }
  if (token !== undefined && (username !== undefined || password !== undefined)) {
    const other = username === undefined ? 'password' : 'username';
    issues.push({ path: `${at}.${tokenKey}`, value: '"***"', expected: `nothing, since ${at}.${other} is given` });
  }
  return issues;
}

function tlsContradictions(channel: Part, at: string): ConfigIssue[] {
  return together(partAt(channel, 'tls'), `${at}.tls`, 'cert_file', 'key_file');
}

/** Of two keys that want each other, the one that is missing. */
function together(part: Part, at: string, one: string, other: string): ConfigIssue[] {
  const [has, hasOther] = [part[one] !== undefined, part[other] !== undefined];
  if (has === hasOther) return [];
  const [given, wanting] = has ? [one, other] : [other, one];
  const what = settingAt([...at.split('.'), wanting])?.expected ?? 'a value';
  return [missing(`${at}.${wanting}`, `${what}, since ${at}.${given} is given`)];
}

const STATISTICS: Readonly<Record<MetricKind, readonly string[]>> = {
  histogram: ['avg', 'min', 'max', 'p50', 'p95', 'p99'],
  counter: ['rate', 'increase'],
  gauge: ['value'],
  up_down_counter: ['value'],
};

function ruleContradictions(rules: unknown, show: Show): ConfigIssue[] {
  if (!Array.isArray(rules)) return [];
  const firsts = new Map<string, number>();
  return rules.flatMap((rule: unknown, index) => {
    const at = `alerts.rules.${index}`;
    const { name, metric, statistic } = partOf(rule);
    const issues: ConfigIssue[] = [];
    if (typeof name === 'string') {
      const first = firsts.get(name);
      if (first === undefined) firsts.set(name, index);
      const built = isBuiltInAlert(name);
      const value = built ? 'the name of a built-in alert' : `the name of alerts.rules.${first ?? index} too`;
      if (built || first !== undefined) issues.push({ path: `${at}.name`, value, expected: 'a name of its own' });
    }
    const kind = CATALOG.find((spec) => spec.name === metric)?.kind;
    const fitting = kind && STATISTICS[kind];
    if (typeof statistic === 'string' && fitting && !fitting.includes(statistic)) {
      const words = fitting.map((word) => `"${word}"`).join(', ');
      const expected = `${fitting.length > 1 ? `one of ${words}` : words}, since ${String(metric)} is ${KINDS[kind]}`;
      issues.push({ path: `${at}.statistic`, value: show(['alerts', 'rules', index, 'statistic']), expected });
    }
    return issues;
  });
}

const KINDS: Readonly<Record<MetricKind, string>> = {
  histogram: 'a histogram',
  counter: 'a counter',
  gauge: 'a gauge',
  up_down_counter: 'an up-down counter',
};

function missing(path: string, expected: string): ConfigIssue {
  return { path, value: 'missing', expected };
}

function partAt(part: Part, key: string): Part {
  return partOf(part[key]);
}

function partOf(value: unknown): Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

import * as v from 'valibot';
import { hasReadableCredentials, wrongForGrpc } from './push-headers.ts';
import { settingAt } from './settings.ts';
import type { Setting } from './settings.ts';
import type { Environment } from './substitution.ts';

/** What the `OTEL_*` variables say, as a document to lay under the others. */
export interface FromEnvironment {
  readonly document: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** A line for each variable whose value is wrong and ignored, without the value. */
  readonly warnings: readonly string[];
}

/** A variable of the OpenTelemetry specification. */
interface Variable {
  readonly name: string;
  readonly section: string;
  /** In dots, where it is in a section of the section. */
  readonly key: string;
  /** Makes of its text what the document wants; undefined: it is wrong. */
  readonly read: (text: string) => unknown;
  /** What is right, where the schema says it of something else. */
  readonly expected?: string;
}

/** The part of a document that decides what variables mean. */
interface Written {
  readonly endpoint: unknown;
  readonly protocol: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly tls: Readonly<Record<string, unknown>>;
}

const LEVELS: ReadonlyMap<string, string> = new Map([
  ['none', 'silent'],
  ['error', 'error'],
  ['warn', 'warn'],
  ['info', 'info'],
  ['debug', 'debug'],
  ['verbose', 'debug'],
  ['all', 'debug'],
]);

const asText = (text: string): string => text;
const asWord = (text: string): string => text.toLowerCase();
const asNumber = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
const asLevel = (text: string): string | undefined => LEVELS.get(text.toLowerCase());
const asUrl = (text: string): string | undefined => (hasReadableCredentials(text) ? text : undefined);

/** The path goes before a query. */
function asBaseUrl(text: string): string | undefined {
  const [, base = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(text) ?? [];
  return asUrl(`${base.replace(/\/$/, '')}/v1/metrics${rest}`);
}

/** The specification has a URL without a path mean the root. */
const asFullUrl = (text: string): string | undefined => asUrl(/^https?:\/\/[^/?#]+$/i.test(text) ? `${text}/` : text);

const PROTOCOLS: readonly Variable[] = [
  { name: 'OTEL_EXPORTER_OTLP_PROTOCOL', section: 'otlp', key: 'protocol', read: asText },
  { name: 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', section: 'otlp', key: 'protocol', read: asText },
];

/** In order: of two with one key, the later wins where it is right. */
const VARIABLES: readonly Variable[] = [
  { name: 'OTEL_EXPORTER_PROMETHEUS_HOST', section: 'prometheus', key: 'host', read: asText },
  { name: 'OTEL_EXPORTER_PROMETHEUS_PORT', section: 'prometheus', key: 'port', read: asNumber },
  {
    name: 'OTEL_LOG_LEVEL',
    section: 'logging',
    key: 'level',
    read: asLevel,
    expected: `one of ${[...LEVELS.keys()].join(', ')}`,
  },
  { name: 'OTEL_EXPORTER_OTLP_TIMEOUT', section: 'otlp', key: 'timeout_ms', read: asNumber },
  { name: 'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', section: 'otlp', key: 'timeout_ms', read: asNumber },
  { name: 'OTEL_EXPORTER_OTLP_COMPRESSION', section: 'otlp', key: 'compression', read: asWord },
  { name: 'OTEL_EXPORTER_OTLP_METRICS_COMPRESSION', section: 'otlp', key: 'compression', read: asWord },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    section: 'otlp',
    key: 'temporality',
    read: asWord,
  },
  { name: 'OTEL_EXPORTER_OTLP_CERTIFICATE', section: 'otlp', key: 'tls.ca_file', read: asText },
  { name: 'OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE', section: 'otlp', key: 'tls.ca_file', read: asText },
  { name: 'OTEL_METRIC_EXPORT_INTERVAL', section: 'otlp', key: 'interval_ms', read: asNumber },
];

/** The certificate of the client and its key: one without the other is ignored. */
const CLIENT: readonly Variable[] = ['OTEL_EXPORTER_OTLP', 'OTEL_EXPORTER_OTLP_METRICS'].flatMap((prefix) => [
  { name: `${prefix}_CLIENT_CERTIFICATE`, section: 'otlp', key: 'tls.cert_file', read: asText },
  { name: `${prefix}_CLIENT_KEY`, section: 'otlp', key: 'tls.key_file', read: asText },
]);

/** Names the exporters of a process, separated by commas. */
const EXPORTERS = 'OTEL_METRICS_EXPORTER';

const HEADERS = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_METRICS_HEADERS'];

/** Every variable that is read here. `OTEL_RESOURCE_ATTRIBUTES` belongs to the resource. */
export const OTEL_VARIABLES: readonly string[] = [
  ...[...PROTOCOLS, ...VARIABLES, ...CLIENT].map(({ name }) => name),
  EXPORTERS,
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  ...HEADERS,
];

/**
 * Reads the variables of the OpenTelemetry specification that say the same as a key of the document. An empty one counts as
 * not set, and a wrong one is ignored with a warning, both as the specification wants it.
 *
 * `OTEL_METRICS_EXPORTER` switches the push on where it names `otlp`, and never off: whoever sets it wants the metrics of a
 * process there, and nobody else pushes ours.
 *
 * Protocol and headers belong to the endpoint of the variables: a document with another one has its own.
 *
 * @param written what the documents above say: their protocol decides what an endpoint means
 */
export function readEnvironment(environment: Environment, written: Written): FromEnvironment {
  const document: Record<string, Record<string, unknown>> = asksForOtlp(environment) ? { otlp: { enabled: true } } : {};
  const warnings: string[] = [];
  const take = (variables: readonly Variable[]): void => {
    for (const { name, section, key, read, expected } of variables) {
      const text = environment[name]?.trim();
      if (text === undefined || text === '') continue;
      const path = [section, ...key.split('.')];
      const setting = settingAt(path) as Setting;
      const value = read(text);
      if (value !== undefined && v.is(setting.schema, value)) put(document, path, value);
      else warnings.push(`the environment variable ${name} is ignored, expected ${expected ?? setting.expected}`);
    }
  };
  const isElsewhere = written.endpoint !== undefined;
  if (!isElsewhere) take(PROTOCOLS);
  const isGrpc = (written.protocol ?? document['otlp']?.['protocol']) === 'grpc';
  take([...endpoints(isGrpc), ...VARIABLES]);
  takeClient(environment, written.tls, take, warnings);
  for (const name of isElsewhere ? [] : HEADERS) {
    take([headersOf(name, written.headers, document['otlp']?.['headers'] ?? {}, isGrpc)]);
  }
  return { document, warnings };
}

function asksForOtlp(environment: Environment): boolean {
  return (environment[EXPORTERS] ?? '').split(',').some((name) => name.trim().toLowerCase() === 'otlp');
}

/** A document above that says anything of the client says all of it. */
function takeClient(
  environment: Environment,
  { cert_file, key_file }: Written['tls'],
  take: (variables: readonly Variable[]) => void,
  warnings: string[],
): void {
  if (cert_file !== undefined || key_file !== undefined) return;
  const given = CLIENT.filter(({ name }) => (environment[name]?.trim() ?? '') !== '');
  const isPair = new Set(given.map(({ key }) => key)).size !== 1;
  if (isPair) take(given);
  else for (const { name } of given) warnings.push(`the environment variable ${name} is ignored, expected ${PAIR}`);
}

const PAIR = 'both OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY';

function put(document: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) document[key] = value;
  else put((document[key] ??= {}) as Record<string, unknown>, rest, value);
}

/** The general endpoint is a base URL for HTTP; the one of metrics is used as it is. */
function endpoints(grpc: boolean): Variable[] {
  return [
    { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', section: 'otlp', key: 'endpoint', read: grpc ? asUrl : asBaseUrl },
    { name: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', section: 'otlp', key: 'endpoint', read: grpc ? asUrl : asFullUrl },
  ];
}

/** Adds to the headers before it. Names differ in more than their case, from those of the documents too. */
function headersOf(
  name: string,
  written: Readonly<Record<string, unknown>>,
  before: object,
  isGrpc: boolean,
): Variable {
  const taken = new Set(Object.keys(written).map((header) => header.toLowerCase()));
  return {
    name,
    section: 'otlp',
    key: 'headers',
    expected: `a list key=value,key=value with percent-encoded values${isGrpc ? ', of what gRPC takes' : ''}`,
    read: (text) => {
      const headers = parsePairs(text);
      if (isGrpc && headers?.some((header) => wrongForGrpc(...header) !== undefined)) return undefined;
      return headers && { ...before, ...Object.fromEntries(headers.filter(([header]) => !taken.has(header))) };
    },
  };
}

/** `key=value,key=value`, as in W3C Baggage. */
function parsePairs(text: string): [name: string, value: string][] | undefined {
  try {
    const pairs = text.split(',').filter((pair) => pair.trim() !== '');
    const parsed = pairs.map((pair): [string, string] => {
      const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=(.*)$/.exec(pair) ?? [];
      return [decodeURIComponent(name).toLowerCase(), decodeURIComponent(value.trim())];
    });
    return parsed.every(([name]) => name !== '') ? parsed : undefined;
  } catch {
    return undefined;
  }
}

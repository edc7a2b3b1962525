import * as v from 'valibot';
import { TelemetryConfigError } from '../base/errors.ts';
import type { ConfigIssue } from '../base/errors.ts';
import { contradictions } from './contradictions.ts';
import { DocumentReader, MOST_ISSUES } from './document-reader.ts';
import { readEnvironment } from './environment.ts';
import { layDocuments } from './layers.ts';
import { configSchema } from './schema.ts';
import type { ResolvedConfig } from './schema.ts';
import { pathText, settingAt } from './settings.ts';
import type { Environment } from './substitution.ts';
import { resolveThresholds } from './thresholds.ts';
import { valueText } from './value-text.ts';

/** A configuration that is right. */
export interface Resolution {
  readonly config: ResolvedConfig;
  /** A line for each `OTEL_*` variable that is wrong and was ignored, without its value. */
  readonly warnings: readonly string[];
  /** Whether only `OTEL_METRICS_EXPORTER` has switched `otlp` on: the application may have a use of its own for it. */
  readonly isOtlpAssumed: boolean;
}

type Path = readonly (string | number)[];
type Document = Readonly<Record<string, unknown>>;

/** As {@link resolveDocuments}, with the variables of this process, for those who want no warnings. */
export function resolveConfig(source: string, ...documents: readonly unknown[]): ResolvedConfig {
  return resolveDocuments(source, documents).config;
}

/**
 * Checks documents laid over each other, over the `OTEL_*` variables, and fills in the defaults. In all texts of all documents
 * `${NAME}` and `${NAME:-default}` are variables and `$$` is `$`: a document means the same in a file and in code.
 *
 * @param source for the message: a file's path or `code`
 * @param documents later ones win, key by key; undefined ones are passed over
 * @param environment default: `process.env`
 * @param options `needsSecrets: false` lets variables of secrets be unset: for those who only want to know that there is one
 * @throws TelemetryConfigError listing every problem
 */
export function resolveDocuments(
  source: string,
  documents: readonly unknown[],
  environment: Environment = process.env,
  { needsSecrets = true }: { readonly needsSecrets?: boolean } = {},
): Resolution {
  const reader = new DocumentReader(environment, needsSecrets);
  const read = documents.filter((document) => document !== undefined).map((document) => reader.read(document) ?? {});
  const written = layDocuments(read);
  const variables = readEnvironment(environment, {
    endpoint: valueAt(written, ['otlp', 'endpoint']),
    protocol: valueAt(written, ['otlp', 'protocol']),
    headers: (valueAt(written, ['otlp', 'headers']) ?? {}) as Document,
    tls: (valueAt(written, ['otlp', 'tls']) ?? {}) as Document,
  });
  const document = withEndpointOfProtocol(layDocuments([nameOf(environment), variables.document, written]));
  const result = v.safeParse(configSchema, document);
  const show = (path: Path): string => reader.referencesAt(path) ?? valueText(valueAt(document, path), settingAt(path));
  const issues = [
    ...reader.issues,
    ...(result.issues ?? []).map((issue) => toIssue(issue, reader, show)),
    ...contradictions(document, show),
  ];
  if (!result.success || issues.length > 0) {
    throw new TelemetryConfigError(source, listed(issues, reader.unlisted));
  }
  const { alerts, ...rest } = without(result.output, '$schema');
  const own = without(without(alerts, 'latency_threshold_ms'), 'error_rate_threshold');
  const config = { ...rest, alerts: { ...own, thresholds: resolveThresholds(alerts) } };
  const isOtlpAssumed = config.otlp.enabled && valueAt(written, ['otlp', 'enabled']) === undefined;
  return { config, warnings: variables.warnings, isOtlpAssumed };
}

/** `OTEL_SERVICE_NAME` as a document; empty where it is. */
function nameOf(environment: Environment): Document {
  const name = environment['OTEL_SERVICE_NAME']?.trim() ?? '';
  return name === '' ? {} : { service_name: name };
}

/** gRPC has another port than HTTP, and no path. */
function withEndpointOfProtocol(document: Document): Document {
  if (valueAt(document, ['otlp', 'protocol']) !== 'grpc') return document;
  return layDocuments([{ otlp: { endpoint: 'http://localhost:4317' } }, document]);
}

function toIssue(issue: v.BaseIssue<unknown>, reader: DocumentReader, show: (path: Path) => string): ConfigIssue {
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  if (issue.input !== undefined && issue.path?.at(-1)?.origin === 'key') {
    return { path: pathText(path), value: 'this name', expected: issue.message };
  }
  // of what is missing valibot says which key, not what should stand there
  const expected = issue.input === undefined ? (settingAt(path)?.expected ?? issue.message) : issue.message;
  const substituted = reader.referencesAt(path) !== undefined;
  return {
    path: pathText(path),
    value: show(path),
    expected: substituted ? `${expected}, after substitution` : expected,
  };
}

/** One problem for each path: the first says best what is wrong. */
function listed(issues: readonly ConfigIssue[], unlisted: number): ConfigIssue[] {
  const first = new Map<string, ConfigIssue>();
  for (const issue of issues) if (!first.has(issue.path)) first.set(issue.path, issue);
  const all = [...first.values()];
  const more = unlisted + Math.max(0, all.length - MOST_ISSUES);
  if (more === 0) return all;
  return [...all.slice(0, MOST_ISSUES), { path: '', value: `${more} more problems`, expected: 'none' }];
}

function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], document);
}

function without<From extends object, Key extends keyof From>(from: From, key: Key): Omit<From, Key> {
  const rest = { ...from };
  Reflect.deleteProperty(rest, key);
  return rest;
}

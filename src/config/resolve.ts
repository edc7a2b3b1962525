import * as v from 'valibot';
import { TelemetryConfigError } from '../base/errors.ts';
import type { ConfigIssue } from '../base/errors.ts';
import { configSchema } from './schema.ts';
import type { ResolvedConfig } from './schema.ts';
import { contradictions, resolveThresholds } from './thresholds.ts';

/** Keys whose values must not appear in a message. */
const SECRETS = /token|password|api_key|secret/i;

/**
 * Checks documents laid over each other and fills in the defaults.
 *
 * @param source for the message: a file's path or `code`
 * @param documents later ones win, key by key
 * @throws TelemetryConfigError listing every problem
 */
export function resolveConfig(source: string, ...documents: readonly unknown[]): ResolvedConfig {
  const wrong = documents.find((document) => document !== undefined && !isObject(document));
  if (wrong !== undefined) {
    throw new TelemetryConfigError(source, [
      {
        path: '',
        value: wrong === null ? 'null' : Array.isArray(wrong) ? 'an array' : `a ${typeof wrong}`,
        expected: 'Object',
      },
    ]);
  }
  const document = documents.reduce(lay, {}) as Readonly<Record<string, unknown>>;
  const result = v.safeParse(configSchema, document);
  const issues = [...(result.issues?.map(toIssue) ?? []), ...contradictions(document['alerts'])];
  if (!result.success || issues.length > 0) throw new TelemetryConfigError(source, issues);
  const { alerts: written, $schema: _, ...rest } = result.output;
  const { latency_threshold_ms, error_rate_threshold, ...alerts } = written;
  return { ...rest, alerts: { ...alerts, thresholds: resolveThresholds(written) } };
}

/** `over` laid over `under`: objects key by key, anything else as a whole. */
function lay(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (!isObject(under) || !isObject(over)) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) merged[key] = lay(under[key], value);
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toIssue(issue: v.BaseIssue<unknown>): ConfigIssue {
  const path = v.getDotPath(issue) ?? '';
  const unknownKey = issue.type === 'strict_object' && issue.expected === 'never';
  return {
    path,
    value: SECRETS.test(path) ? '"***"' : cut(textOf(issue.input)),
    expected: unknownKey ? 'no such key' : (EXPECTATIONS[issue.type]?.(issue) ?? issue.expected ?? issue.message),
  };
}

const EXPECTATIONS: Readonly<Record<string, (issue: v.BaseIssue<unknown>) => string>> = {
  min_value: ({ requirement }) => `at least ${String(requirement)}`,
  max_value: ({ requirement }) => `at most ${String(requirement)}`,
  gt_value: ({ requirement }) => `more than ${String(requirement)}`,
  integer: () => 'a whole number',
  min_length: () => 'not nothing',
  check: ({ message }) => message,
  regex: () => 'a Prometheus label name: letters, digits and _, not le and not beginning with __',
  picklist: ({ expected }) => `one of ${String(expected)}`,
};

/** As JSON, or the type of what has none. */
function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return `a ${typeof value}`;
  }
}

function cut(text: string | undefined): string {
  if (text === undefined) return 'undefined';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

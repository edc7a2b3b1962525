import { isDeepStrictEqual } from 'node:util';
import type { ResolvedConfig } from './schema.ts';

/** Sections and keys that take effect in a running dashboard. */
const LIVE: ReadonlySet<string> = new Set(['alerts', 'grafana', 'logging', 'sampling_interval_ms']);

/** Sections that are checked, on which nothing is built yet. */
export const WITHOUT_EFFECT = ['live'] as const;

/** What differs between two documents, in dots: `alerts.thresholds.high_latency_ms`. */
export interface ConfigChanges {
  /** Takes effect at once. */
  readonly live: readonly string[];
  /** Takes effect when the process starts anew. */
  readonly restart: readonly string[];
  /** Has none in this version. */
  readonly withoutEffect: readonly string[];
}

export function changesOf(before: ResolvedConfig, after: ResolvedConfig): ConfigChanges {
  const paths = differences('', before, after).sort();
  const sectionOf = (path: string): string => path.split('.')[0] ?? path;
  const isLive = (path: string): boolean => LIVE.has(sectionOf(path));
  const hasNone = (path: string): boolean => WITHOUT_EFFECT.some((key) => key === sectionOf(path));
  return {
    live: paths.filter(isLive),
    restart: paths.filter((path) => !isLive(path) && !hasNone(path)),
    withoutEffect: paths.filter(hasNone),
  };
}

/** Lists are compared as a whole. */
function differences(path: string, before: unknown, after: unknown): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isSection(before) || !isSection(after)) return [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(path === '' ? key : `${path}.${key}`, before[key], after[key]));
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

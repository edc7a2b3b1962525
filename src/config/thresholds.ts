import type * as v from 'valibot';
import type { ConfigIssue } from '../base/errors.ts';
import type { alertsSchema } from './sections/alerts.ts';

/** A warning's threshold and its critical one; null: no such alert. */
interface Pair {
  readonly warning: string;
  readonly critical: string;
  /** Of the warning; undefined: none. */
  readonly byDefault?: number;
  /** Makes the critical threshold of the warning's, where none is given. */
  readonly derive: (warning: number) => number;
}

const PAIRS: readonly Pair[] = [
  { warning: 'high_latency_ms', critical: 'critical_latency_ms', byDefault: 1000, derive: times(5) },
  { warning: 'error_rate_warning', critical: 'error_rate_critical', byDefault: 0.05, derive: times(2) },
  {
    warning: 'memory_warning_percent',
    critical: 'memory_critical_percent',
    byDefault: 75,
    derive: (warning) => Math.max(warning, Math.min(95, times(1.2)(warning))),
  },
  {
    warning: 'event_loop_delay_warning_ms',
    critical: 'event_loop_delay_critical_ms',
    byDefault: 200,
    derive: times(5),
  },
  { warning: 'queue_size_warning', critical: 'queue_size_critical', derive: times(2) },
  { warning: 'no_traffic_warning_ms', critical: 'no_traffic_critical_ms', derive: times(5) },
];

/** Other spellings of keys under `thresholds`. */
const SPELLINGS: readonly (readonly [key: string, threshold: string])[] = [
  ['latency_threshold_ms', 'high_latency_ms'],
  ['error_rate_threshold', 'error_rate_warning'],
];

type Written = v.InferOutput<typeof alertsSchema>;
type Key = keyof Written['thresholds'];

/** Every threshold with its value; null: there is no such alert. */
export type Thresholds = Readonly<Record<Key, number | null>>;

/** Fills in what is not given. The alerts hold no contradiction. */
export function resolveThresholds(alerts: Written): Thresholds {
  const given: Record<string, number | null | undefined> = { ...alerts.thresholds };
  for (const [key, threshold] of SPELLINGS) {
    if (given[threshold] === undefined) given[threshold] = alerts[key as keyof Written] as number | null | undefined;
  }
  const entries = PAIRS.flatMap(({ warning, critical, byDefault, derive }) => {
    const low = given[warning] === undefined ? (byDefault ?? null) : given[warning];
    const high = given[critical] === undefined ? low && derive(low) : given[critical];
    return [
      [warning, low],
      [critical, high],
    ];
  });
  return Object.fromEntries(entries) as Thresholds;
}

/**
 * What contradicts itself in a section that may be wrong in other ways too.
 *
 * @param alerts the section as it was written
 */
export function contradictions(alerts: unknown): ConfigIssue[] {
  const section = objectAt(alerts);
  const thresholds = objectAt(section['thresholds']);
  const issues: ConfigIssue[] = [];
  for (const [key, threshold] of SPELLINGS) {
    const [one, other] = [section[key], thresholds[threshold]];
    if (one === undefined || other === undefined || one === other) continue;
    const expected = `the same as alerts.thresholds.${threshold} (${JSON.stringify(other)}), or only one of them`;
    issues.push({ path: `alerts.${key}`, value: JSON.stringify(one), expected });
  }
  for (const { warning, critical, byDefault } of PAIRS) {
    const spelled = SPELLINGS.find(([, threshold]) => threshold === warning)?.[0];
    const low = thresholds[warning] ?? (spelled === undefined ? undefined : section[spelled]) ?? byDefault;
    const high = thresholds[critical];
    if (typeof low !== 'number' || typeof high !== 'number' || high >= low) continue;
    const expected = `at least alerts.thresholds.${warning} (${low})`;
    issues.push({ path: `alerts.thresholds.${critical}`, value: String(high), expected });
  }
  return issues;
}

function objectAt(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Multiplies without the digits that binary fractions add: 0.1 × 3 is 0.3. */
function times(factor: number): (value: number) => number {
  return (value) => Number((value * factor).toPrecision(12));
}

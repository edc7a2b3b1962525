import type * as v from 'valibot';
import type { ConfigIssue } from '../base/errors.ts';
import type { alertsSchema } from './sections/alerts.ts';

/** A warning's threshold and its critical one; null: no such alert. */
interface Pair {
  readonly warning: string;
  readonly critical: string;
  /** Of the warning; undefined: none. */
  readonly byDefault?: number;
  /** The critical threshold of the warning's, where none is given: so many times as much. */
  readonly factor: number;
  /** … but no more than this, or the warning's where that is more. */
  readonly atMost: number;
}

const DAY_MS = 86_400_000;

const PAIRS: readonly Pair[] = [
  { warning: 'high_latency_ms', critical: 'critical_latency_ms', byDefault: 1000, factor: 5, atMost: DAY_MS },
  { warning: 'error_rate_warning', critical: 'error_rate_critical', byDefault: 0.05, factor: 2, atMost: 0.95 },
  { warning: 'memory_warning_percent', critical: 'memory_critical_percent', byDefault: 75, factor: 1.2, atMost: 95 },
  {
    warning: 'event_loop_delay_warning_ms',
    critical: 'event_loop_delay_critical_ms',
    byDefault: 200,
    factor: 5,
    atMost: DAY_MS,
  },
  { warning: 'queue_size_warning', critical: 'queue_size_critical', factor: 2, atMost: Number.MAX_SAFE_INTEGER },
  { warning: 'no_traffic_warning_ms', critical: 'no_traffic_critical_ms', factor: 5, atMost: DAY_MS },
];

/** Other spellings of keys under `thresholds`. */
export const SPELLINGS: readonly (readonly [key: string, threshold: string])[] = [
  ['latency_threshold_ms', 'high_latency_ms'],
  ['error_rate_threshold', 'error_rate_warning'],
];

type Written = v.InferOutput<typeof alertsSchema>;
type Key = keyof Written['thresholds'];

/** Every threshold with its value; null: there is no such alert. */
export type Thresholds = Readonly<Record<Key, number | null>>;

/** Fills in what is not given. The alerts hold no contradiction. */
export function resolveThresholds(alerts: Written): Thresholds {
  const entries = PAIRS.flatMap((pair) => {
    const low = warningOf(pair, alerts, alerts.thresholds) as number | null | undefined;
    const given = alerts.thresholds[pair.critical as Key];
    return [
      [pair.warning, low ?? null],
      [pair.critical, given === undefined ? (derive(pair, low) ?? null) : given],
    ];
  });
  return Object.fromEntries(entries) as Thresholds;
}

/** As it is written, in either spelling, else the default. What is written may be wrong in any way. */
function warningOf(
  { warning, byDefault }: Pair,
  alerts: Readonly<Record<string, unknown>>,
  thresholds: Readonly<Record<string, unknown>>,
): unknown {
  if (thresholds[warning] !== undefined) return thresholds[warning];
  const spelled = spellingOf(warning);
  return spelled === undefined || alerts[spelled] === undefined ? byDefault : alerts[spelled];
}

function spellingOf(warning: string): string | undefined {
  return SPELLINGS.find(([, threshold]) => threshold === warning)?.[0];
}

/** Without the digits that binary fractions add: 0.1 × 3 is 0.3. */
function derive({ factor, atMost }: Pair, warning: number | null | undefined): number | null | undefined {
  return warning && Math.max(warning, Math.min(atMost, Number((warning * factor).toPrecision(12))));
}

/**
 * What contradicts itself among the thresholds of a section that may be wrong in other ways too.
 *
 * @param alerts the section as it was written
 * @param show how a message shows the value at a path below the section
 */
export function thresholdContradictions(
  alerts: Readonly<Record<string, unknown>>,
  show: (path: readonly string[]) => string,
): ConfigIssue[] {
  const thresholds = (alerts['thresholds'] ?? {}) as Readonly<Record<string, unknown>>;
  const issues: ConfigIssue[] = [];
  for (const [key, threshold] of SPELLINGS) {
    const [one, other] = [alerts[key], thresholds[threshold]];
    if (!isThreshold(one) || !isThreshold(other) || one === other) continue;
    const expected = `the same as alerts.thresholds.${threshold} (${show(['thresholds', threshold])}), or only one of them`;
    issues.push({ path: `alerts.${key}`, value: show([key]), expected });
  }
  for (const pair of PAIRS) {
    const [low, high] = [warningOf(pair, alerts, thresholds), thresholds[pair.critical]];
    if (typeof low !== 'number' || typeof high !== 'number' || high >= low) continue;
    issues.push({
      path: `alerts.thresholds.${pair.critical}`,
      value: show(['thresholds', pair.critical]),
      expected: `at least the warning's threshold, ${whereWarningStands(pair, alerts, thresholds, show)}`,
    });
  }
  return issues;
}

function whereWarningStands(
  { warning, byDefault }: Pair,
  alerts: Readonly<Record<string, unknown>>,
  thresholds: Readonly<Record<string, unknown>>,
  show: (path: readonly string[]) => string,
): string {
  if (thresholds[warning] !== undefined) return `alerts.thresholds.${warning} (${show(['thresholds', warning])})`;
  const spelled = spellingOf(warning);
  if (spelled !== undefined && alerts[spelled] !== undefined) return `alerts.${spelled} (${show([spelled])})`;
  return `alerts.thresholds.${warning} (${String(byDefault)} by default)`;
}

function isThreshold(value: unknown): value is number | null {
  return value === null || typeof value === 'number';
}

import type { AlertRule } from '../../alerts/rule.ts';
import type { Metric } from '../../promql/series.ts';
import type { RuleWindow } from '../rule-window.ts';
import type { Observed } from './alert-model.ts';
import type { Level } from './level.ts';

/** Series as one instance gives them, and what its rule finds in them. */
export interface Signal {
  readonly series: readonly InputSeries[];
  /** Step by step. Of the first window, nothing is said. */
  readonly observed: readonly Observed[];
}

/** One series of a test: without `job` and `instance`. */
export interface InputSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** What a signal is made for. */
export interface SignalContext {
  readonly rule: AlertRule;
  readonly window: RuleWindow;
  /** Of the rule's measure, where it has one. */
  readonly metric: Metric | undefined;
}

/** Steps between the two samples that a range of `rangeMs` compares. */
export function stepsIn(rangeMs: number, { scrapeMs }: RuleWindow): number {
  return Math.ceil(rangeMs / scrapeMs);
}

/** Running totals. */
export function totals(increments: readonly number[]): number[] {
  let total = 0;
  return increments.map((increment) => (total = Number((total + increment).toPrecision(15))));
}

/** What a counter has grown by over the last `steps`. */
export function grown(counts: readonly number[], step: number, steps: number): number {
  return (counts[step] as number) - (counts[Math.max(0, step - steps)] as number);
}

/** Observations at each step: `few` are one fewer than the minimum in any window, come all at once. */
export function observationsAt(
  levels: readonly Level[],
  { rule: { minObservations } }: SignalContext,
  steps: number,
): number[] {
  const enough = FULL * Math.max(1, Math.ceil(minObservations / FULL));
  return levels.map((level, step) => {
    if (level === 'idle') return 0;
    if (level !== 'few') return enough;
    return step % steps === 0 ? minObservations - 1 : 0;
  });
}

/** Observations of a step that can be shared out to the per mille. */
export const FULL = 1000;

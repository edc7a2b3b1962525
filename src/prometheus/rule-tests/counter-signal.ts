import { nameOf } from '../../promql/series.ts';
import { attributesOf } from './gauge-signal.ts';
import { levelValue } from './level.ts';
import type { Level } from './level.ts';
import { grown, stepsIn, totals } from './signal.ts';
import type { Signal, SignalContext } from './signal.ts';

/** A counter that grows evenly, so that it is at the level once a whole window is. */
export function counterSignal(levels: readonly Level[], { rule, metric, window }: SignalContext): Signal {
  const { measure, minObservations } = rule;
  if (!metric || measure.kind !== 'counter') throw new TypeError(`${rule.name} is not about a counter`);
  const steps = stepsIn(window.rangeMs, window);
  const perWindow = measure.statistic === 'rate' ? window.rangeMs / 1000 : 1;
  const increments = levels.map((level) => {
    if (level === 'idle') return 0;
    const increase = levelValue(rule, level, true) * perWindow;
    // one more than the minimum: a sum of fractions may be a binary digit below it
    const least =
      minObservations > 0 && level === 'beyond' && rule.comparison.startsWith('>') ? minObservations + 1 : 0;
    const reached = Math.max(increase, least);
    return level === 'few' ? Math.min(increase, Math.max(0, minObservations - 1)) / steps : reached / steps;
  });
  const counts = totals(increments);
  return {
    series: [{ name: nameOf(metric), labels: attributesOf(metric), values: counts }],
    observed: counts.map((_, step) => {
      const increase = grown(counts, step, steps);
      return { value: increase / perWindow, observations: increase };
    }),
  };
}

/** A counter of messages that grows but in `beyond`; `near`: by one message in the longest time that is no silence yet. */
export function silenceSignal(levels: readonly Level[], { rule, window, metric }: SignalContext): Signal {
  if (!metric) throw new TypeError(`${rule.name} has no metric`);
  const steps = stepsIn(rule.threshold * 1000, window);
  const counts = totals(
    levels.map((level, step) => {
      if (level === 'beyond') return 0;
      return level === 'near' && step % steps !== 0 ? 0 : 1;
    }),
  );
  return {
    series: [{ name: nameOf(metric), labels: attributesOf(metric), values: counts }],
    observed: counts.map((_, step) => ({
      value: grown(counts, step, steps) === 0 ? Infinity : 0,
      observations: Infinity,
    })),
  };
}

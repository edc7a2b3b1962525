import { labelOf, nameOf } from '../../promql/series.ts';
import { levelValue } from './level.ts';
import type { Level } from './level.ts';
import type { Signal, SignalContext } from './signal.ts';

/** A gauge at the levels themselves. */
export function gaugeSignal(levels: readonly Level[], { rule, metric }: SignalContext): Signal {
  if (!metric) throw new TypeError(`${rule.name} has no metric`);
  const values = levels.map((level) => levelValue(rule, level, false));
  return {
    series: [{ name: nameOf(metric), labels: attributesOf(metric), values }],
    observed: values.map((value) => ({ value, observations: Infinity })),
  };
}

/** A value of each attribute of the metric. */
export function attributesOf(metric: NonNullable<SignalContext['metric']>): Record<string, string> {
  return Object.fromEntries(
    (metric.attributes ?? []).map(({ key, values }) => [labelOf(metric, key), values?.[0] ?? 'x']),
  );
}

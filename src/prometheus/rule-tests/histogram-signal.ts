import { releaseThreshold } from '../../alerts/rule.ts';
import type { AlertRule } from '../../alerts/rule.ts';
import { realtimeMetrics } from '../../catalog/realtime.ts';
import { nameOf } from '../../promql/series.ts';
import { quantileOf } from '../recording-rules.ts';
import { attributesOf } from './gauge-signal.ts';
import { levelValue } from './level.ts';
import type { Level } from './level.ts';
import { FULL, grown, observationsAt, stepsIn, totals } from './signal.ts';
import type { InputSeries, Signal, SignalContext } from './signal.ts';

const { latencyWindowMin, latencyWindowMax } = realtimeMetrics();

/** A histogram whose statistic is at the level once a whole window is. */
export function histogramSignal(levels: readonly Level[], context: SignalContext): Signal {
  const { rule, window, metric } = context;
  const { measure } = rule;
  if (!metric || measure.kind !== 'histogram') throw new TypeError(`${rule.name} is not about a histogram`);
  const steps = stepsIn(window.rangeMs, window);
  const observations = observationsAt(levels, context, steps);
  const counts = totals(observations);
  const labels = attributesOf(metric);
  const count: InputSeries = { name: `${nameOf(metric)}_count`, labels, values: counts };
  const observedBy = (valueAt: (step: number) => number | null): Signal['observed'] =>
    counts.map((_, step) => ({ value: valueAt(step), observations: grown(counts, step, steps) }));
  const values = levels.map((level) => levelValue(rule, level, true));
  const { statistic } = measure;
  if (statistic === 'min' || statistic === 'max') {
    const name = nameOf(statistic === 'min' ? latencyWindowMin : latencyWindowMax);
    return { series: [count, { name, labels: {}, values }], observed: observedBy((step) => values[step] ?? null) };
  }
  if (statistic === 'avg') {
    const sums = totals(values.map((value, step) => value * (observations[step] as number)));
    return {
      series: [count, { name: `${nameOf(metric)}_sum`, labels, values: sums }],
      observed: observedBy((step) => grown(sums, step, steps) / grown(counts, step, steps)),
    };
  }
  const quantile = quantileOf(statistic);
  const { bounds, shares } = distribution(rule, quantile);
  // cumulative, as they are exported
  const buckets = [...bounds, Infinity].map((_, index) =>
    totals(
      levels.map((level, step) => {
        const below = shares[level].slice(0, index + 1).reduce((sum, share) => sum + share, 0);
        return ((observations[step] as number) * below) / FULL;
      }),
    ),
  );
  return {
    series: [
      count,
      ...buckets.map((values, index) => ({
        name: `${nameOf(metric)}_bucket`,
        labels: { ...labels, le: String(bounds[index] ?? '+Inf') },
        values,
      })),
    ],
    observed: observedBy((step) =>
      readQuantile(
        quantile,
        bounds,
        buckets.map((values) => grown(values, step, steps)),
      ),
    ),
  };
}

/** Buckets around the threshold, and how many of {@link FULL} observations of each level lie in each. */
function distribution(rule: AlertRule, quantile: number): { bounds: number[]; shares: Record<Level, number[]> } {
  const isAbove = rule.comparison.startsWith('>');
  const release = Number(releaseThreshold(rule).toPrecision(12));
  const [low, high] = [Math.min(rule.threshold, release), Math.max(rule.threshold, release)];
  const bounds = [...new Set([low / 2, low, high, high * 2])];
  const last = bounds.length - 1;
  const [good, bad] = isAbove ? [0, last] : [last, 0];
  const allIn = (index: number): number[] => share([[index, FULL]]);
  const share = (parts: readonly (readonly [index: number, observations: number])[]): number[] =>
    [...bounds, Infinity].map((_, index) => parts.find(([place]) => place === index)?.[1] ?? 0);
  // one observation more or fewer below decides on which side the quantile lies
  const rank = Math.round(quantile * FULL);
  const split = (below: number): number[] =>
    share([
      [0, below],
      [last, FULL - below],
    ]);
  const [near, beyond] = isAbove ? [rank + 1, rank - 1] : [rank - 1, rank + 1];
  const band = rule.hysteresisRatio === 0 ? split(near) : allIn(2);
  return {
    bounds,
    shares: {
      calm: allIn(good),
      idle: allIn(good),
      band,
      near: split(near),
      beyond: split(beyond),
      few: allIn(bad),
    },
  };
}

/** As `histogram_quantile` documents it. */
function readQuantile(quantile: number, bounds: readonly number[], cumulative: readonly number[]): number | null {
  const total = cumulative.at(-1) ?? 0;
  if (total === 0) return null;
  const rank = quantile * total;
  const index = cumulative.findIndex((count) => count >= rank);
  const upper = bounds[index];
  if (upper === undefined) return bounds.at(-1) ?? null;
  const lower = bounds[index - 1] ?? 0;
  const before = cumulative[index - 1] ?? 0;
  return lower + ((upper - lower) * (rank - before)) / ((cumulative[index] as number) - before);
}

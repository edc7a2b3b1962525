import { same } from '../catalog/buckets.ts';
import type { MetricSpec } from '../catalog/metric.ts';
import { realtimeMetrics } from '../catalog/realtime.ts';
import { webSocketMetrics } from '../catalog/websocket.ts';
import { releaseThreshold } from './rule.ts';
import type { AlertRule } from './rule.ts';

const MARK = same([]);

/** Names of the histograms that share the buckets of `latency_buckets_ms`. */
export const LATENCY_HISTOGRAMS: ReadonlySet<string> = new Set(
  [webSocketMetrics('server', MARK), webSocketMetrics('client', MARK), realtimeMetrics(MARK)]
    .flatMap((group) => Object.values(group) as MetricSpec[])
    .filter(({ buckets }) => buckets === MARK)
    .map(({ name }) => name),
);

/** What a bound beyond the highest threshold is to it: the step of the exported buckets. */
const STEP = 1.6;

/**
 * Bounds that the exported latency histograms need besides their own, so that a quantile read from them is beyond a threshold
 * just when it is: the thresholds, where alerts are released, and one above them all, since no quantile is read above the last.
 *
 * @param exported bounds in seconds, ascending
 * @returns seconds, in no order
 */
export function thresholdBounds(rules: readonly AlertRule[], exported: readonly number[]): number[] {
  const thresholds = rules
    .filter(({ measure }) => measure.kind === 'histogram' && LATENCY_HISTOGRAMS.has(measure.metric))
    .filter(({ measure }) => measure.kind === 'histogram' && measure.statistic.startsWith('p'))
    .flatMap((rule) => [rule.threshold, releaseThreshold(rule)])
    .map((seconds) => Number(seconds.toPrecision(12)))
    .filter((seconds) => seconds > 0);
  const highest = Math.max(...thresholds, 0);
  const isLast = highest >= (exported.at(-1) ?? 0);
  return [...thresholds, ...(isLast && highest > 0 ? [Number((highest * STEP).toPrecision(12))] : [])];
}

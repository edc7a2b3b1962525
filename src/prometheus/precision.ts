import type { AlertRule } from '../alerts/rule.ts';
import { LATENCY_HISTOGRAMS } from '../alerts/threshold-bounds.ts';
import { CATALOG } from '../catalog/index.ts';
import { NotInPromql } from './measure-expression.ts';

/**
 * What keeps a rule about a quantile from being exact: it is read from buckets, between whose bounds Prometheus interpolates.
 *
 * @returns undefined where it is exact, since the threshold is a bound, as it is made one of every latency histogram
 * @throws NotInPromql where the threshold is beyond the last bound, above which no quantile is read
 */
export function imprecision({ measure, threshold, comparison }: AlertRule): string | undefined {
  if (measure.kind !== 'histogram' || !measure.statistic.startsWith('p')) return undefined;
  const bounds = CATALOG.find(({ name }) => name === measure.metric)?.buckets?.exported;
  if (!bounds) return `it depends on whether ${threshold} is a bound of the buckets of ${measure.metric}`;
  if (LATENCY_HISTOGRAMS.has(measure.metric)) return undefined;
  const next = bounds.find((bound) => bound > threshold);
  if (next === undefined && comparison.startsWith('>')) {
    throw new NotInPromql(
      `${threshold} is not below the last bound of the buckets of ${measure.metric}, ${bounds.at(-1) ?? 0}`,
    );
  }
  if (bounds.includes(threshold)) return undefined;
  const previous = bounds.findLast((bound) => bound < threshold) ?? 0;
  return `${threshold} lies between the bounds ${previous} and ${next ?? 'infinity'} of the buckets of ${measure.metric}`;
}

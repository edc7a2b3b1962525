import type { MetricSpec } from '../../catalog/metric.ts';
import { exactMean, exactQuantile } from '../panels/query.ts';
import type { Cut } from '../panels/query.ts';
import { timeSeries } from '../panels/time-series.ts';
import type { TimeSeries } from '../panels/time-series.ts';
import type { Block } from '../panels/panel.ts';

/** What can be read of a latency. */
export type Statistic = 'avg' | 'p50' | 'p95' | 'p99';

/**
 * The mean, or a quantile. The alerts count the first observations of new series; a `rate()` would show nothing of what they fire for.
 */
export function statisticOf(statistic: Statistic, metric: MetricSpec, cut: Cut = {}): string {
  return statistic === 'avg' ? exactMean(metric, cut) : exactQuantile(Number(statistic.slice(1)) / 100, metric, cut);
}

/** p50, p95 and p99 of one histogram. */
export function quantiles(metric: MetricSpec, spec: Omit<TimeSeries, 'queries'>): Block {
  return timeSeries({
    ...spec,
    queries: (['p50', 'p95', 'p99'] as const).map((statistic) => ({
      expr: statisticOf(statistic, metric),
      legend: statistic,
    })),
  });
}

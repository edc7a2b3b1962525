import type { MetricSpec } from '../../catalog/metric.ts';
import { prometheusName } from '../../catalog/prometheus-name.ts';
import { labelOf } from '../../promql/series.ts';
import type { Section } from '../panels/grid.ts';
import type { Block } from '../panels/panel.ts';
import { exactRate, named, quantile, top, value } from '../panels/query.ts';
import { timeSeries } from '../panels/time-series.ts';
import { grafanaRateUnit, grafanaUnit } from '../panels/unit.ts';

/** Series that a panel can show and people can still read. */
const MOST_SERIES = 10;

/** The user's own metrics, each a panel; no section without any. */
export function customSection(metrics: readonly MetricSpec[]): Section[] {
  const blocks = metrics.filter(isShown).map(customBlock);
  return blocks.length === 0 ? [] : [{ title: 'Custom metrics', blocks }];
}

/** Whether a metric has a name in Prometheus at all. */
function isShown({ name, unit, kind }: MetricSpec): boolean {
  return prometheusName(name, unit, kind) !== null;
}

/** The panel of one metric, by its first attribute where it has one. */
export function customBlock(metric: MetricSpec): Block {
  const { kind, name, unit, description } = metric;
  const key = metric.attributes[0]?.key;
  const by = key === undefined ? [] : [key];
  const label = key === undefined ? undefined : labelOf(metric, key);
  const legend = label === undefined ? literal(name) : `{{${label}}}`;
  const told = (expression: string): string =>
    label === undefined ? expression : top(MOST_SERIES, named(expression, label, '_other'));
  const shown = {
    title: literal(name),
    size: [8, 8],
    noValue: 'Nothing was recorded',
  } as const;
  const says = (what: string): string =>
    `${literal(description === '' ? name : description)}. ${what} What is normal, the service's own people know; the metric is declared in its code.`;
  switch (kind) {
    case 'counter':
      return timeSeries({
        ...shown,
        description: says('Per second, first counts included.'),
        unit: grafanaRateUnit(metric),
        queries: [{ expr: told(exactRate(metric, { by })), legend }],
      });
    case 'gauge':
    case 'up_down_counter':
      return timeSeries({
        ...shown,
        description: says('Added up over the instances chosen.'),
        unit: grafanaUnit(metric),
        min: null,
        queries: [{ expr: told(value('sum', metric, { by })), legend }],
      });
    case 'histogram':
      return timeSeries({
        ...shown,
        description: says(`p50, p95 and p99${unit === '' ? '' : ` in ${literal(unit)}`}.`),
        unit: grafanaUnit(metric),
        queries: [0.5, 0.95, 0.99].map((q) => ({
          expr: told(quantile(q, metric, { by })),
          legend: `p${q * 100}${label === undefined ? '' : ` {{${label}}}`}`,
        })),
      });
  }
}

/** Grafana reads `$name` as a variable; a text of the user's has none. */
function literal(text: string): string {
  return text.replaceAll('$', '＄').replaceAll('[[', '[ [').replaceAll('{{', '{ {');
}

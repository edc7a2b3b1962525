import type { MetricSpec } from '../../catalog/metric.ts';
import { labelName, prometheusName } from '../../catalog/prometheus-name.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import { labelOf, nameOf } from '../../promql/series.ts';
import type { Block } from '../panels/panel.ts';
import { exactRate, quantile, top, value } from '../panels/query.ts';
import type { Cut } from '../panels/query.ts';
import { timeSeries } from '../panels/time-series.ts';
import type { TimeSeries } from '../panels/time-series.ts';
import { grafanaRateUnit, grafanaUnit } from '../panels/unit.ts';
import type { Dashboard } from '../schema.ts';
import { framed } from './frame.ts';

/** Series that a panel can show and people can still read. */
const MOST_SERIES = 10;

/**
 * The metrics that the service's own code declares, each a panel; no dashboard without any. It is one of its own, so that who does not
 * know them, such as a command, does not take them away.
 */
export function customDashboard(config: ResolvedConfig, metrics: readonly MetricSpec[]): Dashboard[] {
  // in what order they were declared says nothing
  const sorted = metrics.filter(isShown).sort((a, b) => (a.name < b.name ? -1 : 1));
  const blocks = sorted.map(customBlock);
  if (blocks.length === 0) return [];
  const description = "The metrics that the service's own code declares, by their names there.";
  return [framed('custom', config, description, [{ blocks }])];
}

/** Whether a metric has a name in Prometheus at all. */
function isShown({ name, unit, kind }: MetricSpec): boolean {
  return prometheusName(name, unit, kind) !== null;
}

/** The panel of one metric, by its first attribute where it has one. */
export function customBlock(metric: MetricSpec): Block {
  const { kind, unit, description } = metric;
  const name = metric.name.trim() === '' ? nameOf(metric) : metric.name;
  const key = metric.attributes.map((attribute) => attribute.key).find(isLabel);
  const cut: Cut = key === undefined ? {} : { by: [key], unnamed: 'none' };
  const label = key === undefined ? undefined : labelOf(metric, key);
  const legend = label === undefined ? literal(name) : `{{${label}}}`;
  const told = (expression: string): string => (label === undefined ? expression : top(MOST_SERIES, expression));
  const panel = (what: string, more: Pick<TimeSeries, 'unit' | 'queries' | 'min'>): Block =>
    timeSeries({
      title: literal(name),
      description: `${literal(description.trim() === '' ? name : description)}. ${what}${key === undefined ? '' : ` By ${literal(key)}, the ${MOST_SERIES} greatest at each moment.`} What is normal, those who declared it in the service's code know.`,
      size: [8, 8],
      noValue: 'Nothing was recorded',
      ...more,
    });
  switch (kind) {
    case 'counter':
      return panel('Per second, first counts included.', {
        unit: grafanaRateUnit(metric),
        queries: [{ expr: told(exactRate(metric, cut)), legend }],
      });
    case 'gauge':
    case 'up_down_counter': {
      const isSum = kind === 'up_down_counter' || isAdditive(unit);
      return panel(isSum ? 'Added up over the instances.' : 'The highest of the instances.', {
        unit: grafanaUnit(metric),
        min: null,
        queries: [{ expr: told(value(isSum ? 'sum' : 'max', metric, cut)), legend }],
      });
    }
    case 'histogram':
      return panel(`p50, p95 and p99${unit === '' ? '' : ` in ${literal(unit)}`}.`, {
        unit: grafanaUnit(metric),
        queries: [0.5, 0.95, 0.99].map((q) => ({
          expr: told(quantile(q, metric, cut)),
          legend: `p${q * 100}${label === undefined ? '' : ` {{${label}}}`}`,
        })),
      });
  }
}

/** What is counted or takes bytes adds up over instances; temperatures, times and shares do not. */
function isAdditive(unit: string): boolean {
  return unit === '' || /[{}]/.test(unit) || /By$/.test(unit);
}

/** Whether series can be told apart by it: some keys are no labels, and some are labels of the target. */
function isLabel(key: string): boolean {
  const label = labelName(key);
  return label !== null && !/^(job|instance|le|__name__)$/.test(label);
}

/** Grafana reads `$name` as a variable; a text of the user's has none. */
function literal(text: string): string {
  return text.replaceAll('$', '＄').replaceAll('[[', '[ [').replaceAll('{{', '{ {');
}

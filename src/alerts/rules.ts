import { CATALOG } from '../catalog/index.ts';
import type { AlertsConfig } from '../config/schema.ts';
import type { AlertSeverity } from '../catalog/self.ts';
import type { AlertRule, Measure } from './rule.ts';

/** What the warning and the critical of a built-in rule share. */
type Pair = Pick<AlertRule, 'rule' | 'measure' | 'display' | 'labels'> & {
  /** Threshold in the unit of the configuration key, and what makes it one of the measure. */
  readonly thresholds: readonly (number | null)[];
  /** Names and summaries of the two. */
  readonly names: readonly [warning: string, critical: string];
  readonly summaries: readonly [warning: string, critical: string];
};

const MILLISECONDS = { scale: 1000, unit: 'ms' };
const PERCENT = { scale: 100, unit: '%' };
const PLAIN = { scale: 1, unit: '' };

/** The two latencies, which are never merged. */
const LATENCIES = [
  { source: 'app', metric: 'realtime.latency', what: 'Application latency' },
  { source: 'handler', metric: 'websocket.server.message.process.duration', what: 'Message handler time' },
] as const;

/** The rules that the section `alerts` describes, in the order in which they are evaluated: a warning before its critical. */
export function rulesOf(alerts: AlertsConfig): AlertRule[] {
  return [
    ...pairsOf(alerts).flatMap((pair) => rulesOfPair(pair, alerts)),
    ...alerts.rules.map((rule) => userRule(rule, alerts)),
  ];
}

function pairsOf({ thresholds, latency_statistic }: AlertsConfig): Pair[] {
  return [
    ...LATENCIES.map(({ source, metric, what }): Pair => ({
      rule: 'latency',
      measure: { kind: 'histogram', metric, statistic: latency_statistic },
      display: MILLISECONDS,
      labels: { source },
      thresholds: [thresholds.high_latency_ms, thresholds.critical_latency_ms],
      names: ['high_latency', 'critical_latency'],
      summaries: [`${what} is high`, `${what} is critical`],
    })),
    {
      rule: 'error_rate',
      measure: { kind: 'error_rate' },
      display: PERCENT,
      labels: {},
      // written as a share of 1
      thresholds: [thresholds.error_rate_warning, thresholds.error_rate_critical].map((ratio) => ratio && ratio * 100),
      names: ['high_error_rate', 'critical_error_rate'],
      summaries: ['The error rate is high', 'The error rate is critical'],
    },
    {
      rule: 'memory',
      measure: { kind: 'gauge', metric: 'process.memory.utilization' },
      display: PERCENT,
      labels: {},
      thresholds: [thresholds.memory_warning_percent, thresholds.memory_critical_percent],
      names: ['high_memory', 'critical_memory'],
      summaries: ['Memory use is high', 'Memory use is critical'],
    },
    {
      rule: 'event_loop_delay',
      measure: { kind: 'gauge', metric: 'nodejs.eventloop.delay.p99' },
      display: MILLISECONDS,
      labels: {},
      thresholds: [thresholds.event_loop_delay_warning_ms, thresholds.event_loop_delay_critical_ms],
      names: ['high_event_loop_delay', 'critical_event_loop_delay'],
      summaries: ['The event loop is late', 'The event loop is blocked'],
    },
    {
      rule: 'queue_size',
      measure: { kind: 'gauge', metric: 'realtime.queue.size' },
      display: PLAIN,
      labels: {},
      thresholds: [thresholds.queue_size_warning, thresholds.queue_size_critical],
      names: ['high_queue_size', 'critical_queue_size'],
      summaries: ['A queue is long', 'A queue is critically long'],
    },
    {
      rule: 'no_traffic',
      measure: { kind: 'silence' },
      display: MILLISECONDS,
      labels: {},
      thresholds: [thresholds.no_traffic_warning_ms, thresholds.no_traffic_critical_ms],
      names: ['no_traffic', 'critical_no_traffic'],
      summaries: ['No messages arrive or leave', 'No messages have come or gone for long'],
    },
  ];
}

const SEVERITIES: readonly AlertSeverity[] = ['warning', 'critical'];

function rulesOfPair(pair: Pair, alerts: AlertsConfig): AlertRule[] {
  const { rule, measure, display, labels } = pair;
  return SEVERITIES.flatMap((severity, index) => {
    const shown = pair.thresholds[index];
    if (typeof shown !== 'number') return [];
    return {
      name: pair.names[index] as string,
      rule,
      severity,
      measure,
      // a silence is over with the first message
      comparison: measure.kind === 'silence' ? '>=' : '>',
      threshold: Number((shown / display.scale).toPrecision(12)),
      display,
      forMs: alerts.for_ms,
      keepFiringForMs: alerts.keep_firing_for_ms,
      hysteresisRatio: measure.kind === 'silence' ? 0 : alerts.hysteresis_percent / 100,
      minObservations: alerts.min_observations,
      labels,
      summary: pair.summaries[index] as string,
    };
  });
}

function userRule(rule: AlertsConfig['rules'][number], alerts: AlertsConfig): AlertRule {
  const measure = measureOf(rule);
  return {
    name: rule.name,
    rule: rule.name,
    severity: rule.severity,
    measure,
    comparison: rule.comparison,
    threshold: rule.threshold,
    display: { scale: 1, unit: displayUnit(rule) },
    forMs: rule.for_ms ?? alerts.for_ms,
    keepFiringForMs: rule.keep_firing_for_ms ?? alerts.keep_firing_for_ms,
    hysteresisRatio: alerts.hysteresis_percent / 100,
    minObservations: rule.min_observations ?? (measure.kind === 'counter' ? 0 : alerts.min_observations),
    labels: rule.labels,
    summary: rule.summary ?? `${rule.statistic} of ${rule.metric} is ${rule.comparison} ${rule.threshold}`,
  };
}

function measureOf({ metric, statistic }: AlertsConfig['rules'][number]): Measure {
  if (statistic === 'value') return { kind: 'gauge', metric };
  if (statistic === 'rate' || statistic === 'increase') return { kind: 'counter', metric, statistic };
  return { kind: 'histogram', metric, statistic };
}

/** The metric's unit where it says something to people: `s`, `By`, not `1` or `{item}`; that with `/s` for a rate. */
function displayUnit({ metric, statistic, unit }: AlertsConfig['rules'][number]): string {
  const written = unit ?? CATALOG.find(({ name }) => name === metric)?.unit ?? '';
  const said = /^(1|\{.*\})$/.test(written) ? '' : written;
  return statistic === 'rate' ? `${said}/s` : said;
}

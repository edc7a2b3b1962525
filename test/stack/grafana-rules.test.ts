import { resolveConfig } from '../../src/config/resolve.ts';
import type { ResolvedConfig } from '../../src/config/schema.ts';
import { alertQuery, upQuery } from '../../src/grafana/alerting/query.ts';
import { thresholdOf } from '../../src/grafana/alerting/threshold.ts';
import type { Evaluator } from '../../src/grafana/alerting/threshold.ts';
import { alertCondition } from '../../src/prometheus/alert-condition.ts';
import { alertingRules, several } from '../../src/prometheus/alerting-rules.ts';
import type { WrittenRule } from '../../src/prometheus/alerting-rules.ts';
import { measureExpression } from '../../src/prometheus/measure-expression.ts';
import { labelsOf } from '../../src/prometheus/recording-rules.ts';
import { instanceDownCases } from '../../src/prometheus/rule-tests/instance-down-cases.ts';
import { ruleCases } from '../../src/prometheus/rule-tests/rule-cases.ts';
import { JOB } from '../../src/prometheus/rule-tests/test-case.ts';
import type { TestCase } from '../../src/prometheus/rule-tests/test-case.ts';
import { ruleWindow } from '../../src/prometheus/rule-window.ts';
import { releaseThreshold } from '../../src/alerts/rule.ts';
import { promDuration } from '../../src/promql/duration.ts';
import { Provisioned } from '../support/provisioned.ts';
import type { Verdict } from '../support/provisioned.ts';

// On the series of Prometheus's own rule tests, step by step, with nothing but the recording rules beside.

const DEADLINE_MS = 300_000;

/** More than any value of the tests. */
const BEYOND_ALL = 1e9;

/** Two ways to say when a rule holds: Grafana's query with a threshold behind it, and the condition of Prometheus's rule. */
interface Comparison {
  readonly grafana: string;
  readonly prometheus: string;
}

const OTHER_TIMES = {
  prometheus: { scrape_interval_ms: 30_000 },
  retention: { window_ms: 300_000 },
  alerts: {
    thresholds: { high_latency_ms: 37, queue_size_warning: 500, no_traffic_warning_ms: 120_000 },
    latency_statistic: 'avg',
    for_ms: 0,
    keep_firing_for_ms: 0,
    hysteresis_percent: 0,
    min_observations: 0,
  },
};

const NO_BUILT_IN = {
  ...{ high_latency_ms: null, critical_latency_ms: null, error_rate_warning: null, error_rate_critical: null },
  ...{ memory_warning_percent: null, memory_critical_percent: null },
  ...{ event_loop_delay_warning_ms: null, event_loop_delay_critical_ms: null },
};

const USER_RULES = {
  alerts: {
    for_ms: 0,
    thresholds: NO_BUILT_IN,
    rules: [
      ...(['min', 'max', 'p50'] as const).map((statistic) => ({
        ...{ name: `slow_${statistic}`, metric: 'realtime.latency', statistic, threshold: 0.25 },
      })),
      { name: 'own_alerts', metric: 'telemetry.alert.active', statistic: 'value', threshold: 2 },
      { name: 'pings', metric: 'websocket.server.ping.duration', statistic: 'p95', comparison: '<', threshold: 0.004 },
      { name: 'closing', metric: 'websocket.server.connection.duration', statistic: 'avg', threshold: 42.5 },
      { name: 'talkative', metric: 'websocket.server.messages', statistic: 'rate', comparison: '>=', threshold: 120 },
      { name: 'quiet', metric: 'websocket.client.messages', statistic: 'increase', comparison: '<', threshold: 90 },
      { name: 'rare', metric: 'realtime.sessions', statistic: 'rate', comparison: '<=', threshold: 2 },
      {
        name: 'crowd',
        metric: 'websocket.server.open_connections',
        statistic: 'value',
        comparison: '>=',
        threshold: 9,
      },
      { name: 'none', metric: 'realtime.session.active', statistic: 'value', comparison: '<=', threshold: 0 },
      { name: 'orders', metric: 'shop.orders', statistic: 'increase', threshold: 1000, unit: '{order}' },
      { name: 'load', metric: 'shop.load', statistic: 'value', threshold: 0.5, unit: '1' },
      { name: 'wait', metric: 'shop.wait', statistic: 'p99', threshold: 3, unit: 's' },
    ],
  },
};

describe.each([
  ['the defaults', {}],
  ['other times, without hysteresis and minimum', OTHER_TIMES],
  ["the user's rules", USER_RULES],
  [
    'a service with a name',
    {
      service_name: JOB,
      alerts: {
        thresholds: { ...NO_BUILT_IN, high_latency_ms: 37, error_rate_warning: 0.1, no_traffic_warning_ms: 120_000 },
        rules: USER_RULES.alerts.rules.filter(({ name }) => ['quiet', 'closing', 'load'].includes(name)),
      },
    },
  ],
])("Grafana's rules for %s", (_, document) => {
  const config = resolveConfig('test', document);
  const recording = new Provisioned({ ...document, alerts: { enabled: false } });
  afterAll(() => recording.remove());

  const { perInstance, fleet } = alertingRules(config);
  const rules = [...perInstance, ...fleet].map(
    (rule) => [rule.rule.name, rule.rule.labels['source'] ?? '', rule] as const,
  );

  test.each(rules)(
    'let %s %s hold just when it does in Prometheus',
    (_name, _source, written) => {
      const tests = casesOf(written, config);
      const { begins, goesOn } = comparisonsOf(written, config);
      expect(evaluated(recording, tests, [begins, goesOn], config)).toMatchObject({ status: 0 });
      // which it would also do if neither ever held, or both always
      const other = comparisonsOf(written, config, (limit) => limit + BEYOND_ALL).begins;
      expect(evaluated(recording, tests.slice(0, 1), [other], config)).toMatchObject({ status: 1 });
    },
    DEADLINE_MS,
  );

  test('let instance_down hold just when it does in Prometheus', () => {
    const tests = instanceDownCases(config.alerts, ruleWindow(config));
    const comparisonWith = (sign: string): Comparison => ({
      grafana: `(${upQuery(config)}) ${sign} 1`,
      prometheus: alertingRules(config).down.expr,
    });
    expect(evaluated(recording, tests, [comparisonWith('<')], config)).toMatchObject({ status: 0 });
    expect(evaluated(recording, tests, [comparisonWith('<=')], config)).toMatchObject({ status: 1 });
  });
});

test("Grafana's rules of a service say nothing about another one", () => {
  const config = resolveConfig('test', { service_name: 'other' });
  const recording = new Provisioned({ alerts: { enabled: false } });
  try {
    const { perInstance, fleet } = alertingRules(config);
    for (const written of [...perInstance, ...fleet]) {
      const { grafana } = comparisonsOf(written, config).begins;
      const comparison = { grafana, prometheus: 'vector(1) > 1' };
      expect(evaluated(recording, casesOf(written, config), [comparison], config)).toMatchObject({ status: 0 });
    }
  } finally {
    recording.remove();
  }
});

/** When an alert begins, and when one that fires goes on. */
function comparisonsOf(
  { rule, level }: WrittenRule,
  config: ResolvedConfig,
  moved: (limit: number) => number = (limit) => limit,
): { begins: Comparison; goesOn: Comparison } {
  const window = ruleWindow(config);
  const query = alertQuery(rule, level, window, config);
  const { evaluator, unloadEvaluator } = thresholdOf(rule);
  const by = labelsOf(level);
  const prometheusAt = (threshold: number): string => {
    const one = alertCondition(
      { ...rule, threshold, hysteresisRatio: 0 },
      measureExpression(rule, level, window, config),
      { alert: rule.name, labels: {} },
      by,
    );
    return level === 'job' ? `(${one}) and on (job) ${several()}` : one;
  };
  const says = ({ type, params: [limit] }: Evaluator): string => `${type === 'gt' ? '>' : '<'} ${moved(limit)}`;
  const isNot = ({ type, params: [limit] }: Evaluator): string => `${type === 'gt' ? '<=' : '>='} ${moved(limit)}`;
  return {
    begins: { grafana: `(${query}) ${says(evaluator)}`, prometheus: prometheusAt(rule.threshold) },
    goesOn: {
      grafana: `(${query}) ${unloadEvaluator ? isNot(unloadEvaluator) : says(evaluator)}`,
      prometheus: prometheusAt(releaseThreshold(rule)),
    },
  };
}

/** The series of the rule's own tests. */
function casesOf(written: WrittenRule, config: ResolvedConfig): TestCase[] {
  return ruleCases(written, ruleWindow(config), config);
}

/** Has promtool look for a series that only one of the two has, at each step of each test. */
function evaluated(
  recording: Provisioned,
  tests: readonly TestCase[],
  comparisons: readonly Comparison[],
  config: ResolvedConfig,
): Verdict {
  const { scrapeMs } = ruleWindow(config);
  return recording.testRulesWith({
    evaluation_interval: promDuration(scrapeMs),
    tests: tests.map(({ name, interval, input_series, promql_expr_test }) => {
      const lastMs = Math.max(...promql_expr_test.map(({ eval_time }) => milliseconds(eval_time)));
      const times = Array.from({ length: lastMs / scrapeMs + 1 }, (_, step) => promDuration(step * scrapeMs));
      const expressions = comparisons.flatMap(({ grafana, prometheus }) => [
        `(${grafana}) unless (${prometheus})`,
        `(${prometheus}) unless (${grafana})`,
      ]);
      const asked = times.flatMap((eval_time) => expressions.map((expr) => ({ expr, eval_time, exp_samples: [] })));
      return { name, interval, input_series, promql_expr_test: asked };
    }),
  });
}

/** Of a duration as Prometheus writes it. */
function milliseconds(duration: string): number {
  const sizes: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const parts = [...duration.matchAll(/(\d+)(ms|[dhms])/g)];
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (sizes[unit ?? ''] as number), 0);
}

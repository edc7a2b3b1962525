import type { AlertsConfig } from '../../config/schema.ts';
import { promDuration } from '../../promql/duration.ts';
import type { AlertRule } from '../../alerts/rule.ts';
import { INSTANCE_DOWN } from '../instance-down.ts';
import type { RuleWindow } from '../rule-window.ts';
import { alertStates } from './alert-model.ts';
import { stepsIn } from './signal.ts';
import { JOB, inputSeries, processSeries, stateTests } from './test-case.ts';
import type { TestCase } from './test-case.ts';

/** The tests of `instance_down`. */
export function instanceDownCases(alerts: AlertsConfig, window: RuleWindow): TestCase[] {
  const long = stepsIn(alerts.for_ms + alerts.keep_firing_for_ms, window) + 3;
  const up = [1, 0, 1, 0].flatMap((value) => Array.from({ length: long }, () => value));
  const rule: AlertRule = {
    name: INSTANCE_DOWN,
    rule: INSTANCE_DOWN,
    severity: 'critical',
    measure: { kind: 'gauge', metric: 'up' },
    comparison: '<=',
    threshold: 0,
    display: { scale: 1, unit: '' },
    forMs: alerts.for_ms,
    keepFiringForMs: alerts.keep_firing_for_ms,
    hysteresisRatio: 0,
    minObservations: 0,
    labels: {},
    summary: '',
  };
  const states = alertStates(
    rule,
    up.map((value) => ({ value, observations: Infinity })),
    window.scrapeMs,
  );
  const alert = { alertname: INSTANCE_DOWN, severity: 'critical', rule: INSTANCE_DOWN };
  const about = { job: JOB, instance: 'a' };
  const upSeries = inputSeries([{ name: 'up', labels: {}, values: up }], 'a');
  const interval = promDuration(window.scrapeMs);
  return [
    {
      name: `${INSTANCE_DOWN} fires while an instance that has given metrics is not up`,
      interval,
      // what it has given ends with its first failure
      input_series: [...upSeries, ...processSeries('a', long, window)],
      promql_expr_test: stateTests(states, 0, alert, about, window),
    },
    {
      name: `${INSTANCE_DOWN} does not fire for what has never given metrics of this package`,
      interval,
      input_series: upSeries,
      promql_expr_test: stateTests(
        states.map(() => null),
        0,
        alert,
        about,
        window,
      ),
    },
  ];
}

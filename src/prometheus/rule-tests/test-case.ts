import { processMetrics } from '../../catalog/process.ts';
import { selfMetrics } from '../../catalog/self.ts';
import { promDuration } from '../../promql/duration.ts';
import { counter, gauge, quoted } from '../../promql/series.ts';
import type { RuleWindow } from '../rule-window.ts';
import type { StoredState } from './alert-model.ts';
import { seriesValues } from './series-values.ts';
import type { InputSeries } from './signal.ts';

/** A test as promtool reads it. */
export interface TestCase {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly promql_expr_test: readonly ExpressionTest[];
}

/** What an expression gives at an instant. */
export interface ExpressionTest {
  readonly expr: string;
  readonly eval_time: string;
  readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
}

export type Labels = Readonly<Record<string, string>>;

/** Job of all tests. */
export const JOB = 'telemetry';

/** A process that has been running for longer than any window. */
const OLD_SECONDS = 10_000_000;

/** `up{job="telemetry", instance="a"}` */
export function seriesText(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${quoted(value)}`);
  return `${name}{${pairs.join(', ')}}`;
}

/** Series of an instance as promtool takes them. */
export function inputSeries(series: readonly InputSeries[], instance: string): TestCase['input_series'] {
  return series.map(({ name, labels, values }) => ({
    series: seriesText(name, { job: JOB, instance, ...labels }),
    values: seriesValues(values),
  }));
}

/**
 * What each instance has besides, for `steps`.
 *
 * @param process its age at the first step, and whether it has this package or other software that tells its uptime
 */
export function processSeries(
  instance: string,
  steps: number,
  { scrapeMs }: RuleWindow,
  { ageSeconds, isOurs }: { ageSeconds: number; isOurs: boolean } = { ageSeconds: OLD_SECONDS, isOurs: true },
): TestCase['input_series'] {
  const uptime = Array.from({ length: steps }, (_, step) => ageSeconds + (step * scrapeMs) / 1000);
  const dropped = Array.from({ length: steps }, () => 0);
  return inputSeries(
    [
      { name: gauge(processMetrics.uptime), labels: {}, values: uptime },
      ...(isOurs ? [{ name: counter(selfMetrics.dropped), labels: { reason: 'out_of_range' }, values: dropped }] : []),
    ],
    instance,
  );
}

/** Asks for an alert before and after each change of its state, and at the end; nothing of the first `lead` steps. */
export function stateTests(
  states: readonly StoredState[],
  lead: number,
  alert: Labels,
  about: Labels,
  { scrapeMs }: RuleWindow,
): ExpressionTest[] {
  const steps = states.flatMap((state, step) => {
    const changes = step > lead && state !== states[step - 1];
    return changes ? [step - 1, step] : step === states.length - 1 ? [step] : [];
  });
  return [...new Set(steps)].map((step) => {
    const alertstate = states[step] ?? null;
    return {
      expr: seriesText('ALERTS', alert),
      eval_time: promDuration(step * scrapeMs),
      exp_samples:
        alertstate === null ? [] : [{ labels: seriesText('ALERTS', { ...about, ...alert, alertstate }), value: 1 }],
    };
  });
}

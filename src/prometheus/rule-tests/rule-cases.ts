import { webSocketMetrics } from '../../catalog/websocket.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import type { WrittenRule } from '../alerting-rules.ts';
import { countsFromStart, metricOf } from '../measure-expression.ts';
import type { RuleWindow } from '../rule-window.ts';
import { alertStates } from './alert-model.ts';
import { counterSignal, silenceSignal } from './counter-signal.ts';
import { errorRateSignal } from './error-rate-signal.ts';
import { attributesOf, gaugeSignal } from './gauge-signal.ts';
import { histogramSignal } from './histogram-signal.ts';
import type { Level } from './level.ts';
import { scenariosOf } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { stepsIn } from './signal.ts';
import type { Signal, SignalContext } from './signal.ts';
import { JOB, inputSeries, processSeries, stateTests } from './test-case.ts';
import type { Labels, TestCase } from './test-case.ts';
import { promDuration } from '../../promql/duration.ts';

/** More steps than these would take promtool longer than anybody waits. */
const MOST_STEPS = 4000;

/** Why a rule has no tests. One line. */
export class NotTestable extends Error {
  override readonly name = 'NotTestable';
}

/**
 * The tests of one rule, with the rule's own thresholds and times.
 *
 * @throws NotTestable where no series would show what it does
 */
export function ruleCases(written: WrittenRule, window: RuleWindow, config: ResolvedConfig): TestCase[] {
  const { rule, level } = written;
  const { kind } = rule.measure;
  if (rule.threshold <= 0 && (kind === 'histogram' || kind === 'counter')) {
    throw new NotTestable(`a ${kind} is never on the other side of ${rule.threshold}`);
  }
  const context: SignalContext = { rule, window, metric: metricFor(written, config) };
  const scenarios = scenariosOf(rule, window);
  const longest = Math.max(...scenarios.map(({ levels }) => levels.length));
  if (longest > MOST_STEPS) {
    throw new NotTestable(`they would take ${longest} evaluations, more than ${MOST_STEPS}`);
  }
  const isFleet = level === 'job';
  return [
    ...scenarios.map((scenario) => scenarioCase(scenario, context, isFleet ? ['a', 'b'] : ['a'])),
    ...(isFleet ? [alone(scenarios[0] as Scenario, context)] : []),
    ...withoutData(scenarios, context, isFleet ? ['a', 'b'] : ['a']),
  ];
}

/** Of what nothing is there at all. */
function withoutData(scenarios: readonly Scenario[], context: SignalContext, instances: readonly string[]): TestCase[] {
  const { rule, metric } = context;
  if (rule.measure.kind === 'silence') return [scenarioCase(neverAMessage(scenarios), context, instances, false)];
  if (rule.minObservations > 0 || !metric || !countsFromStart(rule, metric)) {
    return [scenarioCase({ name: 'does not fire without data', levels: [] }, context, ['a'])];
  }
  return [
    neverCounted('fires without a single count once its window is full', context, true),
    neverCounted('does not fire for a process without this package', context, false),
  ];
}

/** A process that has just begun, and never counts anything. */
function neverCounted(name: string, context: SignalContext, isOurs: boolean): TestCase {
  const { rule, window } = context;
  const steps = stepsIn(window.rangeMs, window) + stepsIn(rule.forMs, window) + 3;
  const observed = Array.from({ length: steps }, (_, step) => ({
    value: isOurs && step * window.scrapeMs >= window.rangeMs ? 0 : null,
    observations: 0,
  }));
  return {
    name: titleOf(context, name),
    interval: promDuration(window.scrapeMs),
    input_series: processSeries('a', steps, window, { ageSeconds: 0, isOurs }),
    promql_expr_test: stateTests(
      alertStates(rule, observed, window.scrapeMs),
      0,
      alertLabels(context),
      { job: JOB, instance: 'a' },
      window,
    ),
  };
}

function metricFor({ rule }: WrittenRule, config: ResolvedConfig): SignalContext['metric'] {
  const { measure } = rule;
  switch (measure.kind) {
    case 'error_rate':
      return undefined;
    case 'silence':
      return webSocketMetrics('server').messages;
    case 'gauge':
      return metricOf(rule, measure.metric, config, ['gauge', 'up_down_counter']);
    case 'counter':
    case 'histogram':
      return metricOf(rule, measure.metric, config, [measure.kind]);
  }
}

function signalOf(levels: readonly Level[], context: SignalContext): Signal {
  switch (context.rule.measure.kind) {
    case 'gauge':
      return gaugeSignal(levels, context);
    case 'counter':
      return counterSignal(levels, context);
    case 'silence':
      return silenceSignal(levels, context);
    case 'error_rate':
      return errorRateSignal(levels, context);
    case 'histogram':
      return histogramSignal(levels, context);
  }
}

/** A process that never had one is as silent as one that has no more. */
function neverAMessage([first]: readonly Scenario[]): Scenario {
  const length = first?.levels.filter((level) => level === 'beyond').length ?? 0;
  return { name: 'fires without any message since the start', levels: Array.from({ length }, () => 'beyond') };
}

/** Labels by which the alerts of a rule are found. */
function alertLabels({ rule }: SignalContext): Labels {
  return { alertname: rule.name, ...rule.labels, severity: rule.severity, rule: rule.rule };
}

function scenarioCase(
  { name, levels }: Scenario,
  context: SignalContext,
  instances: readonly string[],
  withSeries = true,
): TestCase {
  const { rule, window, metric } = context;
  const signal = signalOf(levels, context);
  const steps = levels.length === 0 ? stepsIn(window.rangeMs + rule.forMs, window) + 2 : levels.length;
  // a fleet has too few observations only where all together have
  const others = signalOf(
    levels.map((level) => (level === 'few' ? 'idle' : level)),
    context,
  );
  const about: Labels = {
    job: JOB,
    ...(instances.length === 1 && { instance: 'a' }),
    ...(rule.measure.kind === 'gauge' && metric && attributesOf(metric)),
  };
  const states =
    levels.length === 0
      ? Array.from({ length: steps }, () => null)
      : alertStates(rule, signal.observed, window.scrapeMs);
  const lead = Math.max(0, levels.findIndex((level) => level !== levels[0]) - 1);
  return {
    name: titleOf(context, name),
    interval: promDuration(window.scrapeMs),
    input_series: instances.flatMap((instance, index) => [
      ...processSeries(instance, steps, window),
      ...(withSeries ? inputSeries((index === 0 ? signal : others).series, instance) : []),
    ]),
    promql_expr_test: stateTests(states, lead, alertLabels(context), about, window),
  };
}

/** One instance is no fleet. */
function alone({ levels }: Scenario, context: SignalContext): TestCase {
  const { window } = context;
  const states = levels.map(() => null);
  const firing = alertStates(context.rule, signalOf(levels, context).observed, window.scrapeMs).lastIndexOf('firing');
  const until = states.slice(0, firing + 1);
  return {
    name: titleOf(context, 'does not fire for a single instance'),
    interval: promDuration(window.scrapeMs),
    input_series: [...processSeries('a', levels.length, window), ...inputSeries(signalOf(levels, context).series, 'a')],
    promql_expr_test: stateTests(until, 0, alertLabels(context), {}, window),
  };
}

function titleOf({ rule }: SignalContext, name: string): string {
  const labels = Object.entries(rule.labels).map(([label, value]) => ` ${label}=${value}`);
  return `${rule.name}${labels.join('')} ${name}`;
}

import type { AlertState } from './alert.ts';
import { amountText, durationText } from './amount-text.ts';
import { compares } from './rule.ts';
import type { AlertRule, Comparison, Measure } from './rule.ts';
import type { Labels } from './series-labels.ts';

/** What there is to say of an alert. */
export interface AlertFacts {
  readonly rule: AlertRule;
  readonly state: AlertState;
  /** The attributes of its series. */
  readonly series: Labels;
  /** Last value that there was, in the unit of the measure. */
  readonly value: number;
  /** False: there is no value any more, or too few observations for one. */
  readonly observed: boolean;
  /** The rule is still among those that are evaluated. */
  readonly configured: boolean;
  /** How long the alert has been on: since the comparison began to hold, up to now or to its end, in ms. */
  readonly lastedMs: number;
}

/** What the built-in rules look at; others are called by the name of their metric. */
const SUBJECTS: ReadonlyMap<string, string> = new Map([
  ['realtime.latency', 'application latency'],
  ['websocket.server.message.process.duration', 'message handler time'],
  ['process.memory.utilization', 'memory use'],
  ['nodejs.eventloop.delay.p99', 'p99 event loop delay'],
  ['realtime.queue.size', 'queue size'],
]);

const STATISTICS = {
  avg: 'the average',
  min: 'the smallest',
  max: 'the largest',
  p50: 'p50',
  p95: 'p95',
  p99: 'p99',
} as const;

const BEYOND: Readonly<Record<Comparison, string>> = {
  '>': 'above',
  '>=': 'at or above',
  '<': 'below',
  '<=': 'at or below',
};

// Rules and the labels of series keep their objects, and are asked about at every evaluation.
const limits = new WeakMap<AlertRule, string>();
const brackets = new WeakMap<Labels, string>();

/** One line without figures: `A queue is long (queue=jobs)`. */
export function summaryOf(rule: AlertRule, series: Labels): string {
  return rule.summary + inBrackets(series);
}

/** A sentence or two with the figures: `p95 application latency is 1.52 s, above 1 s for 10 s.` */
export function descriptionOf(facts: AlertFacts): string {
  const text = facts.rule.measure.kind === 'silence' ? describeSilence(facts) : describeValue(facts);
  // a sentence begins with a capital; `p95` is a name
  return text.replace(/^[a-z](?=[a-z])/, (letter) => letter.toUpperCase());
}

/** The page that says what to do; `pattern` has `{alert}` where the alert's name belongs. */
export function runbookUrlOf(pattern: string, name: string): string {
  return pattern.replaceAll('{alert}', () => name);
}

function describeValue({ rule, state, series, value, observed, configured, lastedMs }: AlertFacts): string {
  const subject = subjectOf(rule.measure) + inBrackets(series);
  const shown = amountText(value * rule.display.scale, rule.display.unit, rule.threshold * rule.display.scale);
  const limit = limitOf(rule);
  const lasting = lastedMs > 0 ? ` for ${durationText(lastedMs)}` : '';
  if (state === 'resolved') {
    const ended = lastedMs > 0 ? ` The alert lasted ${durationText(lastedMs)}.` : '';
    if (!configured) return `The rule is no longer configured; ${subject} was ${shown}.${ended}`;
    if (!observed) return `${subject} has no value any more; the last was ${shown}.${ended}`;
    return `${subject} is ${shown}, no longer ${limit}.${ended}`;
  }
  if (!observed) return `${subject} has no value at the moment; the last was ${shown}, the threshold ${limit}.`;
  if (compares(value, rule.comparison, rule.threshold)) return `${subject} is ${shown}, ${limit}${lasting}.`;
  return `${subject} is ${shown}; it was ${limit} and is not back for good yet.`;
}

function describeSilence({ rule, state, value, configured, lastedMs }: AlertFacts): string {
  const limit = durationText(rule.threshold * 1000);
  if (state !== 'resolved') {
    const over = compares(value, rule.comparison, rule.threshold);
    return over
      ? `No message has come or gone for ${durationText(value * 1000)}; the threshold is ${limit}.`
      : `Messages come or go again, after more than ${limit} without any.`;
  }
  if (!configured) return `The rule is no longer configured; the last message was ${durationText(value * 1000)} ago.`;
  return `Messages come or go again. The alert lasted ${durationText(lastedMs)}.`;
}

function limitOf(rule: AlertRule): string {
  let limit = limits.get(rule);
  if (limit === undefined) {
    const threshold = rule.threshold * rule.display.scale;
    limit = `${BEYOND[rule.comparison]} ${amountText(threshold, rule.display.unit, threshold)}`;
    limits.set(rule, limit);
  }
  return limit;
}

function subjectOf(measure: Measure): string {
  switch (measure.kind) {
    case 'histogram':
      return `${STATISTICS[measure.statistic]} ${SUBJECTS.get(measure.metric) ?? measure.metric}`;
    case 'counter':
      return `the ${measure.statistic} of ${measure.metric}`;
    case 'gauge':
      return SUBJECTS.get(measure.metric) ?? `the value of ${measure.metric}`;
    case 'error_rate':
      return 'the error rate';
    case 'silence':
      return 'the silence';
  }
}

function inBrackets(series: Labels): string {
  let text = brackets.get(series);
  if (text === undefined) {
    const pairs = Object.entries(series).map(([name, value]) => `${name}=${value}`);
    text = pairs.length === 0 ? '' : ` (${pairs.join(', ')})`;
    brackets.set(series, text);
  }
  return text;
}

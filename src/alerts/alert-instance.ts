import type { Alert } from './alert.ts';
import { descriptionOf, runbookUrlOf, summaryOf } from './alert-text.ts';
import { fingerprint } from './fingerprint.ts';
import type { Reading } from './measure.ts';
import { compares, releaseThreshold, requiredObservations } from './rule.ts';
import type { AlertRule } from './rule.ts';
import { INACTIVE, NOTHING_FOUND, nextState } from './state.ts';
import type { Finding, Patience, RuleState } from './state.ts';
import type { Labels } from './series-labels.ts';

/** An instant on both clocks, in milliseconds. */
export interface Instant {
  readonly monotonicMs: number;
  readonly epochMs: number;
}

/** What an evaluation meant for an alert: it began to fire, is over, or neither. */
export type Change = 'fired' | 'resolved' | null;

const BEYOND: Finding = { breached: true, held: true };
const WITHIN_BAND: Finding = { breached: false, held: true };
const AT_ONCE: Patience = { forMs: 0, keepFiringForMs: 0 };

/** Whether a reading is beyond a rule's threshold. Called for every series of every rule: it allocates nothing. */
export function breaches(rule: AlertRule, reading: Reading): boolean {
  const { value } = reading;
  return value !== null && compares(value, rule.comparison, rule.threshold) && counts(rule, reading);
}

/** What a rule finds in a reading. */
function findIn(rule: AlertRule, reading: Reading): Finding {
  const { value } = reading;
  if (value === null || !counts(rule, reading)) return NOTHING_FOUND;
  if (compares(value, rule.comparison, rule.threshold)) return BEYOND;
  return compares(value, rule.comparison, releaseThreshold(rule)) ? WITHIN_BAND : NOTHING_FOUND;
}

/** Whether there was enough to observe for a value to mean something. */
function counts(rule: AlertRule, { observations, partial }: Reading): boolean {
  // of a window that is not full yet nobody can say that too little was counted
  if (partial && rule.comparison.startsWith('<')) return false;
  return observations >= requiredObservations(rule);
}

/** One rule on one label set, from its first breach until nobody need hear of it any more. */
export class AlertInstance {
  /** As Alertmanager knows it. */
  readonly fingerprint: string;
  /** The round of evaluation in which it was last stepped. */
  round = -1;
  readonly #labels: Labels;
  readonly #series: Labels;
  #rule: AlertRule;
  #state: RuleState = INACTIVE;
  #startsAtMs = 0;
  #sinceMs = 0;
  #value = 0;
  #observed = false;
  #configured = true;

  /**
   * @param labels all that the alert has
   * @param series those of them that its series has
   */
  constructor(rule: AlertRule, labels: Labels, series: Labels) {
    this.#rule = rule;
    this.#labels = labels;
    this.#series = series;
    this.fingerprint = fingerprint(labels);
  }

  get phase(): RuleState['phase'] {
    return this.#state.phase;
  }

  /** Goes on with what an evaluation has read; null: there is no such series any more. */
  step(rule: AlertRule, reading: Reading | null, now: Instant): Change {
    const finding = reading ? findIn(rule, reading) : NOTHING_FOUND;
    this.#rule = rule;
    this.#configured = true;
    const value = reading && counts(rule, reading) ? reading.value : null;
    this.#observed = value !== null;
    this.#value = value ?? this.#value;
    return this.#enter(nextState(this.#state, finding, now.monotonicMs, rule), now);
  }

  /** Ends it, since its rule is gone; then only remembers it for a while. */
  end(now: Instant): Change {
    if (this.#state.phase !== 'resolved') this.#configured = false;
    return this.#enter(nextState(this.#state, NOTHING_FOUND, now.monotonicMs, AT_ONCE), now);
  }

  /** @returns null while it is inactive */
  alertAt(monotonicMs: number, runbookUrl: string): Alert | null {
    const rule = this.#rule;
    const series = this.#series;
    const { phase, activeAtMs, sinceMs, backAtMs } = this.#state;
    if (phase === 'inactive') return null;
    const { scale, unit } = rule.display;
    const facts = {
      rule,
      state: phase,
      series,
      value: this.#value,
      observed: this.#observed,
      configured: this.#configured,
      lastedMs: (phase === 'resolved' ? sinceMs : monotonicMs) - activeAtMs,
    };
    return {
      name: rule.name,
      severity: rule.severity,
      state: phase,
      startsAtMs: this.#startsAtMs,
      sinceMs: this.#sinceMs,
      isBack: phase === 'resolved' || backAtMs !== null,
      value: shown(this.#value * scale),
      threshold: shown(rule.threshold * scale),
      unit,
      labels: this.#labels,
      fingerprint: this.fingerprint,
      summary: summaryOf(rule, series),
      description: descriptionOf(facts),
      runbookUrl: runbookUrlOf(runbookUrl, rule.name),
    };
  }

  #enter(next: RuleState, now: Instant): Change {
    const before = this.#state;
    this.#state = next;
    if (next.phase === before.phase) return null;
    if (before.phase === 'inactive' || before.phase === 'resolved') this.#startsAtMs = now.epochMs;
    // the system clock may have been put back: an alert does not end before it began
    this.#sinceMs = Math.max(now.epochMs, this.#startsAtMs);
    if (next.phase === 'firing') return 'fired';
    return next.phase === 'resolved' ? 'resolved' : null;
  }
}

/** Without the digits that binary fractions add: 0.07 × 100 is 7. */
function shown(value: number): number {
  return Number(value.toPrecision(12));
}

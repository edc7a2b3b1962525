import type { MetricSpec } from '../catalog/metric.ts';
import { selfMetrics } from '../catalog/self.ts';
import type { GaugeCell } from '../recording/cells.ts';
import type { GaugeFamily } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Alert } from './alert.ts';
import { MeasureReader } from './measure.ts';
import type { Reading } from './measure.ts';
import type { AlertRule } from './rule.ts';
import { WatchedRule, ruleKey } from './watched-rule.ts';
import type { AlertIdentity, Claims } from './watched-rule.ts';

// the names are configured, so no cap on values from outside applies
const ACTIVE: MetricSpec = {
  ...selfMetrics.alertActive,
  attributes: selfMetrics.alertActive.attributes.map((attribute) => ({ values: [], ...attribute })),
};

const NO_READINGS: readonly Reading[] = [];

/**
 * Evaluates alert rules on what a recorder holds. Has no timer: whoever owns it calls {@link evaluate}, in any rhythm.
 * No method throws. It holds one entry for each label set that is pending, firing or was resolved within 5 minutes.
 */
export class AlertEngine {
  readonly #recorder: Recorder;
  readonly #identity: AlertIdentity;
  readonly #measures: MeasureReader;
  readonly #active: GaugeFamily;
  readonly #claims: Claims = new Map();
  /** Those that are gone first, then those that are configured, in their order. */
  #rules = new Map<string, WatchedRule>();
  /** The gauge's series of each configured rule: rules with one name and severity share one. */
  #cells = new Map<WatchedRule, GaugeCell>();
  #runbookUrl = '';
  #round = 0;
  #open = true;
  /** Monotonic milliseconds of the last evaluation. */
  #evaluatedAtMs: number;
  /** What {@link alerts} says until the next evaluation. */
  #alerts: readonly Alert[] | undefined;

  constructor(recorder: Recorder, identity: AlertIdentity) {
    this.#recorder = recorder;
    this.#evaluatedAtMs = recorder.startMonotonicMs;
    this.#identity = identity;
    this.#measures = new MeasureReader(recorder);
    this.#active = recorder.gauge(ACTIVE);
  }

  /**
   * Takes these rules in place of those before. A rule of which name, severity and labels are the same goes on from where it
   * is; what fires by a rule that is gone is resolved at the next evaluation. Of two rules alike the first counts.
   *
   * @param rules a warning before its critical; evaluated in this order
   * @param runbookUrl with `{alert}` where an alert's name belongs
   */
  configure(rules: readonly AlertRule[], runbookUrl: string): void {
    if (!this.#open) return;
    this.#runbookUrl = runbookUrl;
    this.#alerts = undefined;
    const configured = new Map<string, WatchedRule>();
    for (const rule of rules) this.#watch(rule, configured);
    const gone = [...this.#rules].filter(([key, watched]) => !configured.has(key) && !watched.idle);
    for (const [, watched] of gone) watched.configured = false;
    this.#rules = new Map([...gone, ...configured]);
    this.#measures.watch(rules.map(({ measure }) => measure));
    this.#configureGauge([...configured.values()]);
  }

  /**
   * Reads every measure and steps every rule.
   *
   * @returns whether an alert began to fire or is over
   */
  evaluate(): boolean {
    if (!this.#open) return false;
    const { clock } = this.#recorder;
    this.#measures.refresh();
    const now = { monotonicMs: clock.monotonicMs(), epochMs: clock.epochMs() };
    const round = ++this.#round;
    this.#evaluatedAtMs = now.monotonicMs;
    this.#alerts = undefined;
    let changed = false;
    for (const [key, watched] of this.#rules) {
      const readings = watched.configured ? this.#measures.read(watched.rule.measure) : NO_READINGS;
      watched.evaluate(readings, now, round, (change) => {
        changed ||= change !== null;
      });
      if (!watched.configured && watched.idle) this.#rules.delete(key);
    }
    this.#showFiring();
    return changed;
  }

  /**
   * What the last evaluation found: all alerts that are pending, fire, or were resolved within 5 minutes. In the order of the
   * rules, those of rules that are gone first; within a rule by when they began. The same array until the next evaluation.
   */
  get alerts(): readonly Alert[] {
    this.#alerts ??= this.#readAlerts();
    return this.#alerts;
  }

  /** Forgets all rules and alerts without resolving them; nothing is evaluated any more. */
  close(): void {
    this.#open = false;
    this.#measures.close();
    this.#configureGauge([]);
    this.#rules.clear();
    this.#claims.clear();
    this.#alerts = undefined;
  }

  #readAlerts(): Alert[] {
    const alerts: Alert[] = [];
    for (const { instances } of this.#rules.values()) {
      for (const instance of instances) {
        const alert = instance.alertAt(this.#evaluatedAtMs, this.#runbookUrl);
        if (alert) alerts.push(alert);
      }
    }
    return alerts;
  }

  #watch(rule: AlertRule, configured: Map<string, WatchedRule>): void {
    const key = ruleKey(rule);
    if (configured.has(key)) {
      this.#recorder.logger.warnOnce(
        `two alert rules ${key}`,
        `two alert rules are called ${rule.name} and have the same severity and labels; the first counts (alerts.rules)`,
      );
      return;
    }
    const watched = this.#rules.get(key) ?? new WatchedRule(rule, this.#identity, this.#claims);
    watched.rule = rule;
    watched.configured = true;
    configured.set(key, watched);
  }

  /** Gives each rule its series; those that no rule has any more vanish. */
  #configureGauge(configured: readonly WatchedRule[]): void {
    const before = new Set(this.#cells.values());
    this.#cells = new Map(
      configured.map((watched) => [watched, this.#active.at([watched.rule.name, watched.rule.severity])]),
    );
    const kept = new Set(this.#cells.values());
    for (const cell of before) if (!kept.has(cell)) cell.set(null);
    this.#showFiring();
  }

  #showFiring(): void {
    for (const cell of this.#cells.values()) cell.set(0);
    for (const [watched, cell] of this.#cells) cell.set((cell.value ?? 0) + watched.firing);
  }
}

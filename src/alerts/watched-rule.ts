import { AlertInstance, breaches } from './alert-instance.ts';
import type { Change, Instant } from './alert-instance.ts';
import type { Reading } from './measure.ts';
import type { AlertRule } from './rule.ts';
import { joinLabels } from './series-labels.ts';
import type { Labels } from './series-labels.ts';

/** Where the alerts come from: the labels that all of them have. */
export interface AlertIdentity {
  /** The service: `job` of Prometheus. */
  readonly job: string;
  /** This process of it: `instance` of Prometheus. */
  readonly instance: string;
}

/** Fingerprints of all alerts that are not inactive, and whose they are. */
export type Claims = Map<string, AlertInstance>;

/** What makes a rule the same one when its threshold, its measure or its patience is another: name, severity and labels. */
export function ruleKey({ name, rule, severity, labels }: AlertRule): string {
  const pairs = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([name, rule, severity, pairs]);
}

/** A rule with the alerts that it has, one for each label set that is not inactive. */
export class WatchedRule {
  rule: AlertRule;
  /** False once the rule is gone: what fires is then resolved, and forgotten after a while. */
  configured = true;
  readonly #labels: Labels;
  readonly #claims: Claims;
  readonly #instances = new Map<string, AlertInstance>();

  constructor(rule: AlertRule, { job, instance }: AlertIdentity, claims: Claims) {
    this.rule = rule;
    this.#labels = {
      ...rule.labels,
      alertname: rule.name,
      severity: rule.severity,
      rule: rule.rule,
      job,
      instance,
    };
    this.#claims = claims;
  }

  /** In the order in which their series were first beyond the threshold. */
  get instances(): Iterable<AlertInstance> {
    return this.#instances.values();
  }

  /** Nothing is left to tell of. */
  get idle(): boolean {
    return this.#instances.size === 0;
  }

  get firing(): number {
    let count = 0;
    for (const instance of this.#instances.values()) if (instance.phase === 'firing') count++;
    return count;
  }

  /**
   * Steps every label set.
   *
   * @param round another number at every call
   * @param onChange told of each alert that began to fire or is over
   */
  evaluate(readings: readonly Reading[], now: Instant, round: number, onChange: (change: Change) => void): void {
    if (this.configured) {
      for (const reading of readings) this.#step(reading, now, round, onChange);
    }
    for (const [key, instance] of this.#instances) {
      if (instance.round !== round) {
        onChange(this.configured ? instance.step(this.rule, null, now) : instance.end(now));
      }
      if (instance.phase !== 'inactive') continue;
      this.#instances.delete(key);
      this.#claims.delete(instance.fingerprint);
    }
  }

  #step(reading: Reading, now: Instant, round: number, onChange: (change: Change) => void): void {
    // most rules have no alert at all
    const known = this.#instances.size === 0 ? undefined : this.#instances.get(reading.key);
    if (!known && !breaches(this.rule, reading)) return;
    const instance = known ?? this.#claim(reading);
    if (!instance) return;
    instance.round = round;
    onChange(instance.step(this.rule, reading, now));
  }

  /** @returns null where another rule has an alert with the same labels already: to everybody outside they would be one */
  #claim(reading: Reading): AlertInstance | null {
    const instance = new AlertInstance(this.rule, joinLabels(this.#labels, reading.labels), reading.labels);
    if (this.#claims.has(instance.fingerprint)) return null;
    this.#claims.set(instance.fingerprint, instance);
    this.#instances.set(reading.key, instance);
    return instance;
  }
}

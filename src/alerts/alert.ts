import type { AlertSeverity } from '../catalog/self.ts';

/** `pending`: the comparison holds, but not yet for `for_ms`. `resolved`: fired, and is over. */
export type AlertState = 'pending' | 'firing' | 'resolved';

/** One rule that holds, or has just held, for one label set. */
export interface Alert {
  /** `high_latency`. */
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly state: AlertState;
  /** Milliseconds since the epoch at which the comparison began to hold: Alertmanager's `startsAt`. */
  readonly startsAtMs: number;
  /** Milliseconds since the epoch at which this state began. */
  readonly sinceMs: number;
  /** The value is back, with its hysteresis. One that fires is then over after `keep_firing_for_ms`. */
  readonly isBack: boolean;
  /** Last value and threshold as people see them, in `unit`: ms, %, or the unit of the metric of a user's rule. */
  readonly value: number;
  readonly threshold: number;
  readonly unit: string;
  /** All of them: `alertname`, `severity`, `rule`, `job`, `instance`, the rule's own and the series' attributes. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the labels, as Alertmanager computes and shows it: 16 hexadecimal digits. */
  readonly fingerprint: string;
  /** One line, without figures. */
  readonly summary: string;
  /** Sentences with the figures. */
  readonly description: string;
  readonly runbookUrl: string;
}

/** Tells people of an alert that began to fire, is over, or still fires after `alerts.repeat_interval_ms`. */
export interface AlertNotice extends Omit<Alert, 'state'> {
  readonly state: 'firing' | 'resolved';
  readonly repeated: boolean;
}

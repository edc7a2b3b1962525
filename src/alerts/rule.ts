import type { AlertSeverity } from '../catalog/self.ts';
import type { AlertsConfig } from '../config/schema.ts';

export type Comparison = AlertsConfig['rules'][number]['comparison'];

/** Where a rule's value comes from. Values are in the unit of the metric: seconds, bytes, a share of 1. */
export type Measure =
  /** Of all series together, over the window. */
  | {
      readonly kind: 'histogram';
      readonly metric: string;
      readonly statistic: 'avg' | 'min' | 'max' | 'p50' | 'p95' | 'p99';
    }
  /** Of all series together, over the window: the increase, or that per second. */
  | { readonly kind: 'counter'; readonly metric: string; readonly statistic: 'rate' | 'increase' }
  /** The current value of each series apart; its attributes become labels of the alert. */
  | { readonly kind: 'gauge'; readonly metric: string }
  /** Errors ÷ messages over the window, as `displayRealtimeMetrics().errors.rate`. */
  | { readonly kind: 'error_rate' }
  /** Seconds since the last data message of `websocket.server.messages`, at first since the start. */
  | { readonly kind: 'silence' };

/** One alerting rule: of each built-in pair, the warning and the critical are two. */
export interface AlertRule {
  /** The alert's name: `high_latency`. */
  readonly name: string;
  /** What a warning and its critical have in common: `latency`. A user's rule is alone: its own name. */
  readonly rule: string;
  readonly severity: AlertSeverity;
  readonly measure: Measure;
  readonly comparison: Comparison;
  /** In the unit of the measure. */
  readonly threshold: number;
  /** What people see: the measure's value × `scale`, with `unit` (`ms`, `%`, or empty) behind it. */
  readonly display: { readonly scale: number; readonly unit: string };
  /** How long the comparison must hold before the alert fires. */
  readonly forMs: number;
  /** How long it goes on firing once the value is back. */
  readonly keepFiringForMs: number;
  /** Share of the threshold by which a firing value must be back: at 0.1, 900 for a threshold of > 1000. */
  readonly hysteresisRatio: number;
  /** A window with fewer observations does not fire; see {@link requiredObservations}. */
  readonly minObservations: number;
  /** Labels besides `alertname`, `severity`, `rule`, `job`, `instance` and the series' attributes: `{ source: 'app' }`. */
  readonly labels: Readonly<Record<string, string>>;
  /** One sentence that says what is wrong, without figures: `Latency is high`. */
  readonly summary: string;
}

/** The value at which an alert of this rule that is firing stops to: the threshold with its hysteresis. */
export function releaseThreshold({ threshold, comparison, hysteresisRatio }: AlertRule): number {
  const band = Math.abs(threshold) * hysteresisRatio;
  return comparison.startsWith('>') ? threshold - band : threshold + band;
}

/** Observations that the window of a rule must have for its value to count; 0 for what is no window. */
export function requiredObservations({ measure, minObservations }: AlertRule): number {
  return measure.kind === 'gauge' || measure.kind === 'silence' ? 0 : minObservations;
}

/** Whether the value is beyond `threshold`. */
export function compares(value: number, comparison: Comparison, threshold: number): boolean {
  switch (comparison) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
  }
}

/** A recording rule, as a rule file has it. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** An alerting rule, as a rule file has it. */
export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly keep_firing_for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

/** A rule of the configuration that is in none of the files, and why. */
export interface LeftOut {
  readonly alert: string;
  readonly reason: string;
}

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

/** What is to be said of a rule of the configuration, such as why it is in none of the files. */
export interface RuleRemark {
  readonly alert: string;
  readonly reason: string;
}

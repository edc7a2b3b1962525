import type { ResolvedConfig } from '../config/schema.ts';
import { promDuration } from '../promql/duration.ts';
import { alertingRules } from './alerting-rules.ts';
import { yamlText } from '../provisioning/generated-file.ts';
import type { GeneratedFile } from '../provisioning/generated-file.ts';
import { recordingRules } from './recording-rules.ts';
import { ruleWindow } from './rule-window.ts';

/** Name of the file of rules, and of the one group in it. */
const NAME = 'telemetry-dashboard';

/** Where the rules are, under the output folder. */
export const RULES_PATH = `prometheus/rules/${NAME}.yml`;

/**
 * Recording and alerting rules, the latter equal to those that the process evaluates itself. They are one group, so that all of
 * an evaluation look at the same instant. With `alerts.enabled: false` there are the recording rules only.
 */
export function rulesFile(config: ResolvedConfig): GeneratedFile {
  const window = ruleWindow(config);
  const { perInstance, fleet, down } = alertingRules(config);
  const alerting = config.alerts.enabled ? [...[...perInstance, ...fleet].map(({ written }) => written), down] : [];
  const group = {
    name: NAME,
    interval: promDuration(window.scrapeMs),
    rules: [...recordingRules(window), ...alerting],
  };
  return { path: RULES_PATH, text: yamlText({ groups: [group] }) };
}

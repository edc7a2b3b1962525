import type { ResolvedConfig } from '../config/schema.ts';
import { promDuration } from '../promql/duration.ts';
import { alertingRules } from './alerting-rules.ts';
import { yamlText } from '../provisioning/generated-file.ts';
import type { GeneratedFile } from '../provisioning/generated-file.ts';
import type { RuleRemark } from './rule.ts';
import { instanceDownCases } from './rule-tests/instance-down-cases.ts';
import { recordingCases } from './rule-tests/recording-cases.ts';
import { NotTestable, ruleCases } from './rule-tests/rule-cases.ts';
import { ruleWindow } from './rule-window.ts';

/** The file of tests, and the rules that it has none for. */
export interface RuleTests {
  readonly file: GeneratedFile;
  readonly untested: readonly RuleRemark[];
}

/** Tests for `promtool test rules`, made of the same thresholds and times as the rules. */
export function ruleTests(config: ResolvedConfig): RuleTests {
  const window = ruleWindow(config);
  const { perInstance, fleet } = alertingRules(config);
  const untested: RuleRemark[] = [];
  const cases = [...perInstance, ...fleet].flatMap((written) => {
    try {
      return ruleCases(written, window, config);
    } catch (error) {
      if (!(error instanceof NotTestable)) throw error;
      untested.push({ alert: written.rule.name, reason: error.message });
      return [];
    }
  });
  const document = {
    rule_files: ['../rules/telemetry-dashboard.yml'],
    evaluation_interval: promDuration(window.scrapeMs),
    tests: [
      ...recordingCases(window),
      ...(config.alerts.enabled ? [...cases, ...instanceDownCases(config.alerts, window)] : []),
    ],
  };
  return {
    file: { path: 'prometheus/tests/telemetry-dashboard.test.yml', text: yamlText(document) },
    untested: config.alerts.enabled ? untested : [],
  };
}

import type { ResolvedConfig } from '../config/schema.ts';
import { alertingRules } from './alerting-rules.ts';
import { alertmanagerConfig } from './alertmanager-config.ts';
import type { GeneratedFile } from './file-text.ts';
import { prometheusConfig } from './prometheus-config.ts';
import { ruleTests } from './rule-tests.ts';
import { rulesFile } from './rules-file.ts';

/** Files, and what of the configuration is not in them. */
export interface GeneratedFiles {
  readonly files: readonly GeneratedFile[];
  /** One line each. */
  readonly remarks: readonly string[];
}

/** All files for Prometheus and Alertmanager. The same configuration gives the same bytes. */
export function prometheusFiles(config: ResolvedConfig): GeneratedFiles {
  const tests = ruleTests(config);
  const { leftOut, imprecise } = alertingRules(config);
  return {
    files: [rulesFile(config), tests.file, prometheusConfig(config), alertmanagerConfig(config)],
    remarks: [
      ...leftOut.map(({ alert, reason }) => `Prometheus has no rule ${alert}: ${reason}`),
      ...imprecise.map(({ alert, reason }) => `Prometheus's rule ${alert} is not exact: ${reason}`),
      ...(mailsTwice(config) ? [MAILS_TWICE] : []),
      ...tests.untested.map(({ alert, reason }) => `the rule tests leave out ${alert}: ${reason}`),
    ],
  };
}

const MAILS_TWICE =
  'alerts.channels.email and alerts.channels.alertmanager are both on: people get mails from the process and from Alertmanager; ' +
  'with alerts.channels.email.enabled false, Alertmanager alone sends them';

function mailsTwice({ alerts: { enabled, channels } }: ResolvedConfig): boolean {
  return enabled && channels.email?.enabled === true && channels.alertmanager?.enabled === true;
}

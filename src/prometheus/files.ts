import type { ResolvedConfig } from '../config/schema.ts';
import { alertingRules } from './alerting-rules.ts';
import { alertmanagerConfig } from './alertmanager-config.ts';
import type { GeneratedFiles } from '../provisioning/generated-file.ts';
import { prometheusConfig } from './prometheus-config.ts';
import { ruleTests } from './rule-tests.ts';
import { rulesFile } from './rules-file.ts';

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

import type { AlertsConfig } from '../config/schema.ts';
import { promDuration } from '../promql/duration.ts';
import { targets } from '../promql/series.ts';
import type { Matchers } from '../promql/series.ts';
import { ours } from './measure-expression.ts';
import type { AlertingRule } from './rule.ts';
import { literally } from './template-text.ts';

/** Name of the alert that no process can raise itself. */
export const INSTANCE_DOWN = 'instance_down';

/** For how long an instance is missed that is still to be scraped. */
const MISSED_MS = 3_600_000;

/**
 * `up`, compared or not, of each instance that has given our metrics lately.
 *
 * @param where whose series are read
 */
export function upOfOurs(comparison = '', where: Matchers = {}): string {
  return `${targets(where)}${comparison}\nand on (job, instance) present_over_time(${ours(where)}[${promDuration(MISSED_MS)}])`;
}

/** An instance that has given our metrics within the last hour can no longer be scraped. */
export function instanceDown(alerts: AlertsConfig): AlertingRule {
  return {
    alert: INSTANCE_DOWN,
    expr: upOfOurs(' == 0'),
    for: promDuration(alerts.for_ms),
    ...(alerts.keep_firing_for_ms > 0 && { keep_firing_for: promDuration(alerts.keep_firing_for_ms) }),
    labels: { severity: 'critical', rule: INSTANCE_DOWN },
    annotations: {
      summary: 'An instance is down',
      description:
        '{{ $labels.instance }} of {{ $labels.job }}: its last scrape has failed; it gave metrics within the last hour.',
      runbook_url: literally(alerts.runbook_url.replaceAll('{alert}', INSTANCE_DOWN)),
    },
  };
}

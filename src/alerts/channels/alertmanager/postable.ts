import { labelName } from '../../../catalog/prometheus-name.ts';
import type { Alert } from '../../alert.ts';

/** An alert as `POST /api/v2/alerts` takes it. */
export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339. */
  readonly startsAt: string;
  readonly endsAt: string;
}

/** So many resend intervals may fail before Alertmanager takes a firing alert for resolved; Prometheus does the same. */
const INTERVALS_TO_END = 4;

/** What RFC 3339 can say, in ms since the epoch: the years 1 to 9999. */
const MAX_TIME_MS = Date.UTC(9999, 11, 31);

/**
 * Translates an alert.
 *
 * @param nowMs since the epoch
 * @param resendIntervalMs after which it is sent again while it fires
 */
export function toPostable(alert: Alert, nowMs: number, resendIntervalMs: number): PostableAlert {
  const endsAtMs = alert.state === 'resolved' ? alert.sinceMs : nowMs + INTERVALS_TO_END * resendIntervalMs;
  return {
    labels: labelsOf(alert.labels),
    annotations: withoutEmpty({
      summary: alert.summary,
      description: alert.description,
      runbook_url: alert.runbookUrl,
    }),
    // a clock that was set back must not reverse the two: the alert would be refused
    startsAt: timeText(Math.min(alert.startsAtMs, endsAtMs)),
    endsAt: timeText(endsAtMs),
  };
}

/** With valid names; where two names become one, the values are joined by `;` as on `/metrics`. Empty ones mean nothing. */
function labelsOf(labels: Alert['labels']): Record<string, string> {
  const valid: Record<string, string> = {};
  for (const key of Object.keys(labels).sort()) {
    const name = labelName(key);
    const value = labels[key];
    if (name === null || !value) continue;
    valid[name] = Object.hasOwn(valid, name) ? `${valid[name] ?? ''};${value}` : value;
  }
  return valid;
}

function withoutEmpty(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}

function timeText(epochMs: number): string {
  return new Date(Math.min(Math.max(epochMs || 0, 0), MAX_TIME_MS)).toISOString();
}

import type { Alert, AlertNotice } from './alert.ts';

/** What an alert has in common with the other of its pair, by the labels it has, which keep their object. */
const pairKeys = new WeakMap<Alert['labels'], string>();

/**
 * Knows what people were told, and says what they are to be told next: each firing once, its end once, and again what goes on
 * firing. A warning is held back while the critical of the same rule and labels fires. An alert of which the value is back already
 * is news to nobody. Has no clock and no timer.
 */
export class NoticeBook {
  /** Alerts that fire and were told, by fingerprint; with the instant from which the next repetition is reckoned. */
  #told: ReadonlyMap<string, number> = new Map();

  /**
   * Takes what one evaluation has found. To be called after every evaluation: what was never seen resolved is never told so.
   *
   * @param alerts all there are, in the order of their rules
   * @param nowMs on any clock that does not go back
   * @param repeatIntervalMs how long after it was told an alert that still fires is told again
   * @returns what is over, then what fires; in the order of the alerts
   */
  update(alerts: readonly Alert[], nowMs: number, repeatIntervalMs: number): AlertNotice[] {
    const critical = firingCriticals(alerts);
    const told = new Map<string, number>();
    const resolved: AlertNotice[] = [];
    const firing: AlertNotice[] = [];
    for (const alert of alerts) {
      const toldAtMs = this.#told.get(alert.fingerprint);
      if (alert.state === 'resolved' && toldAtMs !== undefined) resolved.push(noticeOf(alert, 'resolved', false));
      if (alert.state !== 'firing') continue;
      if (alert.severity === 'warning' && critical.has(pairKeyOf(alert))) {
        // when the critical is over, a full interval passes before the warning is repeated
        if (toldAtMs !== undefined) told.set(alert.fingerprint, nowMs);
      } else if (!alert.isBack && (toldAtMs === undefined || nowMs - toldAtMs >= repeatIntervalMs)) {
        firing.push(noticeOf(alert, 'firing', toldAtMs !== undefined));
        told.set(alert.fingerprint, nowMs);
      } else if (toldAtMs !== undefined) {
        told.set(alert.fingerprint, toldAtMs);
      }
    }
    this.#told = told;
    return [...resolved, ...firing];
  }

  /** What fires and was told, for a channel that was not there yet. */
  standing(alerts: readonly Alert[]): AlertNotice[] {
    return alerts
      .filter(({ state, fingerprint }) => state === 'firing' && this.#told.has(fingerprint))
      .map((alert) => noticeOf(alert, 'firing', false));
  }
}

/** Frozen, since every channel and listener gets the same one. */
function noticeOf(alert: Alert, state: AlertNotice['state'], repeated: boolean): AlertNotice {
  return Object.freeze({ ...alert, state, repeated });
}

function firingCriticals(alerts: readonly Alert[]): ReadonlySet<string> {
  const firing = alerts.filter(({ severity, state }) => severity === 'critical' && state === 'firing');
  return new Set(firing.map(pairKeyOf));
}

function pairKeyOf({ labels }: Alert): string {
  let key = pairKeys.get(labels);
  if (key === undefined) {
    const shared = Object.entries(labels).filter(([name]) => name !== 'alertname' && name !== 'severity');
    key = JSON.stringify(shared.sort(([one], [other]) => (one < other ? -1 : 1)));
    pairKeys.set(labels, key);
  }
  return key;
}

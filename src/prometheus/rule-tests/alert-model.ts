import type { AlertRule } from '../../alerts/rule.ts';
import { compares, releaseThreshold } from '../../alerts/rule.ts';

/** An alert as Prometheus stores it in `ALERTS`; null: not there. */
export type StoredState = 'pending' | 'firing' | null;

/** What a rule looks at in one evaluation. */
export interface Observed {
  /** Null: no value. */
  readonly value: number | null;
  readonly observations: number;
}

/** The states of one alert in evaluations that are `stepMs` apart, as Prometheus documents `for` and `keep_firing_for`. */
export function alertStates(rule: AlertRule, observed: readonly Observed[], stepMs: number): StoredState[] {
  const release = releaseThreshold(rule);
  let state: StoredState = null;
  let activeSince = 0;
  let backSince: number | undefined;
  return observed.map(({ value, observations }, step) => {
    const limit: number = state === 'firing' ? release : rule.threshold;
    const meets = (threshold: number): boolean => value !== null && compares(value, rule.comparison, threshold);
    if (observations >= rule.minObservations && (meets(rule.threshold) || meets(limit))) {
      backSince = undefined;
      if (state === null) activeSince = step;
      state = state === 'firing' || (step - activeSince) * stepMs >= rule.forMs ? 'firing' : 'pending';
    } else if (state === 'firing') {
      backSince ??= step;
      if ((step - backSince) * stepMs >= rule.keepFiringForMs) [state, backSince] = [null, undefined];
    } else {
      state = null;
    }
    return state;
  });
}

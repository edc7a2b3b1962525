import { releaseThreshold } from '../../alerts/rule.ts';
import type { AlertRule } from '../../alerts/rule.ts';

/**
 * Where a measure is held for some steps: far on the good side, within the band of the hysteresis, just not beyond the threshold,
 * just beyond it, beyond it with one observation too few, or without any observation.
 */
export type Level = 'calm' | 'band' | 'near' | 'beyond' | 'few' | 'idle';

// A window holds steps of two levels while one gives way to the other. The shares are such that their mean is never a limit
// itself, where the last binary digit would decide: half of 0.001 above and half of 0.001 below would be.

/** Share of the threshold that `near` and `beyond` are off it. */
const MARGIN = 0.001;

/** Share of the threshold that `band` is off it where there is no hysteresis. */
const BAND_MARGIN = 0.00061803;

/** Share of the threshold that `calm` is from where an alert is released. */
const DISTANCE = 0.2537;

/** The value of a level; those below 0 become 0 where `isCount`. */
export function levelValue(rule: AlertRule, level: Level, isCount: boolean): number {
  const { threshold, comparison, hysteresisRatio } = rule;
  const span = Math.abs(threshold) || 1;
  const sign = comparison.startsWith('>') ? 1 : -1;
  // only what is not added up is the very same in the end
  const isExact = !isCount;
  const includes = comparison.endsWith('=');
  const off = (share: number): number => Number((threshold + sign * share * span).toPrecision(12));
  const value = {
    calm: off(-hysteresisRatio - DISTANCE),
    idle: off(-hysteresisRatio - DISTANCE),
    band: hysteresisRatio === 0 ? off(-BAND_MARGIN) : (threshold + releaseThreshold(rule)) / 2,
    near: off(isExact && !includes ? 0 : -MARGIN),
    beyond: off(isExact && includes ? 0 : MARGIN),
    few: off(1),
  }[level];
  return isCount ? Math.max(0, value) : value;
}

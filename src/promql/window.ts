import { processMetrics } from '../catalog/process.ts';
import { promDuration } from './duration.ts';
import { gauge } from './series.ts';
import type { Matchers } from './series.ts';

/** How a series and its process are joined. */
const TARGET = 'on (job, instance)';

/** A range that somebody else fills in later, such as a variable of Grafana. */
export interface RangeText {
  /** Stands where a duration does. */
  readonly duration: string;
  /** Stands where its length in seconds does. */
  readonly seconds: string;
}

/**
 * What each series of a counter has grown by over the last `range`, to the unit, as the process itself sees it. A plain
 * `increase()` extrapolates, and does not see the first value of a series, so that a burst of first errors would go unseen.
 *
 * 1. A process younger than the range has counted from 0.
 * 2. An older one has not been set back since.
 * 3. A series that was not there when its process was read at the start of the range has begun at 0.
 * 4. Where either end was not read, `increase()` stands in; not for what a former process has left.
 *
 * @param selector of a counter, or of the buckets, count or sum of a histogram
 * @param over whole milliseconds, or a text
 * @param processes the matchers of the selector that tell its processes apart
 */
export function increaseOver(selector: string, over: number | RangeText, processes: Matchers = {}): string {
  const { duration: range, seconds } =
    typeof over === 'number' ? { duration: promDuration(over), seconds: over / 1000 } : over;
  const uptime = gauge(processMetrics.uptime, processes);
  const isYoung = `${uptime} < ${seconds}`;
  // over many points, VictoriaMetrics fills the gaps of each series on the left, so no two may differ in the metric's name alone
  const whole = typeof over === 'number' ? selector : `${selector} * 1`;
  return [
    `${whole} and ${TARGET} ${isYoung}`,
    `${selector} - ${selector} offset ${range} >= 0`,
    `${whole} and ${TARGET} ${uptime} offset ${range}`,
    `increase(${selector}[${range}]) unless ${TARGET} ${isYoung}`,
  ].join('\nor\n');
}

/** `by` without a label is the sum of all. */
export function sumBy(labels: readonly string[], expression: string): string {
  return `sum by (${labels.join(', ')}) (\n${indented(expression)}\n)`;
}

/** Two spaces before each line. */
export function indented(expression: string): string {
  return expression.replace(/^/gm, '  ');
}

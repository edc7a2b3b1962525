import { processMetrics } from '../catalog/process.ts';
import { promDuration } from './duration.ts';
import { gauge } from './series.ts';

/** How a series and its process are joined. */
const TARGET = 'on (job, instance)';

/**
 * What each series of a counter has grown by over the last `rangeMs`, to the unit, as the process itself sees it. A plain
 * `increase()` extrapolates, and does not see the first value of a series, so that a burst of first errors would go unseen.
 *
 * 1. A process younger than the range has counted from 0.
 * 2. An older one has not been set back since.
 * 3. A series that was not there when its process was read at the start of the range has begun at 0.
 * 4. Where either end was not read, `increase()` stands in; not for what a former process has left.
 *
 * @param selector of a counter, or of the buckets, count or sum of a histogram
 */
export function increaseOver(selector: string, rangeMs: number): string {
  const range = promDuration(rangeMs);
  const uptime = gauge(processMetrics.uptime);
  const isYoung = `${uptime} < ${rangeMs / 1000}`;
  return [
    `${selector} and ${TARGET} ${isYoung}`,
    `${selector} - ${selector} offset ${range} >= 0`,
    `${selector} and ${TARGET} ${uptime} offset ${range}`,
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

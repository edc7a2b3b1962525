import { releaseThreshold } from '../../alerts/rule.ts';
import type { AlertRule } from '../../alerts/rule.ts';
import { decimal } from '../../prometheus/alert-condition.ts';

/** What Grafana's threshold expression compares with: `gt` above, `lt` below. */
export interface Evaluator {
  readonly type: 'gt' | 'lt';
  readonly params: readonly [number];
}

/** Fires where `evaluator` holds, and goes on until `unloadEvaluator` does. */
export interface ThresholdCondition {
  readonly evaluator: Evaluator;
  readonly unloadEvaluator?: Evaluator;
}

// Grafana 10 knows `gt` and `lt` only. A double is at least a limit just when it is above the double next below the limit, so
// `>=` and `<=` lose nothing, and the value stays one that people can be told.

/** A rule's comparison as a threshold expression has it. */
export function thresholdOf(rule: AlertRule): ThresholdCondition {
  const { comparison } = rule;
  const threshold = Number(decimal(rule.threshold));
  const release = Number(decimal(releaseThreshold(rule)));
  const isAbove = comparison.startsWith('>');
  const includes = comparison.endsWith('=');
  const above = (limit: number, orEqual: boolean): Evaluator => ({
    type: 'gt',
    params: [orEqual ? neighbour(limit, -1) : limit],
  });
  const below = (limit: number, orEqual: boolean): Evaluator => ({
    type: 'lt',
    params: [orEqual ? neighbour(limit, 1) : limit],
  });
  return {
    evaluator: isAbove ? above(threshold, includes) : below(threshold, includes),
    // over once the comparison no longer holds for the release threshold
    ...(release !== threshold && {
      unloadEvaluator: isAbove ? below(release, !includes) : above(release, !includes),
    }),
  };
}

/** Whether a value is beyond what the evaluator says. */
export function evaluates({ type, params: [limit] }: Evaluator, value: number): boolean {
  return type === 'gt' ? value > limit : value < limit;
}

/** The next double in a direction. */
function neighbour(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * Number.MIN_VALUE;
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  bits[0] = (bits[0] as bigint) + BigInt(direction * Math.sign(value));
  return new Float64Array(bits.buffer)[0] as number;
}

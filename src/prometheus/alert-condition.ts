import { releaseThreshold } from '../alerts/rule.ts';
import type { AlertRule } from '../alerts/rule.ts';
import { quoted } from '../promql/series.ts';
import { indented } from '../promql/window.ts';
import type { MeasureExpression } from './measure-expression.ts';

/** What an alert's series is told apart by, besides the labels of what it is about. */
export interface AlertIdentity {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Holds where the value is beyond the threshold, or fires and is not back by the hysteresis, and enough was observed for long enough.
 *
 * @param by labels that tell the series of the measure apart
 */
export function alertCondition(
  rule: AlertRule,
  measure: MeasureExpression,
  { alert, labels }: AlertIdentity,
  by: readonly string[],
): string {
  const operand = operandOf(measure);
  const beyond = `${operand} ${rule.comparison} ${decimal(rule.threshold)}`;
  const release = releaseThreshold(rule);
  const fires = `ALERTS{${matchers({ alertname: alert, alertstate: 'firing', ...labels })}}`;
  const apart = ['alertname', 'alertstate', ...Object.keys(labels)].join(', ');
  const held =
    release === rule.threshold
      ? beyond
      : [beyond, 'or', `${operand} ${rule.comparison} ${decimal(release)}`, `and ignoring (${apart}) ${fires}`].join(
          '\n',
        );
  const guards = guardsOf(rule, measure, by);
  if (guards.length === 0) return held;
  const guarded = held === beyond ? held : `(\n${indented(held)}\n)`;
  return [guarded, ...guards].join('\n');
}

/** The value as it can stand beside an operator. */
export function operandOf({ value }: MeasureExpression): string {
  return /\b(or|and|unless|\/)\b|\n/.test(value) ? `(\n${indented(value)}\n)` : value;
}

/**
 * What lets a value through only where enough was observed for long enough, a line each, to stand behind it.
 *
 * @param by labels that tell the series of the measure apart
 */
export function guardsOf(
  rule: AlertRule,
  { observations, full }: MeasureExpression,
  by: readonly string[],
): readonly string[] {
  const guards = [...enoughOf(observations, rule), ...(full === undefined ? [] : [full])];
  return guards.map((guard) => `and on (${by.join(', ')}) ${guard}`);
}

function enoughOf(observations: readonly string[], { minObservations }: AlertRule): string[] {
  if (observations.length === 0 || minObservations === 0) return [];
  const enough = observations.map((count) => `${count} >= ${minObservations}`);
  return enough.length === 1 ? enough : [`(\n${indented(enough.join('\nor\n'))}\n)`];
}

/** Without the digits that binary fractions add: 0.9, not 0.9000000000000001. */
export function decimal(value: number): string {
  return String(Number(value.toPrecision(12)));
}

function matchers(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(', ');
}

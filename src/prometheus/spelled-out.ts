import type { Matchers } from '../promql/series.ts';
import { indented } from '../promql/window.ts';
import { recordingRules } from './recording-rules.ts';
import type { RuleWindow } from './rule-window.ts';

/** A name that a recording rule may have given: it has a colon, as no scraped series does. */
const RECORDED_NAME = /[a-zA-Z_]\w*(?::\w+)+/g;

/**
 * The expression with what records it in place of each recorded series, down to those that a process gives itself: for stores that
 * have no recording rules.
 *
 * @param where whose series are read
 */
export function spelledOut(expression: string, window: RuleWindow, where: Matchers = {}): string {
  const recordedBy = new Map(recordingRules(window, where).map(({ record, expr }) => [record, expr]));
  const spell = (text: string): string =>
    text.replace(RECORDED_NAME, (name) => {
      const expr = recordedBy.get(name);
      return expr === undefined ? name : `(\n${indented(spell(expr))}\n)`;
    });
  return spell(expression);
}

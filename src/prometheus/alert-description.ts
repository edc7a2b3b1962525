import type { AlertRule } from '../alerts/rule.ts';
import { CATALOG } from '../catalog/index.ts';
import { labelName } from '../catalog/prometheus-name.ts';
import { promDuration } from '../promql/duration.ts';
import type { Level } from './recording-rules.ts';
import type { RuleWindow } from './rule-window.ts';
import { formatted, literally, templateNumber } from './template-text.ts';

/**
 * One or two sentences with the figures of an alert, as a template.
 *
 * @param value the alert's, as the template's language says it: `$value`
 */
export function describeAlert(rule: AlertRule, level: Level, { rangeMs }: RuleWindow, value: string): string {
  const { measure, threshold, comparison } = rule;
  const where = level === 'job' ? 'All instances of {{ $labels.job }}' : '{{ $labels.instance }} of {{ $labels.job }}';
  const limit = (amount: number, unit: string): string => formatted(unit, templateNumber(amount));
  if (measure.kind === 'silence') {
    return `${where}: no data message has arrived or left for at least ${limit(threshold, 's')}.`;
  }
  const unit = unitOf(rule);
  const over = measure.kind === 'gauge' ? '' : ` over the last ${promDuration(rangeMs)}`;
  return `${where}: ${what(rule)} is ${formatted(unit, value)}${over} (alert at ${comparison} ${limit(threshold, unit)}).`;
}

function what({ measure }: AlertRule): string {
  if (measure.kind === 'silence' || measure.kind === 'error_rate') return 'the share of errors in messages';
  const labels = CATALOG.find(({ name }) => name === measure.metric)?.attributes.map(({ key }) => labelName(key)) ?? [];
  const series = measure.kind === 'gauge' ? labels.map((label) => ` {{ $labels.${label ?? ''} }}`).join('') : '';
  const statistic = measure.kind === 'gauge' ? '' : `${measure.statistic} of `;
  return `${statistic}${literally(measure.metric)}${series}`;
}

/** Of the value as the expression gives it. */
function unitOf({ measure, display }: AlertRule): string {
  if (measure.kind === 'error_rate') return '1';
  if (measure.kind === 'silence') return 's';
  const unit = CATALOG.find(({ name }) => name === measure.metric)?.unit ?? display.unit;
  return measure.kind === 'counter' && measure.statistic === 'rate' ? `${/[{}]|^$/.test(unit) ? '' : unit}/s` : unit;
}

import { oneLine } from '../../../base/one-line.ts';
import type { AlertNotice } from '../../alert.ts';
import { amountText, durationText } from '../../amount-text.ts';

/** What a mail says of an alert besides its texts, in order: `['Value', '1520 ms']`. One line each. */
export function factsOf({ state, repeated, value, threshold, unit, startsAtMs, sinceMs, labels }: AlertNotice) {
  const isResolved = state === 'resolved';
  const facts: (readonly [name: string, text: string])[] = [
    [
      isResolved ? 'Last value' : 'Value',
      `${amountText(value, unit, threshold)}, threshold ${amountText(threshold, unit, threshold)}`,
    ],
    isResolved
      ? [
          'Lasted',
          `${timeText(startsAtMs)} to ${timeText(sinceMs)} (${durationText(Math.max(0, sinceMs - startsAtMs))})`,
        ]
      : [repeated ? 'Still firing, since' : 'Since', timeText(startsAtMs)],
    ['Labels', labelsText(labels)],
  ];
  return facts.map(([name, text]) => [oneLine(name), oneLine(text, 1000)] as const);
}

/** `2 alerts are firing, 1 is resolved`. */
export function headline(firing: number, resolved: number): string {
  if (resolved === 0) return firing === 1 ? '1 alert is firing' : `${firing} alerts are firing`;
  const over = resolved === 1 ? '1 is resolved' : `${resolved} are resolved`;
  if (firing > 0) return `${headline(firing, 0)}, ${over}`;
  return resolved === 1 ? '1 alert is resolved' : `${resolved} alerts are resolved`;
}

/** Those that the mail does not say of otherwise, sorted: `instance=web-1 source=app`. */
function labelsText(labels: AlertNotice['labels']): string {
  return Object.entries(labels)
    .filter(([name]) => !['alertname', 'severity', 'rule'].includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value.length > 200 ? `${value.slice(0, 199)}…` : value}`)
    .join(' ');
}

/** `2026-11-22 20:45:03 UTC`. */
function timeText(epochMs: number): string {
  const date = new Date(epochMs);
  if (Number.isNaN(date.getTime())) return '?';
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

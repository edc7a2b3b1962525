import type { AlertFigures, FlowFigures, LatencyFigures, RealtimeMetrics } from '../index.ts';
import {
  formatBytes,
  formatCount,
  formatElapsed,
  formatMilliseconds,
  formatPercent,
  formatQuantity,
  formatRate,
} from './quantity.ts';
import type { Row } from './screen.ts';

const CELL_COLUMNS = 15;

/**
 * All figures as rows for the eye.
 *
 * @param columns that a row's text may have: figures that do not fit are left out, the least important first
 */
export function summarize(metrics: RealtimeMetrics, columns: number): Row[] {
  const { connections, messages, bandwidth, latency, roundTrip, errors, sessions, queues, resources } = metrics;
  const row = (label: string, cells: readonly string[]): Row => ({ label, text: layOut(cells, columns) });
  const seconds = Math.min(metrics.windowSeconds, metrics.uptimeSeconds);
  return [
    ...metrics.alerts.map(alertRow),
    { label: 'running', text: `${elapsed(metrics)}; rates and times over the last ${formatElapsed(seconds)}` },
    row('connections', [
      `${formatCount(connections.active)} active`,
      `${formatCount(connections.idle)} idle`,
      `${formatCount(connections.opened)} opened`,
    ]),
    row('messages', flow(messages, formatRate(messages.perSecond), formatCount)),
    row('bandwidth', flow(bandwidth, `${formatBytes(bandwidth.perSecond)}/s`, formatBytes)),
    row('latency', times(latency)),
    row('round trip', times(roundTrip)),
    row('errors', [`${formatCount(errors.total)} total`, errorRate(errors.rate)]),
    { label: '', text: list(errors.byComponent).join('  ') },
    row('sessions', [`${formatCount(sessions.active)} active`, `${formatCount(sessions.total)} total`]),
    { label: 'queues', text: list(queues).join('  ') },
    row('process', [
      formatBytes(resources.memoryBytes),
      `CPU ${formatPercent(resources.cpuPercent)}`,
      `${formatPercent(resources.memoryPercent)} of memory`,
    ]),
  ];
}

/** The most important figures in one line, for a log. */
export function summarizeInLine(metrics: RealtimeMetrics): string {
  const { connections, messages, bandwidth, latency, errors, resources } = metrics;
  return [
    elapsed(metrics).padStart(4),
    `${formatCount(connections.total)} open`,
    `${formatRate(messages.perSecond)} (in ${formatCount(messages.incoming)}, out ${formatCount(messages.outgoing)})`,
    `${formatBytes(bandwidth.perSecond)}/s`,
    `p50 ${formatMilliseconds(latency.p50)}, p99 ${formatMilliseconds(latency.p99)}`,
    `errors ${formatCount(errors.total)} (${percentOf(errors.rate)})`,
    `${formatBytes(resources.memoryBytes)}, CPU ${formatPercent(resources.cpuPercent)}`,
    ...firing(metrics),
  ].join(' | ');
}

/** `critical  high_latency firing: 1.52 s, threshold 1.00 s (source app)`. */
function alertRow({ name, severity, state, value, threshold, unit, labels }: AlertFigures): Row {
  const told = Object.entries(labels).map(([label, text]) => `${label} ${text}`);
  const where = told.length === 0 ? '' : ` (${told.join(', ')})`;
  return {
    label: severity,
    text: `${name} ${state}: ${formatQuantity(value, unit)}, threshold ${formatQuantity(threshold, unit)}${where}`,
  };
}

function elapsed({ uptimeSeconds }: RealtimeMetrics): string {
  return formatElapsed(uptimeSeconds);
}

/** What fires, by name; nothing where nothing does. */
function firing({ alerts }: RealtimeMetrics): string[] {
  const names = new Set(alerts.filter(({ state }) => state === 'firing').map(({ name }) => name));
  return names.size === 0 ? [] : [`firing: ${[...names].join(', ')}`];
}

function flow({ incoming, outgoing, total }: FlowFigures, rate: string, format: (value: number) => string): string[] {
  return [rate, `in ${format(incoming)}`, `out ${format(outgoing)}`, `total ${format(total)}`];
}

function times({ p50, p95, p99, avg, min, max }: LatencyFigures): string[] {
  return Object.entries({ p50, p95, p99, avg, max, min }).map(
    ([name, value]) => `${name} ${formatMilliseconds(value)}`,
  );
}

function errorRate(rate: number | null): string {
  return `${percentOf(rate)} of messages`;
}

function percentOf(ratio: number | null): string {
  return formatPercent(ratio === null ? null : ratio * 100);
}

/** `name 3` for each, the largest first. */
function list(amounts: Readonly<Record<string, number>>): string[] {
  const entries = Object.entries(amounts).sort(([, one], [, other]) => other - one);
  return entries.length === 0 ? ['none'] : entries.map(([name, amount]) => `${name} ${formatCount(amount)}`);
}

/** Cells side by side, those beyond the width left out. */
function layOut(cells: readonly string[], columns: number): string {
  let text = '';
  for (const cell of cells) {
    const padded = text === '' ? '' : text.padEnd(Math.ceil((text.length + 2) / CELL_COLUMNS) * CELL_COLUMNS);
    if (text !== '' && padded.length + cell.length > columns) break;
    text = padded + cell;
  }
  return text;
}

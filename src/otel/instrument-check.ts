import type { Attributes } from '@opentelemetry/api';
import type { HistogramTotals } from './histogram-totals.ts';
import type { InstrumentPoint, InstrumentReport } from './instrument-report.ts';

// Reads what came from another process: nothing in it may throw here, or be taken for a figure that it is not.

const KINDS: readonly unknown[] = ['counter', 'up_down_counter', 'gauge', 'histogram'];

/** @returns undefined where it is no report. Its points are checked one by one, by {@link checkedPoint}. */
export function checkedReport(value: unknown): InstrumentReport | undefined {
  if (!isObject(value)) return undefined;
  const { name, description, unit, kind, boundaries, points } = value;
  const isReport =
    [name, description, unit].every((text) => typeof text === 'string') &&
    name !== '' &&
    KINDS.includes(kind) &&
    isAscending(boundaries) &&
    Array.isArray(points);
  return isReport ? (value as unknown as InstrumentReport) : undefined;
}

/** @returns undefined where it is no point of the report's metric */
export function checkedPoint(value: unknown, { kind, boundaries }: InstrumentReport): InstrumentPoint | undefined {
  if (!isObject(value) || !isAttributes(value['attributes'])) return undefined;
  const told = value['value'];
  const isPoint =
    told === null ||
    (kind === 'histogram'
      ? isTotals(told, boundaries.length + 1)
      : isFiniteNumber(told) && (kind !== 'counter' || told >= 0));
  return isPoint ? (value as unknown as InstrumentPoint) : undefined;
}

function isTotals(value: unknown, length: number): value is HistogramTotals {
  if (!isObject(value)) return false;
  const { counts, sum, min, max } = value;
  return (
    Array.isArray(counts) &&
    counts.length === length &&
    counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
    counts.some((count) => count > 0) &&
    [sum, min, max].every((figure) => figure === undefined || isFiniteNumber(figure))
  );
}

function isAscending(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((bound, index) => isFiniteNumber(bound) && (index === 0 || bound > (value[index - 1] as number)))
  );
}

function isAttributes(value: unknown): value is Attributes {
  return isObject(value) && Object.values(value).every((one) => isScalar(one) || isList(one));
}

/** Lists may have gaps. */
function isList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => one === null || isScalar(one));
}

function isScalar(value: unknown): boolean {
  return value === undefined || typeof value === 'string' || typeof value === 'boolean' || isFiniteNumber(value);
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { Dashboard } from '../../src/grafana/schema.ts';

/** What a dashboard's variables stand for while it is looked at, and how finely. */
export interface QueryScope {
  /** Of the variables `job` and `instance`; the others, and those left out, are set to "All". */
  readonly chosen?: Readonly<Record<string, readonly string[]>>;
  /** End of the time range, epoch. */
  readonly toMs: number;
  /** Length of the time range. */
  readonly rangeMs: number;
  /** Of the data source: its `timeInterval`. */
  readonly scrapeIntervalMs: number;
}

/** Up to so many milliseconds Grafana rounds an interval to so many. */
const ROUNDED: readonly (readonly [below: number, to: number])[] = [
  [1500, 1000],
  [3500, 2000],
  [7500, 5000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
];
const HOUR_MS = 3_600_000;

const ALL = '.+';

/** Of a panel of half the width: Grafana asks for a point for each pixel, at most. */
const POINTS = 700;

/**
 * The step of a range query, as Grafana chooses it.
 *
 * @param minimumMs of the panel or the query; 0: the data source's
 */
export function stepMs(scope: QueryScope, minimumMs = 0, maxDataPoints = POINTS): number {
  const wantedMs = scope.rangeMs / maxDataPoints;
  const roundedMs = ROUNDED.find(([below]) => wantedMs < below)?.[1] ?? HOUR_MS;
  return Math.max(roundedMs, minimumMs === 0 ? scope.scrapeIntervalMs : minimumMs);
}

/** Texts of a dashboard with its variables filled in, as Grafana's Prometheus data source does it. */
export class Interpolation {
  readonly #values: ReadonlyMap<string, string>;

  constructor(dashboard: Dashboard, scope: QueryScope, stepInMs = stepMs(scope)) {
    const rateMs = Math.max(stepInMs + scope.scrapeIntervalMs, 4 * scope.scrapeIntervalMs);
    const rangeS = Math.round(scope.rangeMs / 1000);
    this.#values = new Map([
      ...dashboard.templating.list.map(({ name, allValue }): [string, string] => [
        name,
        alternatives(scope.chosen?.[name] ?? [], allValue ?? ALL),
      ]),
      ['__interval', duration(stepInMs)],
      ['__interval_ms', String(stepInMs)],
      ['__rate_interval', duration(rateMs)],
      ['__rate_interval_ms', String(rateMs)],
      ['__range', `${rangeS}s`],
      ['__range_s', String(rangeS)],
      ['__range_ms', String(scope.rangeMs)],
    ]);
  }

  /** @throws Error where a variable is unknown: Grafana would leave it as it stands */
  of(text: string): string {
    return text.replace(/\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\]/g, (written, ...names: string[]) => {
      const value = this.#values.get(names.slice(0, 3).find((name) => name) ?? '');
      if (value === undefined) throw new Error(`${written} is no variable of the dashboard, in ${text}`);
      return value;
    });
  }
}

/** Several values in brackets with the bars of a regular expression, escaped for it and for PromQL. */
function alternatives(values: readonly string[], all: string): string {
  const escaped = values.map((value) => value.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]+?.()|]/g, '\\\\$&'));
  if (escaped.length === 0) return all;
  return escaped.length === 1 ? (escaped[0] as string) : `(${escaped.join('|')})`;
}

function duration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** A length of time as a panel states its minimum step: `15s`, `1m`; 0 for none. */
export function parseInterval(text: string | null | undefined): number {
  const match = /^>?(\d+)(ms|s|m|h)$/.exec(text ?? '');
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: HOUR_MS };
  return match ? Number(match[1]) * (units[match[2] ?? ''] ?? 0) : 0;
}

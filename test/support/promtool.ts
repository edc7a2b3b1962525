import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A series as promtool's tests give it: `up{job="a"}`, `0+1x10`. */
export type GivenSeries = readonly [series: string, values: string];

/** What a query is to give of given series, by the labels of each: `{instance="a"}`. */
export interface Expected {
  readonly expr: string;
  /** Since the first values: `5m`. */
  readonly at: string;
  readonly samples: Readonly<Record<string, number>>;
}

/**
 * Runs queries in Prometheus's own engine, over given series with a value each 15 s.
 *
 * @returns what is not as expected; empty: all is
 */
export function wrongIn(series: readonly GivenSeries[], queries: readonly Expected[]): string {
  const document = {
    evaluation_interval: '15s',
    fuzzy_compare: true,
    tests: [
      {
        interval: '15s',
        input_series: series.map(([name, values]) => ({ series: name, values })),
        promql_expr_test: queries.map(({ expr, at, samples }) => ({
          expr,
          eval_time: at,
          exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
        })),
      },
    ],
  };
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-promtool-'));
  const file = join(folder, 'queries.json');
  writeFileSync(file, JSON.stringify(document)); // JSON is YAML
  const { status, stdout, stderr, error } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  if (error) throw error;
  return status === 0 ? '' : stdout + stderr;
}

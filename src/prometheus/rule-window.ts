import type { ResolvedConfig } from '../config/schema.ts';
import { promDuration } from '../promql/duration.ts';

/** Scrapes that a window must hold at least, so that one that fails leaves something to compare. */
const FEWEST_SCRAPES = 4;

/** What the rules look back over. */
export interface RuleWindow {
  /** `retention.window_ms`, at least four scrape intervals. */
  readonly rangeMs: number;
  /** Between two scrapes, and two evaluations. */
  readonly scrapeMs: number;
  /** `1m`: ends the names of recorded series. */
  readonly name: string;
}

export function ruleWindow({ retention, prometheus }: ResolvedConfig): RuleWindow {
  const scrapeMs = prometheus.scrape_interval_ms;
  const rangeMs = Math.max(retention.window_ms, FEWEST_SCRAPES * scrapeMs);
  return { rangeMs, scrapeMs, name: promDuration(rangeMs) };
}

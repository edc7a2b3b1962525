import type { PanelQuery } from './panel-queries.ts';
import { Interpolation, stepMs } from './query-scope.ts';
import type { QueryScope } from './query-scope.ts';

/** A series of an answer: of an instant query with one point. */
export interface AnsweredSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** In the order of time. */
  readonly points: readonly (readonly [atMs: number, value: number])[];
}

/** What a store said to a query. */
export interface QueryAnswer {
  readonly expr: string;
  readonly series: readonly AnsweredSeries[];
  /** What the store found odd, though it answered. */
  readonly warnings: readonly string[];
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
  readonly data?: unknown;
}

type Sample = readonly [atSeconds: number, value: string];

/**
 * Runs a query as Grafana's Prometheus data source does: its variables filled in; instant ones at the end of the range, ranges from and
 * to whole steps, both by POST.
 *
 * @param url of a store that speaks Prometheus's API, without a slash at its end
 * @throws Error with what the store said where it refuses
 */
export async function runQuery(url: string, query: PanelQuery, scope: QueryScope): Promise<QueryAnswer> {
  const step = stepMs(scope, query.minStepMs, query.maxDataPoints);
  const expr = new Interpolation(query.dashboard, scope, step).of(query.expr);
  if (query.kind === 'labels') return labelValues(url, expr, scope);
  if (query.kind === 'instant') {
    return post(url, '/api/v1/query', { query: expr, time: String(scope.toMs / 1000) });
  }
  const wholeStep = (ms: number): string => String((Math.floor(ms / step) * step) / 1000);
  return post(url, '/api/v1/query_range', {
    query: expr,
    start: wholeStep(scope.toMs - scope.rangeMs),
    end: wholeStep(scope.toMs),
    step: String(step / 1000),
  });
}

async function post(url: string, path: string, form: Readonly<Record<string, string>>): Promise<QueryAnswer> {
  const answer = await ask(form['query'] ?? '', url + path, { method: 'POST', body: new URLSearchParams(form) });
  const { result } = answer.data as {
    result: readonly { metric: Record<string, string>; value?: Sample; values?: readonly Sample[] }[];
  };
  return {
    expr: form['query'] ?? '',
    series: result.map(({ metric, value, values }) => ({
      labels: metric,
      points: (values ?? (value ? [value] : [])).map(([at, text]) => [at * 1000, number(text)] as const),
    })),
    warnings: [...(answer.warnings ?? []), ...(answer.infos ?? [])],
  };
}

/** `label_values(selector, label)`; each value is a series with that label. */
async function labelValues(url: string, expr: string, { toMs, rangeMs }: QueryScope): Promise<QueryAnswer> {
  const match = /^label_values\((.+),\s*(\w+)\)$/s.exec(expr);
  if (!match) throw new Error(`${expr} is no label_values(selector, label)`);
  const [, selector = '', label = ''] = match;
  const range = { start: String((toMs - rangeMs) / 1000), end: String(toMs / 1000) };
  const parameters = new URLSearchParams({ 'match[]': selector, ...range });
  const { data } = await ask(expr, `${url}/api/v1/label/${label}/values?${String(parameters)}`, {});
  const points = [[toMs, 1] as const];
  return { expr, series: (data as string[]).map((value) => ({ labels: { [label]: value }, points })), warnings: [] };
}

async function ask(expr: string, url: string, request: RequestInit): Promise<Answer> {
  const response = await fetch(url, { ...request, headers: { connection: 'close' } });
  const text = await response.text();
  const answer = text.startsWith('{') ? (JSON.parse(text) as Answer) : { status: text };
  if (response.ok && answer.status === 'success') return answer;
  throw new Error(`HTTP ${response.status}: ${answer.error ?? answer.status}\n${expr}`);
}

/** `+Inf` and `-Inf` as Prometheus writes them. */
function number(text: string): number {
  return /^[+-]?Inf$/.test(text) ? Number(`${text}inity`) : Number(text);
}

/** The latest value of each series that has one; those with NaN only are left out. */
export function latest({ series }: QueryAnswer): { labels: AnsweredSeries['labels']; value: number }[] {
  return series.flatMap(({ labels, points }) => {
    const point = points.findLast(([, value]) => !Number.isNaN(value));
    return point ? [{ labels, value: point[1] }] : [];
  });
}

import { seriesKey } from './scrape.ts';
import type { StackServer } from './stack-server.ts';

/** Labels that VictoriaMetrics adds to what it is pushed, besides the resource's. */
const SCOPE_LABELS = ['scope_name', 'scope_version'];

/** A series as a store holds it. */
export interface StoredSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The latest. */
  readonly value: number;
}

/** All series of a VictoriaMetrics, without the labels that come from the resource and the scope. */
export async function storedSeries(store: StackServer, resourceLabels: readonly string[]): Promise<StoredSeries[]> {
  await store.getText('/internal/force_flush');
  const lines = await store.getText(`/api/v1/export?match[]=${encodeURIComponent('{__name__!=""}')}`);
  const added = new Set([...SCOPE_LABELS, ...resourceLabels]);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { metric, values } = JSON.parse(line) as { metric: Record<string, string>; values: number[] };
      const { __name__: name = '', ...labels } = metric;
      const own = Object.entries(labels).filter(([label]) => !added.has(label));
      return { name, labels: Object.fromEntries(own), value: values.at(-1) as number };
    });
}

/** VictoriaMetrics keeps values as decimals; this many digits of a double survive that for sure. */
const DIGITS = 9;

/** Values by `name{labels}`, rounded to the digits that every store keeps. The bound in `le` is made the same however it was written. */
export function valuesBySeries(series: Iterable<StoredSeries>): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { name, labels, value } of series) {
    const { le } = labels;
    const bound = le === undefined ? {} : { le: le === '+Inf' ? le : String(Number(le)) };
    values[name + seriesKey({ ...labels, ...bound })] = Number(value.toPrecision(DIGITS));
  }
  return values;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Sums } from './fleet-counts.ts';
import { seriesKey } from './scrape.ts';
import type { StackServer } from './stack-server.ts';

type Labels = Readonly<Record<string, string>>;

/** Labels by which the sums are kept apart; over all others, instances too, is summed. */
const KEPT = new Set([
  'network_io_direction',
  'websocket_message_type',
  'le',
  'http_response_status_code',
  'websocket_close_code',
]);

/** Counters and the counters that histograms are made of. */
const COUNTERS = '{__name__=~"(websocket|telemetry|realtime|v8js)_.+_(total|count|sum|bucket)"}';

const POLL_MS = 500;

interface Sample {
  readonly metric: Labels;
  readonly value: number;
}

/** The store answers for whole seconds: what has just been pushed comes before this one. */
function nextSecond(): number {
  return Math.ceil(Date.now() / 1000) + 1;
}

/** The latest value of every counter, with all its labels, processes that have ended included. */
async function latest(store: StackServer): Promise<Sample[]> {
  const query = encodeURIComponent(`last_over_time(${COUNTERS}[1h])`);
  const text = await store.getText(`/api/v1/query?nocache=1&time=${nextSecond()}&query=${query}`);
  const { data } = JSON.parse(text) as { data: { result: { metric: Labels; value: [number, string] }[] } };
  return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

/**
 * What the latest values in a VictoriaMetrics add up to.
 *
 * @param like only series that it has
 * @param instances only these, by `service.instance.id`
 */
export async function storedSums(store: StackServer, like: Sums, instances?: readonly string[]): Promise<Sums> {
  await store.getText('/internal/force_flush');
  const sums: Record<string, number> = Object.fromEntries(Object.keys(like).map((key) => [key, 0]));
  for (const { metric, value } of await latest(store)) {
    if (instances && !instances.includes(metric['service_instance_id'] ?? '')) continue;
    const labels = Object.entries(metric).filter(([label]) => KEPT.has(label));
    const own = Object.fromEntries(labels.map(([label, text]) => [label, label === 'le' ? boundOf(text) : text]));
    const key = (metric['__name__'] ?? '') + seriesKey(own);
    if (sums[key] !== undefined) sums[key] += value;
  }
  return sums;
}

/** However a bound was written. */
function boundOf(le: string): string {
  return le === '+Inf' ? le : String(Number(le));
}

/** All values of a series in time's order. */
export interface History {
  readonly key: string;
  readonly labels: Labels;
  readonly values: readonly number[];
  readonly epochsMs: readonly number[];
}

/** Everything that a VictoriaMetrics holds of counters. */
export async function counterHistories(store: StackServer): Promise<History[]> {
  await store.getText('/internal/force_flush');
  const lines = await store.getText(`/api/v1/export?match[]=${encodeURIComponent(COUNTERS)}&end=${nextSecond()}`);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { metric, values, timestamps } = JSON.parse(line) as {
        metric: Labels;
        values: number[];
        timestamps: number[];
      };
      return { key: seriesKey(metric), labels: metric, values, epochsMs: timestamps };
    });
}

/** Asks a store for all counters again and again, and notes each that has gone down. */
export class CounterWatch {
  /** What went down, as text. */
  readonly falls: string[] = [];
  /** Answers so far; what the store does not answer is not counted. */
  answers = 0;
  readonly #store: StackServer;
  readonly #seen = new Map<string, number>();
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;

  constructor(store: StackServer) {
    this.#store = store;
    this.#ended = this.#run();
  }

  /** Compares with nothing seen until now: what a store that was killed had not written to its disk yet, it no longer knows. */
  forget(): void {
    this.#seen.clear();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const samples = await latest(this.#store).catch(() => undefined);
      if (samples) this.answers++;
      for (const { metric, value } of samples ?? []) {
        const key = seriesKey(metric);
        const before = this.#seen.get(key) ?? 0;
        if (value < before) this.falls.push(`${key}: ${before} → ${value}`);
        this.#seen.set(key, value);
      }
      await sleep(POLL_MS, undefined, { signal: this.#end.signal }).catch(() => undefined);
    }
  }
}

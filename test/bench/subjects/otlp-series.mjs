// Series to push, in the mix of a WebSocket service: one in nine is a histogram of 31 buckets, the others are counters.
import { MASK, SECONDS } from '../values.mjs';

/** The bounds that latencies are exported with unless told otherwise: R5 from 0.1 ms to 63 s. */
const LATENCY_BOUNDS = Array.from({ length: 30 }, (_, index) => Number((1e-4 * 10 ** (index / 5)).toPrecision(2)));
const EVERY = 9;

/** Both labels stay under the cap of values that ours has. */
const MOST_SERIES = 1900;
const SECOND_VALUES = 20;

/**
 * Where series can be made.
 *
 * @typedef {object} Store
 * @property {(name: string) => (a: string, b: string) => (value: number) => void} counter makes one; then finds a series
 * @property {(name: string, bounds: readonly number[]) => (a: string, b: string) => (seconds: number) => void} histogram the same
 */

/** @type {Record<string, (reader: import('@opentelemetry/sdk-metrics').IMetricReader | undefined) => Promise<Store>>} */
export const stores = {
  async ours(reader) {
    const { initializeTelemetryDashboard } = await import('../../../dist/index.js');
    const readers = reader ? [reader] : [];
    const { prometheus } = await initializeTelemetryDashboard({ config: { prometheus: { enabled: false } }, readers });
    const bound = (made, record) => (a, b) => {
      const series = made.bind({ a, b });
      return (value) => series[record](value);
    };
    return {
      counter: (name) => bound(prometheus.counter(name, { description: 'Bench', attributes: ['a', 'b'] }), 'add'),
      histogram: (name, buckets) =>
        bound(
          prometheus.histogram(name, { description: 'Bench', unit: 's', attributes: ['a', 'b'], buckets }),
          'record',
        ),
    };
  },
  async opentelemetry(reader) {
    const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
    const meter = new MeterProvider({ readers: [reader] }).getMeter('bench');
    return {
      counter: (name) => {
        const counter = meter.createCounter(name, { description: 'Bench' });
        return (a, b) => (value) => counter.add(value, { a, b });
      },
      histogram: (name, explicitBucketBoundaries) => {
        const options = { description: 'Bench', unit: 's', advice: { explicitBucketBoundaries } };
        const histogram = meter.createHistogram(name, options);
        return (a, b) => (seconds) => histogram.record(seconds, { a, b });
      },
    };
  },
};

/** @returns {() => void} changes each of `count` series once */
export function fillMixed(store, count) {
  const records = [];
  const groups = Math.ceil(count / MOST_SERIES);
  const kinds = Array.from({ length: groups }, (_, group) => ({
    counter: store.counter(`bench_${group}_items`),
    histogram: store.histogram(`bench_${group}_wait`, LATENCY_BOUNDS),
  }));
  for (let s = 0; s < count; s++) {
    const { counter, histogram } = kinds[s % groups];
    const seriesOf = s % EVERY === EVERY - 1 ? histogram : counter;
    records.push(seriesOf(`room-${Math.floor(s / SECOND_VALUES) % 100}`, `kind-${s % SECOND_VALUES}`));
  }
  let turn = 0;
  return () => {
    for (const record of records) record(SECONDS[turn++ & MASK]);
  };
}

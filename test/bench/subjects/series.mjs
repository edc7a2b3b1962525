// Histograms of 15 buckets with 2 labels, many series of them: none has more than 1,900, where the SDK begins to fold.
import { BOUNDS, MASK, SECONDS } from '../values.mjs';

const MOST_SERIES = 1900;
const SECOND_VALUES = 20;

/**
 * A store of metrics.
 *
 * @typedef {object} Store
 * @property {(name: string) => (a: string, b: string) => (seconds: number) => void} histogram makes one; then finds a series
 * @property {(request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) => unknown} handler
 */

/** @type {Record<string, () => Promise<Store>>} */
export const stores = {
  async ours() {
    const { initializeTelemetryDashboard } = await import('../../../dist/index.js');
    const dashboard = await initializeTelemetryDashboard();
    return {
      histogram: (name) => {
        const options = { description: 'Bench', unit: 's', attributes: ['a', 'b'], buckets: BOUNDS };
        const histogram = dashboard.prometheus.histogram(name, options);
        return (a, b) => {
          const bound = histogram.bind({ a, b });
          return (seconds) => bound.record(seconds);
        };
      },
      handler: dashboard.metricsHandler,
    };
  },
  async 'prom-client'() {
    const { Histogram, collectDefaultMetrics, register } = (await import('prom-client')).default;
    // what a service uses, and what stands against the metrics of process and host that ours has built in
    collectDefaultMetrics();
    return {
      histogram: (name) => {
        const histogram = new Histogram({ name, help: 'Bench', labelNames: ['a', 'b'], buckets: BOUNDS });
        return (a, b) => {
          const child = histogram.labels(a, b);
          return (seconds) => child.observe(seconds);
        };
      },
      handler: async (_request, response) => {
        response.setHeader('content-type', register.contentType);
        response.end(await register.metrics());
      },
    };
  },
  async opentelemetry() {
    const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
    const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
    const exporter = new PrometheusExporter({ preventServerStart: true });
    const meter = new MeterProvider({ readers: [exporter] }).getMeter('bench');
    return {
      histogram: (name) => {
        const options = { description: 'Bench', unit: 's', advice: { explicitBucketBoundaries: BOUNDS } };
        const histogram = meter.createHistogram(name, options);
        return (a, b) => {
          const attributes = { a, b };
          return (seconds) => histogram.record(seconds, attributes);
        };
      },
      handler: (request, response) => exporter.getMetricsRequestHandler(request, response),
    };
  },
};

/** @returns {() => void} records one value into each of `count` series, of histograms whose names begin with `prefix` */
export function fill(store, prefix, count) {
  const records = [];
  const histograms = Math.ceil(count / MOST_SERIES);
  for (let h = 0; h < histograms; h++) {
    const seriesOf = store.histogram(`${prefix}_${h}`);
    const share = Math.floor(((h + 1) * count) / histograms) - Math.floor((h * count) / histograms);
    for (let s = 0; s < share; s++) {
      records.push(seriesOf(`room-${Math.floor(s / SECOND_VALUES)}`, `kind-${s % SECOND_VALUES}`));
    }
  }
  let turn = 0;
  return () => {
    for (const record of records) record(SECONDS[turn++ & MASK]);
  };
}

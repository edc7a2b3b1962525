// node --expose-gc otlp.mjs STORE SERIES PROTOCOL URL: pushes when it is asked to, and tells what that cost. PROTOCOL `none`: never.
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../worker.mjs';
import { fillMixed, stores } from './otlp-series.mjs';

const EXPORTERS = {
  'http/protobuf': '@opentelemetry/exporter-metrics-otlp-proto',
  'http/json': '@opentelemetry/exporter-metrics-otlp-http',
};
const NEVER_MS = 3_600_000;

const [name, count, protocol, url] = process.argv.slice(2);
const reader = protocol === 'none' ? undefined : await readerOf(EXPORTERS[protocol]);
const touch = fillMixed(await stores[name](reader), Number(count));

async function readerOf(exporterPackage) {
  const { PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
  const { OTLPMetricExporter } = await import(exporterPackage);
  const exporter = new OTLPMetricExporter({ url, compression: 'gzip' });
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: NEVER_MS });
}

serve({
  /** @returns CPU time of one push in ms, all threads of the process counted */
  push: async () => {
    touch();
    const before = process.cpuUsage();
    await reader.forceFlush();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  },
  rssBytes: async () => {
    for (let turn = 0; turn < 3; turn++) {
      await sleep(20);
      globalThis.gc();
    }
    return process.memoryUsage.rss();
  },
});

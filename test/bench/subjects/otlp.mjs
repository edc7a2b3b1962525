// node --expose-gc otlp.mjs STORE SERIES PROTOCOL URL: pushes when it is asked to, and tells what that cost. PROTOCOL `none`: never.
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../worker.mjs';
import { fillMixed, stores } from './otlp-series.mjs';

const NEVER_MS = 3_600_000;
const TIMEOUT_MS = 10_000;

const [name, count, protocol, url] = process.argv.slice(2);
const readers = { ours: ourReader, opentelemetry: sdkReader };
const reader = protocol === 'none' ? undefined : await readers[name]();
const touch = fillMixed(await stores[name](reader), Number(count));

/** The reader that the section `otlp` of a configuration makes, so that it can be told when to push. */
async function ourReader() {
  const { resolveConfig } = await import('../../../dist/config/resolve.js');
  const { systemClock } = await import('../../../dist/base/clock.js');
  const { LineLogger, createOnceLogger } = await import('../../../dist/base/logger.js');
  const { otlpReaderOf } = await import('../../../dist/otel/otlp/reader.js');
  const given = { enabled: true, protocol, endpoint: url, interval_ms: NEVER_MS, timeout_ms: TIMEOUT_MS };
  const { otlp, logging } = resolveConfig('bench', { otlp: given });
  const logger = createOnceLogger(new LineLogger(logging));
  return otlpReaderOf(otlp, { source: 'bench', logger, clock: systemClock, mayPush: () => true });
}

async function sdkReader() {
  const { PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto');
  const exporter = new OTLPMetricExporter({ url, compression: 'gzip', timeoutMillis: TIMEOUT_MS });
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

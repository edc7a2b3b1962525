// Where and with what the figures were measured.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';

const PEERS = [
  'prom-client',
  '@opentelemetry/api',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/exporter-prometheus',
  'ws',
];

/** @returns {Record<string, string>} */
export function machine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    CPU: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    OS: `${type()} ${release()} ${process.arch}`,
    'Node.js': process.version,
    ...Object.fromEntries(PEERS.map((name) => [name, versionOf(name)])),
  };
}

function versionOf(name) {
  const path = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

// The programs that are not Node.js: found on the PATH, started with a folder of their own, and ended with it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const RELABELLING = fileURLToPath(new URL('../../otel-collector/victoria-metrics-relabel.yml', import.meta.url));
const COLLECTOR_YAML = fileURLToPath(new URL('../../otel-collector/collector.yaml', import.meta.url));
const LOG = 'log.txt';
const READY_MS = 20_000;
const GRACE_MS = 10_000;
const POLL_MS = 50;

/** A program that is needed cannot be had: the message is for the user's eyes. */
export class MissingProgram extends Error {}

/** Names under which each is known, the first is that of the project. */
const COLLECTORS = ['otelcol', 'otelcol-contrib'];
const VICTORIA_METRICS = ['victoria-metrics', 'victoria-metrics-prod', 'victoriametrics'];
const PROMETHEUS = ['prometheus'];
const OTLP_RECEIVER = '--web.enable-otlp-receiver';

/**
 * Looks for a collector and a store on the PATH.
 *
 * @throws {MissingProgram} with one line for each that is missing, and how to get it
 */
export function findPrograms() {
  const collector = find(COLLECTORS);
  const victoriaMetrics = find(VICTORIA_METRICS);
  const prometheus = find(PROMETHEUS);
  const missing = [];
  if (!collector) {
    missing.push(
      'no OpenTelemetry Collector: put otelcol on the PATH, from https://github.com/open-telemetry/opentelemetry-collector-releases/releases (otelcol_VERSION_SYSTEM.tar.gz)',
    );
  }
  if (!victoriaMetrics && !(prometheus && takesOtlp(prometheus))) {
    const unfit = prometheus ? ` (${prometheus} was built without its OTLP receiver)` : '';
    missing.push(
      `no store${unfit}: put victoria-metrics on the PATH, from https://github.com/VictoriaMetrics/VictoriaMetrics/releases (victoria-metrics-SYSTEM-VERSION.tar.gz), or prometheus 3, from https://prometheus.io/download/`,
    );
  }
  if (missing.length > 0) throw new MissingProgram(missing.join('\n'));
  return { collector, store: victoriaMetrics ?? prometheus, isPrometheus: !victoriaMetrics };
}

/** Whether a Prometheus was built with its OTLP receiver; some distributions leave it out. */
function takesOtlp(prometheus) {
  return spawnSync(prometheus, ['--help'], { encoding: 'utf8' }).stdout?.includes(OTLP_RECEIVER) ?? false;
}

function find(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A server that can be killed and started again on its port, with its data. */
class Program {
  #name;
  #start;
  #readyUrl;
  #folder;
  #child;
  /** Without it a process that ends by an error would leave the program behind. */
  #onExit = () => {
    this.#child?.kill('SIGKILL');
    this.#removeFolder();
  };

  constructor({ name, file, args, env = {}, folder, readyUrl }) {
    this.#name = name;
    this.#readyUrl = readyUrl;
    this.#folder = folder;
    // in a process group of its own: a terminal sends its Ctrl-C to all others, and the servers have something to push before
    this.#start = () => {
      const log = openSync(join(folder, LOG), 'a');
      const child = spawn(file, args, {
        cwd: folder,
        env: { ...process.env, ...env },
        stdio: ['ignore', log, log],
        detached: true,
      });
      closeSync(log);
      return child;
    };
    process.on('exit', this.#onExit);
  }

  get isRunning() {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it, unless it runs, and waits until it is ready. */
  async start() {
    if (this.isRunning) return;
    const child = this.#start();
    this.#child = child;
    let failure;
    child.once('error', (error) => (failure = error.message));
    child.once('exit', (code, signal) => (failure ??= `it ended (${signal ?? `exit code ${code}`})`));
    const endMs = performance.now() + READY_MS;
    while (!(await this.#isReady())) {
      failure ??= performance.now() > endMs ? `it is not ready after ${READY_MS / 1000} s` : undefined;
      if (failure) throw new Error(`${this.#name}: ${failure}\n${this.#lastLine}`);
      await sleep(POLL_MS);
    }
  }

  /** Ends it at once, as a crash would. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Ends it, with its folder. */
  async close() {
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), GRACE_MS);
    await this.#end('SIGTERM');
    clearTimeout(timer);
    process.off('exit', this.#onExit);
    this.#removeFolder();
  }

  #removeFolder() {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  get #lastLine() {
    return readFileSync(join(this.#folder, LOG), 'utf8').trimEnd().split('\n').at(-1);
  }

  async #end(signal) {
    if (!this.isRunning) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }

  async #isReady() {
    // refused as long as it does not listen; any answer will do
    const answer = await fetch(this.#readyUrl).catch(() => undefined);
    await answer?.text();
    return answer !== undefined && answer.status !== 503;
  }
}

function folderOf(name) {
  return mkdtempSync(join(tmpdir(), `fleet-${name}-`));
}

/** A port on loopback that nobody listens on just now. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  return port;
}

/** @returns {Promise<{ program: Program, url: string, otlpUrl: string }>} not started yet; `otlpUrl` is a base, for a collector */
export async function storeOf({ store, isPrometheus }) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const folder = folderOf('store');
  if (!isPrometheus) {
    const args = [
      ...['-storageDataPath=data', `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=1d'],
      ...['-opentelemetry.usePrometheusNaming', `-relabelConfig=${RELABELLING}`, '-search.latencyOffset=0s'],
    ];
    const program = new Program({ name: 'the store', file: store, args, folder, readyUrl: `${url}/health` });
    return { program, url, otlpUrl: `${url}/opentelemetry` };
  }
  // what the collector could not hand on at once arrives late
  writeFileSync(join(folder, 'prometheus.yml'), 'storage: { tsdb: { out_of_order_time_window: 30m } }\n');
  const args = [
    ...['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`],
    OTLP_RECEIVER,
  ];
  const program = new Program({ name: 'the store', file: store, args, folder, readyUrl: `${url}/-/ready` });
  return { program, url, otlpUrl: `${url}/api/v1/otlp` };
}

/** @returns {Promise<{ program: Program, url: string }>} not started yet: the agent as this repository has it; `url` is where to push to */
export async function collectorOf({ collector }, storeUrl) {
  const [port, grpcPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const program = new Program({
    name: 'the collector',
    file: collector,
    args: [`--config=${COLLECTOR_YAML}`],
    env: {
      OTLP_ENDPOINT: storeUrl,
      OTLP_HTTP_PORT: String(port),
      OTLP_GRPC_PORT: String(grpcPort),
      COLLECTOR_METRICS_PORT: String(metricsPort),
    },
    folder: folderOf('collector'),
    readyUrl: url,
  });
  return { program, url };
}

// Real servers as children, what they cost, and what they say of themselves.
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const COLLECTOR_FILES = fileURLToPath(new URL('../../../otel-collector/', import.meta.url));
const POLL_MS = 50;
const READY_MS = 20_000;
const agent = new Agent({ keepAlive: true });

/** @returns {string[]} those of `programs` that are not on the PATH */
export function missing(programs) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const isThere = (file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return programs.filter((program) => !folders.some((folder) => isThere(join(folder, program))));
}

/** A server of the stack on loopback. */
export class Server {
  #child;
  #folder;
  #metricsUrl;

  /** @param {string} base what a push goes to, without `/v1/metrics` */
  constructor(base, metricsUrl, child, folder) {
    this.base = base;
    this.#metricsUrl = metricsUrl;
    this.#child = child;
    this.#folder = folder;
  }

  /**
   * A collector with a configuration as it is shipped.
   *
   * @param {'collector' | 'gateway'} name
   * @param {Record<string, string>} env its variables, besides the ports
   */
  static async collector(name, env) {
    const [grpcPort, httpPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
    const ports = { OTLP_GRPC_PORT: grpcPort, OTLP_HTTP_PORT: httpPort, COLLECTOR_METRICS_PORT: metricsPort };
    const args = ['--config', join(COLLECTOR_FILES, `${name}.yaml`)];
    return start('otelcol', () => args, { ...ports, ...env }, httpPort, '', `http://127.0.0.1:${metricsPort}/metrics`);
  }

  /** VictoriaMetrics as the README starts it. */
  static async victoriaMetrics() {
    const port = await freePort();
    const args = (folder) => [
      `-storageDataPath=${join(folder, 'data')}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-opentelemetry.usePrometheusNaming',
      `-relabelConfig=${COLLECTOR_FILES}victoria-metrics-relabel.yml`,
      '-retentionPeriod=7d',
    ];
    return start('victoria-metrics', args, {}, port, '/opentelemetry', `http://127.0.0.1:${port}/metrics`);
  }

  /** CPU time of all its threads until now. Linux only. */
  get cpuMs() {
    const tasks = `/proc/${this.#child.pid}/task`;
    const times = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
    return times.reduce((sum, nanoseconds) => sum + Number(nanoseconds), 0) / 1e6;
  }

  get rssBytes() {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'));
    return Number(kilobytes) * 1024;
  }

  /** The sum of all series of a metric of its own whose text matches, 0 without one. */
  async metric(pattern) {
    const { text } = await send(this.#metricsUrl, 'GET');
    const values = text.split('\n').filter((line) => pattern.test(line) && !line.startsWith('#'));
    return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** @param {Buffer} body gzipped protobuf */
  async push(body) {
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
    const { status, text } = await send(`${this.base}/v1/metrics`, 'POST', headers, body);
    if (status !== 200) throw new Error(`${this.base} answered ${status}: ${text}`);
  }

  async get(path) {
    return (await send(new URL(path, this.base).href, 'GET')).text;
  }

  async stop() {
    this.#child.kill('SIGKILL');
    await this.#child.ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function start(program, argsFor, env, port, path, metricsUrl) {
  const folder = mkdtempSync(join(tmpdir(), `telemetry-dashboard-bench-${program}-`));
  const texts = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
  const child = spawn(program, argsFor(folder), { env: { ...process.env, ...texts }, stdio: 'ignore' });
  child.ended = new Promise((resolve) => child.once('exit', resolve));
  const server = new Server(`http://127.0.0.1:${port}${path}`, metricsUrl, child, folder);
  const ready = () => send(metricsUrl, 'GET').then(({ status }) => status === 200).catch(() => false); // prettier-ignore
  try {
    await until(`${program} to be ready`, ready, READY_MS);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** Asks until it is so. */
export async function until(what, ask, deadlineMs = 60_000) {
  const endMs = performance.now() + deadlineMs;
  while (!(await ask())) {
    if (performance.now() > endMs) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await sleep(POLL_MS);
  }
}

function send(url, method, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers }, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() });
    });
    sent.on('error', reject).end(body);
  });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

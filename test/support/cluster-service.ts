import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { WebSocket } from 'ws';
import { freePort } from './free-port.ts';
import { closeLater } from './leftovers.ts';
import { Program } from './program.ts';
import { parseSamples } from './prometheus-text.ts';
import type { Sample } from './prometheus-text.ts';
import { waitFor } from './wait-for.ts';

const FIXTURES = resolve(__dirname, '../fixtures');

export interface ServiceOptions {
  /** Under `test/fixtures`. Default: `cluster/service.cjs`. */
  readonly program?: string;
  readonly args?: readonly string[];
  /** Whether it runs under `--import telemetry-dashboard/register`; else it calls the API. Default: true. */
  readonly register?: boolean;
  readonly config?: object;
  readonly env?: Readonly<Record<string, string>>;
}

/** A running `test/fixtures/cluster/service.cjs`, or what has the same control server. */
export class ClusterService {
  readonly program: Program;
  /** Of its metrics. */
  readonly port: number;

  private constructor(program: Program, port: number) {
    this.program = program;
    this.port = port;
  }

  static async start({
    program = 'cluster/service.cjs',
    args = [],
    register = true,
    config = {},
    env = {},
  }: ServiceOptions) {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-cluster-'));
    closeLater(() => {
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify({ prometheus: { port }, ...config }));
    const imports = register ? ['--import', 'telemetry-dashboard/register'] : [];
    const running = new Program([...imports, join(FIXTURES, program), ...args], {
      env: { TELEMETRY_DASHBOARD_CONFIG: file, ...(register ? {} : { API: '1' }), ...env },
    });
    const service = new ClusterService(running, port);
    await running.said(/control (\d+)/);
    return service;
  }

  /** Asks its control server. @throws Error with its answer where that is not 200 */
  async ask<Answer>(what: string, pid?: number): Promise<Answer> {
    const control = await this.program.said(/control (\d+)/);
    const url = `http://127.0.0.1:${control}/${what.replaceAll(' ', '_')}${pid === undefined ? '' : `?pid=${pid}`}`;
    const response = await fetch(url, { headers: { connection: 'close' } });
    const answer = (await response.json()) as Answer;
    if (!response.ok) throw new Error(String(answer));
    return answer;
  }

  pids(): Promise<number[]> {
    return this.ask<number[]>('pids');
  }

  /** The ports on which its workers echo, once so many do. */
  async echoes(count: number): Promise<number[]> {
    const read = (): number[] => [...this.program.stdout.matchAll(/echo (\d+)\./g)].map(([, port]) => Number(port));
    await waitFor(`${count} workers:\n${this.program.stderr}`, () => read().length >= count, 15_000);
    return read();
  }

  async scrape(path = '/metrics'): Promise<Sample[]> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { headers: { connection: 'close' } });
    if (!response.ok) throw new Error(await response.text());
    return parseSamples(await response.text());
  }

  /** The sum of the samples with this name and these labels; undefined without one. */
  async sum(name: string, labels: Readonly<Record<string, string>> = {}, path?: string): Promise<number | undefined> {
    return sumOf(await this.scrape(path), name, labels);
  }

  /** The same, waiting for what is told without being asked for; a service that is not there yet is waited for too. */
  waitForSum(name: string, wanted: number, labels: Readonly<Record<string, string>> = {}): Promise<unknown> {
    return waitFor(
      `${name} ${JSON.stringify(labels)} to be ${wanted}:\n${this.program.stderr}`,
      async () => (await this.sum(name, labels).catch(() => undefined)) === wanted,
      10_000,
    );
  }
}

export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) => sample.labels.some(([k, v]) => k === key && v === value)),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
}

/** A client of an echo server that sends one message after the other has come back. */
export class EchoClient {
  sent = 0;
  answered = 0;
  #goesOn = true;
  readonly #socket: WebSocket;
  readonly #opened: Promise<void>;
  /** Ends when the socket does. */
  readonly closed: Promise<void>;

  constructor(port: number) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}`);
    this.#opened = new Promise((resolveOpen) => this.#socket.once('open', resolveOpen));
    this.closed = new Promise((resolveClosed) => this.#socket.once('close', resolveClosed));
    this.#socket.on('error', () => undefined);
    closeLater(() => {
      this.#socket.terminate();
    });
  }

  /** Sends so many messages; ends when all are answered, it was told to stop, or the socket is gone. */
  async echo(count: number): Promise<void> {
    await Promise.race([this.#opened, this.closed]);
    this.#goesOn = true;
    for (let index = 0; index < count && this.#canGoOn(); index++) {
      const answer = new Promise<void>((resolveAnswer) => this.#socket.once('message', () => resolveAnswer()));
      this.sent++;
      this.#socket.send('hello');
      if ((await Promise.race([answer.then(() => true), this.closed])) !== true) return;
      this.answered++;
    }
  }

  stop(): void {
    this.#goesOn = false;
  }

  #canGoOn(): boolean {
    return this.#goesOn && this.#socket.readyState === WebSocket.OPEN;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}

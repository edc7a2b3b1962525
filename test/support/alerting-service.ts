import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { AlertNotice, RealtimeMetrics, TelemetryConfig } from '../../src/index.ts';
import { Child } from './child-process.ts';

const PROGRAM = resolve(__dirname, '..', 'fixtures', 'stack', 'alerting-service.cjs');
const SEND_INTERVAL_MS = 10;

/** What the service does with each message. */
export interface Behaviour {
  /** Its handler's promise takes so long. */
  readonly delayMs?: number;
  /** The application records such a latency; 0: none. */
  readonly latencyMs?: number;
  /** Share of the messages that end in an error. */
  readonly errorRatio?: number;
  readonly ballastMb?: number;
}

/** What the service tells of itself. */
export interface ServiceReport {
  /** What `dashboard.on('alert')` has heard, in order. */
  readonly heard: readonly AlertNotice[];
  readonly received: number;
  readonly metrics: RealtimeMetrics;
}

/** A ws service in a process of its own, with a client that sends it messages all the time. */
export class AlertingService {
  readonly metricsUrl: string;
  readonly configFile: string;
  readonly #child: Child;
  readonly #url: string;
  readonly #client: WebSocket;
  readonly #folder: string;
  #timer: NodeJS.Timeout;

  private constructor(child: Child, addresses: readonly string[], folder: string, client: WebSocket) {
    const [own = '', metricsUrl = ''] = addresses;
    this.#child = child;
    this.#url = `http://${own}`;
    this.metricsUrl = metricsUrl;
    this.#folder = folder;
    this.configFile = join(folder, 'monitoring.json');
    this.#client = client;
    this.#timer = this.#send();
  }

  static async start(config: TelemetryConfig): Promise<AlertingService> {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-alerting-'));
    const file = join(folder, 'monitoring.json');
    writeFileSync(file, JSON.stringify(config));
    const child = new Child(process.execPath, ['--expose-gc', PROGRAM], {
      env: { TELEMETRY_DASHBOARD_CONFIG: file },
    });
    try {
      const line = await child.waitForOutput(/(ready on .*)\n/, 30_000);
      const addresses = /ready on (\S+), metrics on (\S+)/.exec(line)?.slice(1) ?? [];
      const client = new WebSocket(`ws://${addresses[0] ?? ''}`);
      await once(client, 'open');
      return new AlertingService(child, addresses, folder, client);
    } catch (error) {
      await child.stop();
      throw error;
    }
  }

  /** What it has written to standard error. */
  get stderr(): string {
    return this.#child.stderr;
  }

  async set(behaviour: Behaviour): Promise<void> {
    const query = Object.entries(behaviour).map(([key, value]) => `${key}=${String(value)}`);
    await (await fetch(`${this.#url}/set?${query.join('&')}`)).text();
  }

  async report(): Promise<ServiceReport> {
    return (await (await fetch(this.#url)).json()) as ServiceReport;
  }

  /** Stops the messages; returns how to go on. */
  rest(): () => void {
    clearInterval(this.#timer);
    return () => {
      this.#timer = this.#send();
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#client.terminate();
    await this.#child.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #send(): NodeJS.Timeout {
    return setInterval(() => {
      this.#client.send('hello');
    }, SEND_INTERVAL_MS);
  }
}

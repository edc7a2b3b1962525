import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendRequest } from '../../src/http/request.ts';
import type { Answer, Credentials } from '../../src/http/request.ts';
import { Child } from './child-process.ts';
import { freePort } from './free-port.ts';
import { HttpSink } from './http-sink.ts';
import { closeLater } from './leftovers.ts';
import { waitFor } from './wait-for.ts';

const READY_MS = 20_000;

/** An alert as `GET /api/v2/alerts` gives it. */
export interface StoredAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly fingerprint: string;
}

/** An alert as a webhook gets it. */
export interface ToldAlert extends StoredAlert {
  readonly status: 'firing' | 'resolved';
}

/** A real Alertmanager on loopback that tells a webhook of ours. It goes with the test's leftovers. */
export class Alertmanager {
  readonly url: string;
  readonly #port: number;
  readonly #folder: string;
  readonly #webhook: HttpSink;
  readonly #hasWebConfig: boolean;
  readonly #credentials: Credentials | undefined;
  #child: Child | undefined;

  private constructor(port: number, folder: string, webhook: HttpSink, options: AlertmanagerOptions) {
    this.url = `${options.webConfig ? 'https' : 'http'}://127.0.0.1:${port}`;
    this.#port = port;
    this.#folder = folder;
    this.#webhook = webhook;
    this.#hasWebConfig = options.webConfig !== undefined;
    this.#credentials = options.credentials;
  }

  static async start(options: AlertmanagerOptions = {}): Promise<Alertmanager> {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-alertmanager-'));
    const webhook = await HttpSink.start();
    const server = new Alertmanager(await freePort(), folder, webhook, options);
    closeLater(async () => {
      await server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });
    const config = {
      route: {
        receiver: 'webhook',
        group_by: ['alertname'],
        group_wait: '100ms',
        group_interval: '300ms',
        repeat_interval: '1h',
      },
      receivers: [{ name: 'webhook', webhook_configs: [{ url: webhook.url, send_resolved: true }] }],
    };
    writeFileSync(join(folder, 'alertmanager.yml'), JSON.stringify(config)); // JSON is YAML
    if (options.webConfig) writeFileSync(join(folder, 'web.yml'), JSON.stringify(options.webConfig(folder)));
    await server.up();
    return server;
  }

  /** Starts it, again where it was killed. It keeps what it wrote to its folder. */
  async up(): Promise<void> {
    const child = new Child('alertmanager', [
      `--config.file=${join(this.#folder, 'alertmanager.yml')}`,
      `--storage.path=${join(this.#folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${this.#port}`,
      // without gossip it does not wait for peers
      '--cluster.listen-address=',
      ...(this.#hasWebConfig ? [`--web.config.file=${join(this.#folder, 'web.yml')}`] : []),
    ]);
    this.#child = child;
    const isReady = async (): Promise<boolean> => {
      if (child.ended) throw new Error(`it has ended: ${child.stderr}`);
      const answer = await this.#get('/-/ready').catch(() => undefined);
      return answer?.status === 200;
    };
    await waitFor('alertmanager to be ready', isReady, READY_MS);
  }

  /** Ends it: SIGTERM lets it write down whom it has told. */
  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#child?.kill(signal);
    await this.#child?.ending;
    this.#child = undefined;
  }

  /** Its alerts that are not resolved. */
  async alerts(): Promise<StoredAlert[]> {
    const { status, text } = await this.#get('/api/v2/alerts');
    if (status !== 200) throw new Error(`alertmanager answered ${status}: ${text}`);
    return JSON.parse(text) as StoredAlert[];
  }

  /** All that the webhook was told, in order: `firing a`. */
  get told(): ToldAlert[] {
    return this.#webhook.requests.flatMap(({ body }) => (JSON.parse(body) as { alerts: ToldAlert[] }).alerts);
  }

  #get(path: string): Promise<Answer> {
    return sendRequest({
      method: 'GET',
      url: new URL(this.url + path),
      credentials: this.#credentials,
      tls: { rejectUnauthorized: false },
      timeoutMs: 5000,
    });
  }
}

export interface AlertmanagerOptions {
  /** Makes its `--web.config.file`, which has TLS; may write files to the folder. */
  readonly webConfig?: (folder: string) => object;
  /** Whom the tests are to it. */
  readonly credentials?: Credentials;
}

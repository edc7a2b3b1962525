import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child-process.ts';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

const READY_MS = 20_000;

/** A real server of the stack, on loopback, with a folder of its own that goes with it. */
export class StackServer {
  readonly url: string;
  readonly #program: string;
  readonly #launch: () => Child;
  readonly #folder: string;
  readonly #readyPath: string;
  #child: Child;

  private constructor(
    url: string,
    [program, args, env]: readonly [program: string, args: readonly string[], env: Readonly<Record<string, string>>],
    folder: string,
    readyPath: string,
  ) {
    this.url = url;
    this.#program = program;
    this.#launch = () => new Child(program, args, { cwd: folder, env });
    this.#folder = folder;
    this.#readyPath = readyPath;
    this.#child = this.#launch();
  }

  /**
   * Starts a program and waits until it is ready.
   *
   * @param argsFor its arguments, given a free port and its folder; may write files there
   * @param readyPath answers 200 once it is ready; empty: any answer will do
   * @param envFor added to its environment, given its port
   */
  static async start(
    program: string,
    argsFor: (port: number, folder: string) => readonly string[],
    readyPath: string,
    envFor: (port: number) => Readonly<Record<string, string>> = () => ({}),
  ): Promise<StackServer> {
    const folder = mkdtempSync(join(tmpdir(), `telemetry-dashboard-${program}-`));
    const port = await freePort();
    const launch = [program, argsFor(port, folder), envFor(port)] as const;
    const server = new StackServer(`http://127.0.0.1:${port}`, launch, folder, readyPath);
    try {
      await server.#ready();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Ends it at once, as a loss of power would. Its folder stays. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#child.waitForEnd();
  }

  /** Starts it again after {@link kill}, on the same port with the same folder, and waits until it is ready. */
  async restart(): Promise<void> {
    this.#child = this.#launch();
    await this.#ready();
  }

  async stop(): Promise<void> {
    await this.#child.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @throws Error with the answer where it is not 200 */
  async getText(path: string): Promise<string> {
    const response = await fetch(this.url + path, { headers: { connection: 'close' } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${this.url}${path} answered ${response.status}: ${text}`);
    return text;
  }

  #ready(): Promise<boolean> {
    const isReady = async (): Promise<boolean> => {
      if (this.#child.ended) throw new Error(`it has ended: ${this.#child.stderr}`);
      // refused as long as it does not listen
      const response = await fetch(this.url + this.#readyPath, { headers: { connection: 'close' } }).catch(
        () => undefined,
      );
      return response !== undefined && (this.#readyPath === '' || response.status === 200);
    };
    return waitFor(`${this.#program} to be ready`, isReady, READY_MS);
  }
}

/** One job of {@link startPrometheus}. */
export interface ScrapeJob {
  readonly job: string;
  /** Of its endpoints, with one path. */
  readonly urls: readonly string[];
  /** `scrape_protocols`; without it, Prometheus's default. */
  readonly protocols?: readonly string[];
}

/** Prometheus, scraping each second; the first scrape comes after about 6 s. */
export function startPrometheus(jobs: readonly ScrapeJob[]): Promise<StackServer> {
  return StackServer.start(
    'prometheus',
    (port, folder) => {
      const config = {
        global: { scrape_interval: '1s' },
        scrape_configs: jobs.map(({ job, urls, protocols }) => ({
          job_name: job,
          metrics_path: new URL(urls[0] ?? '').pathname,
          static_configs: [{ targets: urls.map((url) => new URL(url).host) }],
          ...(protocols && { scrape_protocols: protocols }),
        })),
      };
      const file = join(folder, 'prometheus.yml');
      writeFileSync(file, JSON.stringify(config)); // JSON is YAML
      return [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ];
    },
    '/-/ready',
  );
}

/**
 * VictoriaMetrics, naming what it is pushed as Prometheus does: takes OTLP at `/opentelemetry/v1/metrics`.
 *
 * @param flags of its command line, besides
 */
export function startVictoriaMetrics(flags: readonly string[] = []): Promise<StackServer> {
  return StackServer.start(
    'victoria-metrics',
    (port, folder) => [
      `-storageDataPath=${join(folder, 'data')}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-opentelemetry.usePrometheusNaming',
      '-retentionPeriod=1d',
      '-search.latencyOffset=0s',
      ...flags,
    ],
    '/health',
  );
}

/**
 * A collector that hands OTLP on to `store`, with nothing in between: takes it at `/v1/metrics`.
 *
 * @param grpcPort on which it takes gRPC too
 */
export function startCollector(store: StackServer, grpcPort?: number): Promise<StackServer> {
  return StackServer.start(
    'otelcol',
    (port, folder) => {
      const config = {
        receivers: {
          otlp: {
            protocols: {
              http: { endpoint: `127.0.0.1:${port}` },
              ...(grpcPort !== undefined && { grpc: { endpoint: `127.0.0.1:${grpcPort}` } }),
            },
          },
        },
        exporters: { otlp_http: { endpoint: `${store.url}/opentelemetry` } },
        service: {
          pipelines: { metrics: { receivers: ['otlp'], exporters: ['otlp_http'] } },
          telemetry: { metrics: { level: 'none' } },
        },
      };
      const file = join(folder, 'collector.yaml');
      writeFileSync(file, JSON.stringify(config));
      return ['--config', file];
    },
    '',
  );
}

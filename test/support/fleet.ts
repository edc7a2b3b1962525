import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child-process.ts';
import type { Ending } from './child-process.ts';
import type { FleetCounts } from './fleet-counts.ts';
import { sumOfCounts } from './fleet-counts.ts';
import { waitFor } from './wait-for.ts';

const PROGRAMS = join(__dirname, '../../examples/fleet');
const START_MS = 30_000;
const QUIET_MS = 30_000;

/** What a client process says it has counted until then. */
interface Report {
  readonly kind: 'counts' | 'resting' | 'stopped';
  readonly epochMs: number;
  readonly counts: FleetCounts;
}

export interface FleetOptions {
  /** What the names of its servers begin with. */
  readonly name: string;
  readonly processes: number;
  /** Of clients; each has connections to all servers. */
  readonly clientProcesses?: number;
  readonly messagesPerSecond?: number;
  /** How often a client process tells its counts; default 500 ms. */
  readonly reportMs?: number;
  /** Where the servers push to: a full URL. */
  readonly otlpUrl: string;
  /** How often the servers push. */
  readonly intervalMs: number;
  /** Of the servers; default: that of the example, which awaits `shutdown()` at SIGTERM. */
  readonly program?: string;
}

/** One life of a server process: after a restart there is another one with another name. */
export interface FleetServer {
  /** `service.instance.id`. */
  readonly name: string;
  readonly url: string;
  readonly child: Child;
}

/** The server and client processes of `examples/fleet`, under load from the start. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #servers: FleetServer[] = [];
  readonly #clients: Child[] = [];
  readonly #reports: Report[][] = [];
  readonly #lives: number[] = [];

  private constructor(options: FleetOptions) {
    this.#options = options;
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    const { processes, clientProcesses = 1, messagesPerSecond = 400, reportMs = 500 } = options;
    try {
      await Promise.all(Array.from({ length: processes }, (_, index) => fleet.#launch(index)));
      for (let client = 0; client < clientProcesses; client++) {
        const reports: Report[] = (fleet.#reports[client] = []);
        fleet.#clients[client] = new Child(process.execPath, [join(PROGRAMS, 'client.mjs')], {
          cwd: tmpdir(),
          env: {
            CONNECTIONS: String(3 * processes),
            RATE_PER_SECOND: String(messagesPerSecond / clientProcesses),
            REPORT_EVERY_MS: String(reportMs),
          },
          onMessage: (message) => reports.push(message as Report),
        });
      }
      fleet.#tellServers();
      return fleet;
    } catch (error) {
      await fleet.stop();
      throw error;
    }
  }

  get servers(): readonly FleetServer[] {
    return this.#servers;
  }

  /** What all clients had counted when they last reported. */
  get counts(): FleetCounts {
    return sumOfCounts(this.#reports.map((reports) => reports.at(-1)?.counts ?? {}));
  }

  /** What all clients had counted by then, at least: of their reports the last before. */
  countsBy(epochMs: number): FleetCounts {
    return sumOfCounts(
      this.#reports.map((reports) => reports.findLast((report) => report.epochMs <= epochMs)?.counts ?? {}),
    );
  }

  /** Ends a server by SIGTERM under load, once another one has taken its place. */
  async replace(index: number): Promise<void> {
    const old = this.#servers[index]!;
    await this.#launch(index);
    this.#tellServers();
    old.child.kill('SIGTERM');
    const ending = await old.child.waitForEnd(QUIET_MS);
    if (ending.code !== 0) throw new Error(`${old.name} ended by ${JSON.stringify(ending)}: ${old.child.stderr}`);
  }

  /** Ends a server by a signal and waits for its end; none takes its place. */
  async signal(index: number, signal: NodeJS.Signals): Promise<Ending> {
    const { child } = this.#servers[index]!;
    child.kill(signal);
    return child.waitForEnd(QUIET_MS);
  }

  /** Has the clients send no more and waits until all that was sent is answered. They stay connected. */
  rest(): Promise<FleetCounts> {
    return this.#order('rest', 'resting');
  }

  /** Has the clients send no more, waits until all that was sent is answered, and until they have closed their connections. */
  finish(): Promise<FleetCounts> {
    return this.#order('stop', 'stopped');
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.stop()));
    await Promise.all(this.#servers.map(({ child }) => child.stop()));
  }

  async #order(kind: 'rest' | 'stop', answer: Report['kind']): Promise<FleetCounts> {
    for (const client of this.#clients) client.send({ kind });
    await waitFor(
      `all clients to be ${answer}`,
      () => this.#reports.every((reports) => reports.some((report) => report.kind === answer)),
      QUIET_MS,
    );
    return this.counts;
  }

  #tellServers(): void {
    const servers = this.#servers.map(({ name, url }) => ({ name, url }));
    for (const client of this.#clients) client.send({ kind: 'servers', servers });
  }

  async #launch(index: number): Promise<void> {
    const { name: fleet, program = join(PROGRAMS, 'server.mjs'), otlpUrl, intervalMs } = this.#options;
    const life = (this.#lives[index] = (this.#lives[index] ?? 0) + 1);
    const name = `${fleet}-${index + 1}.${life}`;
    let url: string | undefined;
    const child = new Child(process.execPath, [program], {
      cwd: tmpdir(), // where no configuration file is
      env: {
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: otlpUrl,
        OTEL_METRIC_EXPORT_INTERVAL: String(intervalMs),
        OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name}`,
      },
      onMessage: (message) => (url = (message as { url: string }).url),
    });
    const isUp = (): string | undefined => {
      if (child.ended) throw new Error(`${name} has ended: ${child.stderr}`);
      return url;
    };
    try {
      this.#servers[index] = { name, url: await waitFor(`${name} to listen`, isUp, START_MS), child };
    } catch (error) {
      await child.stop();
      throw error;
    }
  }
}

import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { Peer } from '../support/peer.ts';
import { scrape } from '../support/scrape.ts';
import { seededRandom } from '../support/distributions.ts';
import { establishedOf, pairOf, readEstablished } from './established.ts';
import type { Connection } from './established.ts';
import { quietFigures } from './quiet.ts';
import type { QuietFigures, Report } from './quiet.ts';
import { nextStep } from './steps.ts';
import type { Step } from './steps.ts';

/** A connection is soon idle, so that both states come and go; what cannot be measured is written to standard error. */
const CONFIG = {
  prometheus: { port: 0 },
  websocket: { idle_after_ms: 250, ping_interval_ms: 100, routes: ['/live'] },
  logging: { level: 'warn' },
};

const CLIENTS = 4;
const PLACES = 3;
const KEPT_STEPS = 50;

/** In this time everything must be as it is to be, and stay so for so many readings. */
const SETTLE_MS = 20_000;
const STEADY_READINGS = 4;
const READING_EVERY_MS = 40;

/** How often the endpoint of a process is scraped under the storm. */
const SCRAPE_EVERY = 40;

interface ServerReady {
  readonly metricsUrl: string;
  readonly mutePort: number;
}

type ClientReady = Pick<ServerReady, 'metricsUrl'>;

/** The processes and what is done to them. The steps follow from the seed alone; what comes of them, from chance too. */
export class Storm {
  /** Processes that ended by a signal and were replaced. */
  replaced = 0;
  scrapes = 0;
  /** How often the processes that live have read all their gauges. */
  readings = 0;
  readonly #random: () => number;
  readonly #server: Peer<ServerReady>;
  readonly #clients: Peer<ClientReady>[] = [];
  /** Ports on which a server listens now, by its place; and every one there ever was. */
  readonly #ports: number[] = [];
  readonly #everPorts = new Set<number>();
  readonly #closedPorts: number[] = [1];
  readonly #lastSteps: string[] = [];
  #steps = 0;

  private constructor(seed: number, server: Peer<ServerReady>) {
    this.#random = seededRandom(seed);
    this.#server = server;
  }

  static async start(seed: number): Promise<Storm> {
    const storm = new Storm(seed, await Peer.start('the server', 'soak/server.cjs', { config: CONFIG }));
    for (let place = 0; place < PLACES; place++) {
      const kind = ['port', 'server', 'noServer'][place];
      await storm.#listen({ to: 'server', who: 0, act: 'listen', place, kind, deflate: place === 1 });
    }
    for (let index = 0; index < CLIENTS; index++) storm.#clients.push(await storm.#startClient(index));
    return storm;
  }

  get steps(): number {
    return this.#steps;
  }

  /** The last steps, one a line. */
  get history(): string {
    return this.#lastSteps.join('\n');
  }

  async step(): Promise<void> {
    const step = nextStep(this.#random);
    this.#lastSteps.push(`${++this.#steps} ${JSON.stringify(step)}`);
    if (this.#lastSteps.length > KEPT_STEPS) this.#lastSteps.shift();
    await this.#do(step);
    if (this.#steps % SCRAPE_EVERY === 0) await this.#scrape();
    // now and then the processes get ahead of the steps, else they find many at once
    if (this.#random() < 0.3) await sleep(30 * this.#random());
    else await setImmediate();
  }

  /**
   * Stops the traffic and waits until nothing changes any more.
   *
   * @throws Error where our count is not that of the operating system, or was wrong at any time since the start
   */
  async quiet(): Promise<QuietFigures & { settledMs: number }> {
    const startMs = performance.now();
    this.#continueAll();
    for (const peer of this.#peers) peer.tell({ act: 'settle' });
    let before = '';
    let steady = 0;
    for (;;) {
      const figures = await this.#read();
      if (figures.faults.length > 0) throw new Error(figures.faults.join('\n'));
      const now = JSON.stringify(figures);
      steady = figures.wrong.length > 0 ? 0 : now === before ? steady + 1 : 1;
      before = now;
      const settledMs = performance.now() - startMs;
      if (steady === STEADY_READINGS) return { ...figures, settledMs };
      if (settledMs > SETTLE_MS) {
        const why = figures.wrong.join('\n') || 'it still changes';
        throw new Error(`not settled in ${SETTLE_MS} ms:\n${why}\n${now}\n${await this.#strays()}`);
      }
      await sleep(READING_EVERY_MS);
    }
  }

  get #peers(): Peer<ClientReady>[] {
    return [this.#server, ...this.#clients];
  }

  async #do(step: Step): Promise<void> {
    const index = Math.floor(step.who * CLIENTS);
    const client = this.#clients[index];
    if (!client) throw new Error(`no client ${index}`);
    if (step.act === 'listen') {
      this.#continueAll();
      await this.#listen(step);
    } else if (step.to === 'process') {
      await this.#signal(index, client, step);
    } else if (step.to === 'server') {
      this.#server.tell(step);
    } else {
      client.tell({ ...step, port: this.#portFor(step) });
    }
  }

  #portFor({ at, toPort }: Step): number | undefined {
    const ports = at === 'closed' ? this.#closedPorts : at === 'mute' ? [this.#server.ready.mutePort] : this.#ports;
    return ports[Math.floor(Number(toPort) * ports.length)];
  }

  async #listen(step: Step): Promise<void> {
    const before = this.#ports[Number(step['place'])];
    const port = await this.#server.ask<number>(step);
    this.#ports[Number(step['place'])] = port;
    this.#everPorts.add(port);
    if (before !== undefined && before !== port) this.#closedPorts.push(before);
  }

  async #signal(index: number, client: Peer<ClientReady>, { act, server }: Step): Promise<void> {
    if (act === 'SIGCONT') {
      this.#continueAll();
    } else if (act === 'SIGSTOP') {
      (server === true ? this.#server : client).stop();
    } else {
      await client.end(act as NodeJS.Signals);
      this.#rejectWords(client);
      this.#clients[index] = await this.#startClient(index);
      this.replaced++;
    }
  }

  #continueAll(): void {
    for (const peer of this.#peers) peer.resume();
  }

  async #startClient(index: number): Promise<Peer<ClientReady>> {
    return Peer.start(`client ${index}`, 'soak/client.cjs', { config: CONFIG });
  }

  async #scrape(): Promise<void> {
    this.#continueAll();
    for (const { ready } of this.#peers) {
      const { samples } = await scrape(ready.metricsUrl);
      const negative = samples.find(({ name, value }) => name.startsWith('websocket_') && !(value >= 0));
      if (negative) throw new Error(`negative in a scrape: ${JSON.stringify(negative)}`);
      this.scrapes++;
    }
  }

  async #read(): Promise<QuietFigures> {
    for (const peer of this.#peers) this.#rejectWords(peer);
    const [server, ...clients] = await Promise.all(
      this.#peers.map(async (peer) => ({
        pid: peer.pid,
        report: await peer.ask<Report>({ act: 'report' }),
        scraped: await scrape(peer.ready.metricsUrl),
      })),
    );
    if (!server) throw new Error('no server');
    this.readings = [server, ...clients].reduce((sum, { report }) => sum + report.samples, 0);
    return quietFigures(server, clients, this.#everPorts);
  }

  /** The sockets that an application holds to be open, and the operating system does not. */
  async #strays(): Promise<string> {
    const sockets = readEstablished();
    const strays = this.#peers.map(async (peer) => {
      const pairs = new Set(establishedOf(peer.pid, sockets).map(pairOf));
      const described = await peer.ask<Partial<Connection>[]>({ act: 'describe' });
      // a socket whose connection is gone knows its ports no more
      return described.filter(({ localPort = 0, remotePort = 0 }) => !pairs.has(pairOf({ localPort, remotePort })));
    });
    return JSON.stringify(await Promise.all(strays), null, 1);
  }

  /** What could not be measured is logged; so is what kills a process. */
  #rejectWords({ stderr }: Peer<ClientReady>): void {
    if (stderr !== '') throw new Error(`on standard error: ${stderr}`);
  }
}

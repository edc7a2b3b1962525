import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));
const CLIENT = fileURLToPath(new URL('client.mjs', import.meta.url));
const CONNECTIONS_EACH = 3;

/** The processes of the servers and of their clients. */
export class Fleet {
  #options;
  /** @type {{ name: string, url: string, child: import('node:child_process').ChildProcess }[]} */
  #servers = [];
  #clients = [];
  /** What each client process has counted, last. */
  #counts = [];
  #lives = [];
  #isClosing = false;
  #replaced = 0;
  /** Keeps the figures of this run apart from those of others in the same store. */
  #run = randomBytes(2).toString('hex');
  #onLost;
  /** Rejects when a process ends that should not. */
  lost;

  /** @param {{ processes: number, clients: number, ratePerSecond: number, otlpUrl: string, intervalMs: number }} options */
  constructor(options) {
    this.#options = options;
    this.lost = new Promise((_, reject) => {
      this.#onLost = (what) => reject(new Error(`${what} has ended`));
    });
    this.lost.catch(() => undefined); // it is waited for together with something else, or not at all
  }

  async start() {
    const { processes, clients, ratePerSecond } = this.#options;
    await Promise.all(Array.from({ length: processes }, (_, index) => this.#launch(index)));
    const env = {
      ...process.env,
      CONNECTIONS: String(CONNECTIONS_EACH * processes),
      RATE_PER_SECOND: String(ratePerSecond / clients),
    };
    for (let index = 0; index < clients; index++) {
      const child = fork(CLIENT, [], { cwd: tmpdir(), env });
      this.#clients[index] = child;
      child.on('message', (/** @type {any} */ { counts }) => (this.#counts[index] = counts));
      child.on('exit', () => this.#isClosing || this.#onLost('a client process'));
    }
    this.#tellServers();
  }

  /** Names of the servers that run now. */
  get names() {
    return this.#servers.map(({ name }) => name);
  }

  /** What the clients have counted, by server: messages and payload bytes, sent and received. */
  get counts() {
    const counts = new Map();
    for (const [name, { messages }] of this.#counts.flatMap((ofServers) => Object.entries(ofServers))) {
      const sum = counts.get(name) ?? { messages: 0, bytes: 0 };
      for (const [key, count] of Object.entries(messages)) {
        sum.messages += count;
        sum.bytes += count * Number(key.split(' ')[2]);
      }
      counts.set(name, sum);
    }
    return counts;
  }

  /** Starts a new process in place of one, another at each call, which then ends as a deployment would end it. */
  async replaceNext() {
    const index = this.#replaced++ % this.#servers.length;
    const { child } = this.#servers[index];
    await this.#launch(index);
    this.#tellServers();
    await this.#end(child);
  }

  /** Has the clients get all echoes and close, then ends the servers, which push their last figures. */
  async finish() {
    this.#isClosing = true;
    await Promise.all(
      this.#clients.map(async (child) => {
        child.send({ kind: 'stop' });
        for (;;) {
          const [{ kind }] = await once(child, 'message');
          if (kind === 'stopped') break;
        }
        child.disconnect();
      }),
    );
    await Promise.all(this.#servers.map(({ child }) => this.#end(child)));
  }

  async #end(child) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  async #launch(index) {
    const { otlpUrl, intervalMs } = this.#options;
    const life = (this.#lives[index] = (this.#lives[index] ?? 0) + 1);
    const name = `${this.#run}-${index + 1}.${life}`;
    const env = {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
      OTEL_METRIC_EXPORT_INTERVAL: String(intervalMs),
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name}`,
      OTEL_LOG_LEVEL: 'none', // outages are in the table
    };
    // where no configuration file is
    const child = fork(SERVER, [], { cwd: tmpdir(), env });
    child.on('exit', () => {
      const isCurrent = this.#servers[index]?.child === child;
      if (isCurrent && !this.#isClosing) this.#onLost(name);
    });
    const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (!message?.url) throw new Error(`${name} did not start`);
    this.#servers[index] = { name, url: message.url, child };
  }

  #tellServers() {
    const servers = this.#servers.map(({ name, url }) => ({ name, url }));
    for (const client of this.#clients) client.send({ kind: 'servers', servers });
  }
}

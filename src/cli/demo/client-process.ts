import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunError } from '../run-error.ts';
import type { Order, Report } from './protocol.ts';

type ReportOf<Kind extends Report['kind']> = Extract<Report, { kind: Kind }>;

/** It ends within this time of its own accord, or is ended. */
const CLOSE_TIMEOUT_MS = 500;

/** The process that the clients and the service further up run in. It ends when this process does, however that ends. */
export class ClientProcess {
  /** Rejects with a RunError where it ends before it was asked to. */
  readonly lost: Promise<never>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #closing = false;

  constructor() {
    // a debugger or a measurement of the parent is not meant for the child
    this.#child = fork(join(__dirname, 'clients.js'), [], { execArgv: [] });
    this.#exited = once(this.#child, 'exit');
    this.lost = new Promise((_, reject) => {
      this.#child.on('exit', (code, signal) => {
        if (!this.#closing)
          reject(new RunError(`the clients' process has ended (${signal ?? `exit code ${code ?? 0}`})`));
      });
    });
    // it is waited for together with something else, or not at all
    this.lost.catch(() => undefined);
  }

  /** @returns the URL of the service further up, once it listens */
  async listening(): Promise<string> {
    return (await this.#reported('listening')).url;
  }

  /** Connects the clients and has them send, from when it resolves on. */
  async start(url: string, clients: number, ratePerSecond: number): Promise<void> {
    this.#order({ kind: 'start', url, clients, ratePerSecond });
    await this.#reported('started');
  }

  /** Has the clients stop, and wait for what is on its way. May be called again to make the deadline a nearer one. */
  async stop(deadlineMs: number): Promise<ReportOf<'stopped'>> {
    this.#order({ kind: 'stop', deadlineMs });
    return this.#reported('stopped');
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#order({ kind: 'close' });
    const timeout = new AbortController();
    const late = sleep(CLOSE_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => undefined,
    );
    await Promise.race([this.#exited, late]);
    await this.#exited;
    timeout.abort();
  }

  #order(order: Order): void {
    // where the channel is closed, `lost` tells
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  async #reported<Kind extends Report['kind']>(kind: Kind): Promise<ReportOf<Kind>> {
    let listener: (report: Report) => void = () => undefined;
    const reported = new Promise<ReportOf<Kind>>((resolve) => {
      listener = (report) => {
        if (report.kind === kind) resolve(report as ReportOf<Kind>);
      };
      this.#child.on('message', listener);
    });
    try {
      return await Promise.race([reported, this.lost]);
    } finally {
      this.#child.off('message', listener);
    }
  }
}

import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { waitFor } from './wait-for.ts';

/** How a program ended: one of the two is null. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  readonly cwd?: string;
  /** Added to the environment of the test, from which variables that configure telemetry are taken out. */
  readonly env?: Readonly<Record<string, string>>;
  /** Opens a channel to it, as `fork` does: it is called with each message that comes. */
  readonly onMessage?: (message: unknown) => void;
}

/** A program ends in this time once it was asked to; then it is killed. */
const GRACE_MS = 5000;

/** A program that a test has started, what it has written and how it ended. */
export class Child {
  stdout = '';
  stderr = '';
  readonly ending: Promise<Ending>;
  readonly #process: ChildProcess;
  readonly #title: string;
  #ended = false;

  constructor(command: string, args: readonly string[], { cwd, env = {}, onMessage }: ChildOptions = {}) {
    this.#title = [command, ...args].join(' ');
    const channel = onMessage ? (['ipc'] as const) : [];
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...channel];
    this.#process = spawn(command, args, { cwd, env: cleanEnvironment(env), stdio });
    if (onMessage) this.#process.on('message', onMessage);
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ending = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', (code, signal) => {
        this.#ended = true;
        resolve({ code, signal });
      });
    });
    this.ending.catch(() => (this.#ended = true));
  }

  get pid(): number {
    return this.#process.pid ?? NaN;
  }

  get ended(): boolean {
    return this.#ended;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Sends it a message, where there is a channel that is open. */
  send(message: object): void {
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  /** The first group of the first match in what it has written to standard output, waiting for it. */
  async waitForOutput(pattern: RegExp, deadlineMs = 15_000): Promise<string> {
    const read = (): string | undefined => {
      const match = pattern.exec(this.stdout);
      if (!match && this.#ended) throw new Error(`it has ended; standard error: ${this.stderr}`);
      return match?.[1];
    };
    return waitFor(`${this.#title} to write ${String(pattern)}`, read, deadlineMs);
  }

  /** @throws Error where it runs on beyond `deadlineMs` */
  async waitForEnd(deadlineMs = 15_000): Promise<Ending> {
    await waitFor(`${this.#title} to end`, () => this.#ended, deadlineMs);
    return this.ending;
  }

  /** Asks it to end, then makes it. Harmless once it has ended. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), GRACE_MS);
    await this.ending;
    clearTimeout(timer);
  }
}

/**
 * Runs a program to its end.
 *
 * @returns its standard output
 * @throws Error with everything it has written where its exit code is not 0
 */
export async function run(command: string, args: readonly string[], options?: ChildOptions): Promise<string> {
  const child = new Child(command, args, options);
  const { code, signal } = await child.ending;
  if (code !== 0) {
    throw new Error(
      `${command} ${args.join(' ')}: ${signal ?? `exit code ${code ?? '?'}`}\n${child.stdout}${child.stderr}`,
    );
  }
  return child.stdout;
}

/** Without what would configure the dashboard, OpenTelemetry, Node.js, or the npm that runs the tests. */
function cleanEnvironment(added: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(OTEL_|TELEMETRY_DASHBOARD_|NODE_OPTIONS$|NODE_ENV$|JEST_|npm_(lifecycle|package|command|config_local_prefix))/.test(
        name,
      ),
  );
  return { ...Object.fromEntries(inherited), ...added };
}

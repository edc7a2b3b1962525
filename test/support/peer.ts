import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closeLater } from './leftovers.ts';

const FIXTURES = resolve(__dirname, '../fixtures');
const REGISTER = resolve(__dirname, '../../dist/register.js');

export interface PeerOptions {
  /** The document with which it is instrumented; without one it is not. */
  readonly config?: object;
  /** Added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of node. */
  readonly flags?: readonly string[];
  /** An answer may take so long. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 20_000;

/**
 * A process that is told what to do, and asked, by messages; instrumented without a word of its own. It is killed with the test's
 * leftovers.
 */
export class Peer<Ready> {
  readonly ready: Ready;
  readonly #title: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  readonly #deadlineMs: number;
  #stopped = false;
  #stderr = '';

  private constructor(title: string, child: ChildProcess, ended: Promise<never>, deadlineMs: number, ready: Ready) {
    this.#title = title;
    this.#child = child;
    this.#ended = ended;
    this.#deadlineMs = deadlineMs;
    this.ready = ready;
  }

  /** @param fixture answers once when it is ready, and then each question, as `{ answer }` */
  static async start<Ready>(
    title: string,
    fixture: string,
    { config, env: added = {}, flags = [], deadlineMs = DEADLINE_MS }: PeerOptions = {},
  ): Promise<Peer<Ready>> {
    const env: NodeJS.ProcessEnv = { ...process.env, ...added };
    delete env['NODE_OPTIONS'];
    if (config) env['TELEMETRY_DASHBOARD_CONFIG'] = writeConfig(config);
    const child = fork(resolve(FIXTURES, fixture), {
      env,
      execArgv: [...flags, ...(config ? ['--import', REGISTER] : [])],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    closeLater(() => child.kill('SIGKILL'));
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => {
      throw new Error(`${title} has ended: ${code ?? signal ?? '?'}\n${stderr}`);
    });
    ended.catch(() => undefined);
    const { answer } = await Promise.race([nextMessage(child, deadlineMs), ended]);
    const peer = new Peer(title, child, ended, deadlineMs, answer as Ready);
    child.stderr?.on('data', (text: string) => (peer.#stderr += text));
    peer.#stderr = stderr;
    return peer;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** @throws Error where it has ended without being asked to */
  tell(step: object): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      throw new Error(`${this.#title} has ended: ${this.#child.exitCode ?? this.#child.signalCode}\n${this.#stderr}`);
    }
    this.#child.send(step);
  }

  async ask<Answer>(step: object): Promise<Answer> {
    this.tell(step);
    const { answer } = await Promise.race([nextMessage(this.#child, this.#deadlineMs), this.#ended]);
    return answer as Answer;
  }

  stop(): void {
    this.#stopped = true;
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#child.kill('SIGCONT');
  }

  /** Ends it by a signal, wherever it is, and waits until it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    this.resume();
    await this.#ended.catch(() => undefined);
  }
}

function writeConfig(config: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-peer-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function nextMessage(child: ChildProcess, deadlineMs: number): Promise<{ answer: unknown }> {
  const signal = AbortSignal.timeout(deadlineMs);
  const [message] = (await once(child, 'message', { signal })) as [{ answer: unknown }];
  return message;
}

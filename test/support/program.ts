import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeLater } from './leftovers.ts';
import { waitFor } from './wait-for.ts';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running Node.js process whose output is kept. It is killed with the test's leftovers. */
export class Program {
  readonly #child: ChildProcess;
  readonly exited: Promise<Exit>;
  stdout = '';
  stderr = '';

  constructor(
    args: readonly string[],
    options: { env?: Readonly<Record<string, string>>; cwd?: string; node?: string } = {},
  ) {
    const env = { ...process.env, ...options.env };
    delete env['NODE_OPTIONS'];
    this.#child = spawn(options.node ?? process.execPath, args, {
      env,
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
    closeLater(() => this.#child.kill('SIGKILL'));
  }

  /** Reads its standard error no longer: what it writes there then fails. */
  closeStandardError(): void {
    this.#child.stderr?.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first group of `pattern` once the output has it. */
  async said(pattern: RegExp, deadlineMs = 10_000): Promise<string> {
    await waitFor(
      `${pattern.source} in the output, which is:\n${this.stdout}${this.stderr}`,
      () => pattern.test(this.stdout + this.stderr),
      deadlineMs,
    );
    return pattern.exec(this.stdout + this.stderr)?.[1] ?? '';
  }
}

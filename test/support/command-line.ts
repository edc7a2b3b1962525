import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { waitFor } from './wait-for.ts';

const CLI = resolve(__dirname, '../../dist/cli.js');

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `telemetry-dashboard …`, in an empty working directory of its own. */
export class CommandLine {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  constructor(...args: string[]) {
    const directory = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
    this.#child = spawn(process.execPath, [CLI, ...args], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] },
    });
    this.#child.stdout?.on('data', (text: Buffer) => (this.#stdout += text.toString()));
    this.#child.stderr?.on('data', (text: Buffer) => (this.#stderr += text.toString()));
    this.ended = new Promise((done) => {
      this.#child.on('close', (code, signal) => {
        rmSync(directory, { recursive: true });
        done({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first match in standard output. */
  printed(pattern: RegExp, deadlineMs = 10_000): Promise<RegExpExecArray> {
    return waitFor(
      `${String(pattern)} in ${JSON.stringify(this.#stdout)}, ${JSON.stringify(this.#stderr)}`,
      () => pattern.exec(this.#stdout) ?? undefined,
      deadlineMs,
    );
  }

  /** Ends it at once where it still runs. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

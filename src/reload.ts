import { TelemetryConfigError, issueText, textOf } from './base/errors.ts';
import type { TelemetryLogger } from './base/logger.ts';
import { changesOf } from './config/changes.ts';
import type { ConfigChanges } from './config/changes.ts';
import type { ResolvedConfig } from './config/schema.ts';
import { watchConfigFile } from './config/watch.ts';

/** What a {@link Reload} needs to know. */
export interface ReloadOptions {
  readonly path: string;
  /** State of the file when it was read. */
  readonly seen: string;
  /** How often the file is looked at. */
  readonly intervalMs: number;
  /** What the dashboard runs with. */
  readonly config: ResolvedConfig;
  /**
   * Reads the file anew, with all that is laid under and over it.
   *
   * @throws Error that says everything that is wrong
   */
  readonly read: () => ResolvedConfig;
  /**
   * Brings the running dashboard up to it.
   *
   * @throws Error where it cannot; then it runs on as before
   */
  readonly apply: (config: ResolvedConfig) => void;
  readonly logger: TelemetryLogger;
}

/** Follows the configuration file of a running dashboard. A broken file changes nothing. */
export class Reload {
  readonly #options: ReloadOptions;
  readonly #stop: () => void;
  #config: ResolvedConfig;
  #problem: string | undefined;

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#stop = watchConfigFile(options.path, options.seen, options.intervalMs, () => {
      this.#reload();
    });
  }

  close(): void {
    this.#stop();
  }

  /** Since the file was last read; what is again as the process started with needs no restart. */
  #changesTo(next: ResolvedConfig): ConfigChanges {
    const { restart, ...others } = changesOf(this.#config, next);
    const missing = new Set(changesOf(this.#options.config, next).restart);
    return { ...others, restart: restart.filter((path) => missing.has(path)) };
  }

  #reload(): void {
    const { path, read, apply, logger } = this.#options;
    try {
      const next = read();
      const { live, restart, withoutEffect } = this.#changesTo(next);
      if (live.length > 0) apply(next);
      this.#config = next;
      const said = [
        [live, 'info', 'in effect now'],
        [restart, 'warn', 'in effect after a restart'],
        [withoutEffect, 'warn', 'without effect in this version yet'],
      ] as const;
      for (const [paths, level, what] of said) {
        if (paths.length > 0) logger[level](`${path} has changed; ${what}: ${paths.join(', ')}`);
      }
      if (this.#problem !== undefined && said.every(([paths]) => paths.length === 0)) {
        logger.info(`${path} is right again; it changes nothing`);
      }
      this.#problem = undefined;
    } catch (error) {
      const problem = problemOf(error);
      // an editor may write a file several times
      if (problem !== this.#problem) logger.error(`${path} is wrong, the settings stay as they were: ${problem}`);
      this.#problem = problem;
    }
  }
}

/** Every problem, in one line. */
function problemOf(error: unknown): string {
  if (!(error instanceof TelemetryConfigError)) return textOf(error);
  return error.issues.map(issueText).join('; ');
}

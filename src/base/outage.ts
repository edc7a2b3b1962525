import { oneLine } from './one-line.ts';
import type { TelemetryLogger } from './logger.ts';

/** Tells of a server that is away: one line when it goes, one for each further reason, one when it is back. */
export class Outage {
  readonly #logger: TelemetryLogger;
  readonly #what: string;
  readonly #kinds = new Set<string>();
  #sinceMs = 0;

  /** @param what begins the lines: `alerts by e-mail (smtp.example.com:587)` */
  constructor(logger: TelemetryLogger, what: string) {
    this.#logger = logger;
    this.#what = what;
  }

  /** Whether it is away at the moment. */
  get isOn(): boolean {
    return this.#kinds.size > 0;
  }

  /**
   * A try has failed.
   *
   * @param kind of the failure; each is told once in an outage
   * @param advice what to do about it
   */
  failed(nowMs: number, kind: string, reason: string, advice: string): void {
    if (this.#kinds.has(kind)) return;
    if (!this.isOn) this.#sinceMs = nowMs;
    this.#kinds.add(kind);
    this.#logger.warn(`${this.#what}: ${oneLine(reason)}; ${advice}`);
  }

  /** A try has been successful. */
  ended(nowMs: number): void {
    if (!this.isOn) return;
    this.#kinds.clear();
    this.#logger.info(`${this.#what}: works again after ${Math.round((nowMs - this.#sinceMs) / 1000)} s`);
  }
}

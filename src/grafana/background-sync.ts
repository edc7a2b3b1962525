import { backoffMs } from '../base/backoff.ts';
import type { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { textOf } from '../base/errors.ts';
import { oneLine } from '../base/one-line.ts';
import type { TelemetryLogger } from '../base/logger.ts';
import { Outage } from '../base/outage.ts';
import { GrafanaError } from './api/grafana-error.ts';
import type { SyncItem } from './sync/sync-item.ts';

/** An application declares its metrics in its first moments; and not all replicas of a fleet shall come in the same instant. */
const SETTLE_MS = 2000;
const SPREAD_MS = 3000;

const RETRY: Backoff = { firstMs: 5000, longestMs: 300_000 };

/** What a {@link BackgroundSync} needs to know. */
export interface BackgroundSyncOptions {
  /** Sets Grafana up. */
  readonly sync: () => Promise<readonly SyncItem[]>;
  /** For people: where Grafana is, without credentials. */
  readonly address: string;
  readonly logger: TelemetryLogger;
  readonly clock: Clock;
  /** 0 to 1. @defaultValue `Math.random` */
  readonly random?: () => number;
}

/**
 * Sets Grafana up once, while the service runs: soon after the start, then again and again as long as it is away or refuses something:
 * somebody may mend that. Never throws, says nothing twice, and keeps no process alive.
 */
export class BackgroundSync {
  readonly #options: BackgroundSyncOptions;
  readonly #random: () => number;
  readonly #outage: Outage;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isClosed = false;
  readonly #said = new Set<string>();

  constructor(options: BackgroundSyncOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#outage = new Outage(options.logger, `Grafana (${options.address})`);
    this.#in(SETTLE_MS + SPREAD_MS * this.#random());
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#isClosed = true;
  }

  #in(waitMs: number): void {
    this.#timer = setTimeout(() => void this.#try(), waitMs).unref();
  }

  async #try(): Promise<void> {
    const { sync, clock, logger, address } = this.#options;
    try {
      const items = await sync();
      if (this.#isClosed) return;
      this.#outage.ended(clock.monotonicMs());
      this.#failures = 0;
      this.#tell(items);
      if (items.some(({ outcome }) => outcome === 'failed')) this.#in(RETRY.longestMs);
    } catch (error) {
      if (this.#isClosed) return;
      if (!(error instanceof GrafanaError)) {
        logger.error(`Grafana (${address}) is not set up: ${oneLine(textOf(error))}`);
        return;
      }
      this.#failures++;
      this.#outage.failed(clock.monotonicMs(), error.kind, error.message, error.advice);
      const waitMs = error.isTransient ? backoffMs(this.#failures, RETRY, this.#random()) : RETRY.longestMs;
      this.#in(Math.max(waitMs, error.retryAfterMs ?? 0));
    }
  }

  #tell(items: readonly SyncItem[]): void {
    const count = (outcome: SyncItem['outcome']): number => items.filter((item) => item.outcome === outcome).length;
    const done = (['created', 'updated', 'unchanged', 'removed'] as const)
      .filter((outcome) => count(outcome) > 0)
      .map((outcome) => `${count(outcome)} ${outcome}`)
      .join(', ');
    if (done !== '') this.#say('info', ` is set up: ${done}`);
    for (const { outcome, kind, title, reason = '' } of items) {
      if (outcome === 'kept') this.#say('info', `: ${kind} ${title} is left as it is: ${reason}`);
      if (outcome === 'failed') this.#say('warn', `: ${kind} ${title} is not set up: ${reason}`);
    }
  }

  /** Once. */
  #say(level: 'info' | 'warn', what: string): void {
    if (this.#said.has(what)) return;
    this.#said.add(what);
    this.#options.logger[level](`Grafana (${this.#options.address})${what}`);
  }
}

import { backoffMs } from '../base/backoff.ts';
import type { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { textOf } from '../base/errors.ts';
import { oneLine } from '../base/one-line.ts';
import type { TelemetryLogger } from '../base/logger.ts';
import { Outage } from '../base/outage.ts';
import { GrafanaError } from './api/grafana-error.ts';
import type { SyncItem } from './sync/sync-item.ts';

/** An application declares its metrics in its first moments; and not all replicas of a fleet come in the same instant. */
const SETTLE: Backoff = { firstMs: 2500, longestMs: 2500 };
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
 * Sets Grafana up once, while the service runs: soon after the start, then again and again as long as it is away. Never throws, and
 * keeps no process alive.
 */
export class BackgroundSync {
  readonly #options: BackgroundSyncOptions;
  readonly #random: () => number;
  readonly #outage: Outage;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(options: BackgroundSyncOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#outage = new Outage(options.logger, `Grafana (${options.address})`);
    this.#in(backoffMs(1, SETTLE, this.#random()));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#isClosed = true;
  }

  #in(waitMs: number): void {
    this.#timer = setTimeout(() => void this.#try(), waitMs).unref();
  }

  async #try(): Promise<void> {
    const { sync, clock, logger } = this.#options;
    try {
      const items = await sync();
      this.#outage.ended(clock.monotonicMs());
      this.#tell(items);
    } catch (error) {
      if (this.#isClosed) return;
      const failure = error instanceof GrafanaError ? error : undefined;
      if (!failure?.isTransient) {
        const why = failure ? `${failure.message}; ${failure.advice}` : textOf(error);
        logger.warn(`Grafana (${this.#options.address}) is not set up: ${oneLine(why, 600)}`);
        return;
      }
      this.#failures++;
      this.#outage.failed(clock.monotonicMs(), failure.kind, failure.message, failure.advice);
      this.#in(Math.max(backoffMs(this.#failures, RETRY, this.#random()), failure.retryAfterMs ?? 0));
    }
  }

  #tell(items: readonly SyncItem[]): void {
    const { logger, address } = this.#options;
    const count = (outcome: SyncItem['outcome']): number => items.filter((item) => item.outcome === outcome).length;
    const done = (['created', 'updated', 'unchanged'] as const)
      .filter((outcome) => count(outcome) > 0)
      .map((outcome) => `${count(outcome)} ${outcome}`)
      .join(', ');
    if (done !== '') logger.info(`Grafana (${address}) is set up: ${done}`);
    for (const { outcome, kind, title, reason = '' } of items) {
      if (outcome === 'kept') logger.info(`Grafana (${address}): ${kind} ${title} is left as it is: ${reason}`);
      if (outcome === 'failed') logger.warn(`Grafana (${address}): ${kind} ${title} is not set up: ${reason}`);
    }
  }
}

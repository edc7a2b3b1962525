import { setTimeout as sleep } from 'node:timers/promises';
import type { InstrumentType, PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { backoffMs } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Outage } from '../../base/outage.ts';
import type { PushFailure, Sender } from './sender.ts';
import { temporalityOf } from './temporality.ts';
import type { TemporalityPreference } from './temporality.ts';

type Done = Parameters<PushMetricExporter['export']>[1];

const TAKEN = { code: 0 } as unknown as Parameters<Done>[0];

const BACKOFF = { firstMs: 500, longestMs: 5000 };

/** How values are pushed. */
export interface PushOptions {
  readonly sender: Sender;
  readonly temporality: TemporalityPreference;
  /** A push with all its tries takes no longer, in ms. */
  readonly timeoutMs: number;
  readonly outage: Outage;
  /** What becomes of values that could not be pushed, for the log. */
  readonly prospect: string;
  readonly clock: Clock;
  /** Asked at each push: false where somebody else pushes these figures. */
  readonly mayPush: () => boolean;
}

/**
 * Takes what a reader has collected and lets go of it at once: the reader would wait with a timer that holds the process. Pushes
 * in the background, tries again while a receiver is just not there, and tells of outages.
 */
export class PushExporter implements PushMetricExporter {
  readonly #options: PushOptions;
  readonly #pushes = new Set<Promise<void>>();
  /** Of the pushes that begin from now on, in ms. */
  #timeoutMs: number;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs;
  }

  selectAggregationTemporality(type: InstrumentType): ReturnType<typeof temporalityOf> {
    return temporalityOf(this.#options.temporality, type);
  }

  export(metrics: ResourceMetrics, done: Done): void {
    if (this.#options.mayPush()) {
      const push = this.#push(metrics).finally(() => this.#pushes.delete(push));
      this.#pushes.add(push);
    }
    // a failure is told here, and not to the SDK: its error handler is the application's
    done(TAKEN);
  }

  /** Until the function that is given back is called, a push may take so long, in ms. */
  allow(timeoutMs: number): () => void {
    const beforeMs = this.#timeoutMs;
    this.#timeoutMs = timeoutMs;
    return () => (this.#timeoutMs = beforeMs);
  }

  /** From now on a push may take so long, in ms, and nothing is left behind that takes longer. */
  limit(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
    this.#options.sender.limit(timeoutMs);
  }

  /** Ends when all that was taken is pushed or given up. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#pushes);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.#options.sender.close();
  }

  async #push(metrics: ResourceMetrics): Promise<void> {
    const { sender, outage, prospect, clock } = this.#options;
    const timeoutMs = this.#timeoutMs;
    const endMs = clock.monotonicMs() + timeoutMs;
    for (let failures = 1; ; failures += 1) {
      const failure = await this.#send(sender, metrics, endMs - clock.monotonicMs(), timeoutMs);
      if (!failure) {
        outage.ended(clock.monotonicMs());
        return;
      }
      const waitMs = failure.retryAfterMs ?? backoffMs(failures, BACKOFF, Math.random());
      const leftMs = endMs - clock.monotonicMs();
      if (!failure.isPassing || waitMs >= leftMs) {
        const { kind, reason, advice } = failure;
        outage.failed(clock.monotonicMs(), kind, reason, [advice, prospect].filter(Boolean).join('; '));
        return;
      }
      await sleep(waitMs, undefined, { ref: false });
    }
  }

  async #send(
    sender: Sender,
    metrics: ResourceMetrics,
    leftMs: number,
    timeoutMs: number,
  ): Promise<PushFailure | undefined> {
    const late: PushFailure = {
      kind: 'ETIMEDOUT',
      reason: `no answer within ${Math.round(timeoutMs)} ms`,
      advice: '',
      isPassing: false,
    };
    const ended = new AbortController();
    const limit = sleep(leftMs, late, { ref: false, signal: ended.signal }).catch(() => late);
    const failure = await Promise.race([sender.send(metrics), limit]);
    ended.abort();
    return failure;
  }
}

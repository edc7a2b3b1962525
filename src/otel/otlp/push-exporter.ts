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

/** A receiver that wants to be left alone for longer is asked again all the same, in ms. */
const LONGEST_REST_MS = 3_600_000;

/** What becomes of values that the last push did not bring. */
const LOST = 'the last values are lost';

/** How values are pushed. */
export interface PushOptions {
  readonly sender: Sender;
  readonly temporality: TemporalityPreference;
  /** A push with all its tries takes no longer, in ms. */
  readonly timeoutMs: number;
  readonly outage: Outage;
  /** What becomes of values that could not be pushed, for the log, while there is a push after them. */
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
  /** Of pushes that nobody waits for, in ms. */
  #timeoutMs: number;
  /** Limits of those that somebody waits for; the latest holds. */
  readonly #allowed = new Set<{ readonly timeoutMs: number; readonly endMs: number }>();
  #isLast = false;
  /** Until then the receiver wants to be left alone. */
  #restUntilMs = 0;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#timeoutMs = options.timeoutMs;
  }

  selectAggregationTemporality(type: InstrumentType): ReturnType<typeof temporalityOf> {
    return temporalityOf(this.#options.temporality, type);
  }

  export(metrics: ResourceMetrics, done: Done): void {
    if (this.#options.mayPush() && (this.#isAwaited || this.#restMs <= 0)) {
      const push = this.#push(metrics).finally(() => this.#pushes.delete(push));
      this.#pushes.add(push);
    }
    // a failure is told here, and not to the SDK: its error handler is the application's
    done(TAKEN);
  }

  /** Until the function that is given back is called, a push may take so long, in ms. */
  allow(timeoutMs: number): () => void {
    // from now on: what is pushed must be collected first
    const limit = { timeoutMs, endMs: this.#options.clock.monotonicMs() + timeoutMs };
    this.#allowed.add(limit);
    this.#options.sender.limit(this.#limitMs);
    return () => {
      this.#allowed.delete(limit);
      this.#options.sender.limit(this.#limitMs);
    };
  }

  /** The last push comes, and may take so long, in ms. */
  limit(timeoutMs: number): void {
    this.#isLast = true;
    this.allow(timeoutMs);
  }

  /** Ends when all that was taken is pushed or given up. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#pushes);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    this.#options.sender.close();
  }

  get #isAwaited(): boolean {
    return this.#allowed.size > 0;
  }

  get #limitMs(): number {
    return this.#limit?.timeoutMs ?? this.#timeoutMs;
  }

  get #limit(): { readonly timeoutMs: number; readonly endMs: number } | undefined {
    return [...this.#allowed].at(-1);
  }

  get #restMs(): number {
    return this.#restUntilMs - this.#options.clock.monotonicMs();
  }

  async #push(metrics: ResourceMetrics): Promise<void> {
    const { sender, outage, prospect, temporality, clock } = this.#options;
    const timeoutMs = this.#limitMs;
    const endMs = this.#limit?.endMs ?? clock.monotonicMs() + timeoutMs;
    // who waits for a push would rather have it refused than not sent
    if (this.#restMs > 0 && this.#restMs < timeoutMs) await sleep(this.#restMs, undefined, { ref: false });
    for (let failures = 1; ; failures += 1) {
      const failure = await this.#send(sender, metrics, endMs - clock.monotonicMs(), timeoutMs);
      if (!failure) {
        outage.ended(clock.monotonicMs());
        return;
      }
      const { kind, reason, advice, isPassing, mayHaveArrived, retryAfterMs } = failure;
      const nowMs = clock.monotonicMs();
      if (retryAfterMs !== undefined) this.#restUntilMs = nowMs + Math.min(retryAfterMs, LONGEST_REST_MS);
      const waitMs = retryAfterMs ?? backoffMs(failures, BACKOFF, Math.random());
      // differences that come twice are added twice
      const isDone = mayHaveArrived && temporality !== 'cumulative';
      if (!isPassing || isDone || waitMs >= endMs - nowMs) {
        outage.failed(nowMs, kind, reason, [advice, this.#isLast ? LOST : prospect].filter(Boolean).join('; '));
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
      mayHaveArrived: true,
    };
    const ended = new AbortController();
    const limit = sleep(leftMs, late, { ref: false, signal: ended.signal }).catch(() => late);
    const failure = await Promise.race([sender.send(metrics), limit]);
    ended.abort();
    return failure;
  }
}

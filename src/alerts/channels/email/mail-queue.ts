import type { AlertNotice } from '../../alert.ts';
import { backoffMs } from '../../../base/backoff.ts';

const BACKOFF = { firstMs: 1000, longestMs: 60_000 };

/** Wait after a refusal that only people can mend: servers lock out who comes again and again with a wrong password. */
const REFUSED_RETRY_MS = 600_000;

const HOUR_MS = 3_600_000;

/** What has been tried for so long is given up: nobody is helped by an alert of an hour ago. */
const GIVE_UP_MS = HOUR_MS;

/** Alerts that wait at the most. */
const CAPACITY = 1000;

/** What waits for a mail: the latest of one alert. */
interface Waiting {
  readonly notice: AlertNotice;
  readonly sinceMs: number;
  triedAtMs: number | null;
  isUnderWay: boolean;
}

/** What goes into one mail. */
export type MailBatch = readonly Waiting[];

/** Says when the next mail leaves and what is in it. Times are those of the monotonic clock, in ms. */
export class MailQueue {
  #groupWaitMs = 0;
  #maxPerHour = Infinity;
  readonly #random: () => number;
  /** By fingerprint, oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  /** When the last mails left, oldest first; no more than may leave in an hour. */
  readonly #sentMs: number[] = [];
  #failures = 0;
  #retryAtMs = -Infinity;

  constructor(groupWaitMs: number, maxPerHour: number, random: () => number) {
    this.#random = random;
    this.configure(groupWaitMs, maxPerHour);
  }

  /** Goes on by other settings. Tries soon: what stood in the way may be mended. */
  configure(groupWaitMs: number, maxPerHour: number): void {
    this.#groupWaitMs = groupWaitMs;
    this.#maxPerHour = maxPerHour;
    this.#failures = 0;
    this.#retryAtMs = -Infinity;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Takes notices. What waits of the same alert gives way to them: people are told how it stands when the mail leaves.
   *
   * @returns how many, the oldest, are lost to keep the queue bounded
   */
  add(notices: readonly AlertNotice[], nowMs: number): number {
    for (const notice of notices) {
      const before = this.#waiting.get(notice.fingerprint);
      // nobody was told of the first, so this one is no repetition
      const isNews = before !== undefined && !before.isUnderWay && !before.notice.repeated;
      this.#waiting.delete(notice.fingerprint);
      this.#waiting.set(notice.fingerprint, {
        notice: isNews && notice.repeated ? { ...notice, repeated: false } : notice,
        sinceMs: before && !before.isUnderWay ? before.sinceMs : nowMs,
        triedAtMs: null,
        isUnderWay: false,
      });
    }
    return this.#drop(this.#idle().length - CAPACITY);
  }

  /** When the next mail may leave; null: nothing waits. */
  get dueAtMs(): number | null {
    const firstMs = Math.min(...this.#idle().map(({ sinceMs }) => sinceMs));
    if (firstMs === Infinity) return null;
    const oldestMs = this.#sentMs[0];
    const allowedMs = oldestMs === undefined || this.#sentMs.length < this.#maxPerHour ? -Infinity : oldestMs + HOUR_MS;
    return Math.max(firstMs + this.#groupWaitMs, this.#retryAtMs, allowedMs);
  }

  /** All that waits, as the next mail. Its end is told by one of the methods below. */
  take(nowMs: number): MailBatch {
    const batch = this.#idle();
    for (const waiting of batch) {
      waiting.isUnderWay = true;
      waiting.triedAtMs ??= nowMs;
    }
    return batch;
  }

  /** The mail has left. */
  sent(batch: MailBatch, nowMs: number): void {
    this.#remove(batch);
    this.#failures = 0;
    this.#retryAtMs = -Infinity;
    this.#sentMs.push(nowMs);
    if (this.#sentMs.length > this.#maxPerHour) this.#sentMs.shift();
  }

  /** Nobody knows whether the mail has left, and nobody waits for it: it is as if it had not been tried. */
  putBack(batch: MailBatch): void {
    for (const waiting of batch) waiting.isUnderWay = false;
  }

  /**
   * The server was away, or refused whatever we send.
   *
   * @param isRefusal whether trying soon again can not help
   * @returns how many are lost, having been tried for an hour
   */
  failed(batch: MailBatch, nowMs: number, isRefusal: boolean): number {
    this.#failures += 1;
    this.#retryAtMs = nowMs + (isRefusal ? REFUSED_RETRY_MS : backoffMs(this.#failures, BACKOFF, this.#random()));
    this.putBack(batch);
    return this.#remove(batch.filter(({ triedAtMs }) => triedAtMs !== null && nowMs - triedAtMs >= GIVE_UP_MS));
  }

  /**
   * The server refused this very mail, and would refuse it again.
   *
   * @returns how many are lost
   */
  rejected(batch: MailBatch): number {
    this.#failures = 0;
    this.#retryAtMs = -Infinity;
    return this.#remove(batch);
  }

  /**
   * Lets go of all.
   *
   * @returns how many are lost
   */
  clear(): number {
    const { size } = this.#waiting;
    this.#waiting.clear();
    return size;
  }

  /** Those that are not in a mail under way, oldest first. */
  #idle(): Waiting[] {
    return [...this.#waiting.values()].filter(({ isUnderWay }) => !isUnderWay);
  }

  #drop(count: number): number {
    return count > 0 ? this.#remove(this.#idle().slice(0, count)) : 0;
  }

  /** Those that nothing newer of the same alert has taken the place of. */
  #remove(batch: MailBatch): number {
    let removed = 0;
    for (const waiting of batch) {
      const { fingerprint } = waiting.notice;
      if (this.#waiting.get(fingerprint) === waiting && this.#waiting.delete(fingerprint)) removed += 1;
    }
    return removed;
  }
}

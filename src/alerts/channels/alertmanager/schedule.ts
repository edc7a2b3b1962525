import { backoffMs } from '../../../base/backoff.ts';

const FIRST_RETRY_MS = 1000;

/** Shortest wait after a refusal that only people can mend, such as wrong credentials. */
const REFUSED_RETRY_MS = 60_000;

/** When one Alertmanager is told again. Times are those of the monotonic clock, in ms. */
export class PeerSchedule {
  readonly #resendIntervalMs: number;
  readonly #random: () => number;
  #dueAtMs: number | null = null;
  #failures = 0;
  #isSending = false;
  #isChanged = false;

  constructor(resendIntervalMs: number, random: () => number) {
    this.#resendIntervalMs = resendIntervalMs;
    this.#random = random;
  }

  /** When it is told next; null: not before something changes, or not before the request under way has ended. */
  get dueAtMs(): number | null {
    return this.#isSending ? null : this.#dueAtMs;
  }

  /** The alerts are other than they were. One that is down is not asked more often for that. */
  changed(nowMs: number): void {
    this.#isChanged = true;
    if (this.#failures === 0) this.#dueAtMs = nowMs;
  }

  /** There is nothing to tell. */
  idle(): void {
    this.#isChanged = false;
    this.#failures = 0;
    this.#dueAtMs = null;
  }

  /** It is being told everything as it is now. */
  begin(): void {
    this.#isSending = true;
    this.#isChanged = false;
  }

  succeeded(nowMs: number): void {
    this.#isSending = false;
    this.#failures = 0;
    this.#dueAtMs = this.#isChanged ? nowMs : nowMs + this.#resendIntervalMs;
  }

  /** @param isRefusal whether trying soon again can not help */
  failed(nowMs: number, isRefusal: boolean): void {
    this.#isSending = false;
    this.#failures += 1;
    const backoff = { firstMs: Math.min(FIRST_RETRY_MS, this.#resendIntervalMs), longestMs: this.#resendIntervalMs };
    const waitMs = isRefusal
      ? Math.max(REFUSED_RETRY_MS, this.#resendIntervalMs)
      : backoffMs(this.#failures, backoff, this.#random());
    this.#dueAtMs = nowMs + waitMs;
  }
}

import type { Clock } from '../base/clock.ts';
import { VERSION } from '../base/version.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Port, PortListener } from './port.ts';
import { Reporter } from './reporter.ts';
import type { Message } from './report.ts';

/** How often a worker tells its counters, unless that costs more than this share of its time. */
const REPORT_MS = 50;
const LARGEST_SHARE = 0.02;

/** Gauges take longer to read: they are told each so many times, every 800 ms. */
const REPORTS_PER_GAUGES = 16;

/** Reading instruments of `dashboard.meter` calls the application, which may take its time: they are told every 5 s, and when asked. */
const REPORTS_PER_INSTRUMENTS = 100;

/** How long a worker waits for its primary before it works alone. */
const JOIN_MS = 1000;

export interface MembershipOptions {
  readonly recorder: Recorder;
  readonly isThread: boolean;
  /** What has changed of the instruments of `dashboard.meter` since the last call, or all. Must not reject, nor take long. */
  readonly takeInstruments: (isAll: boolean) => Promise<readonly unknown[]>;
  /** Whether there may be a primary that answers: else it is not waited for. It may come later. */
  readonly isExpected: boolean;
  /** Opens the way to the primary. */
  readonly connect: (listener: PortListener) => Port;
  /** Called when the primary takes this worker in: what it does for the whole the worker then leaves. */
  readonly onJoined: () => void;
}

/** A worker's part of being one service with its primary: it tells what it has recorded. Keeps no process alive, and never throws. */
export class Membership implements PortListener {
  /** Ends true once the primary has taken this worker in, false where it has not for a second. It may still do so later. */
  readonly joined: Promise<boolean>;
  readonly #reporter: Reporter;
  readonly #clock: Clock;
  readonly #port: Port;
  readonly #onJoined: () => void;
  readonly #takeInstruments: MembershipOptions['takeInstruments'];
  #settle: (isMember: boolean) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  /** Monotonic milliseconds before which counters are not told again. */
  #restsUntilMs = 0;
  #isSending = false;
  #hasJoined = false;

  constructor({ recorder, isThread, isExpected, takeInstruments, connect, onJoined }: MembershipOptions) {
    this.#takeInstruments = takeInstruments;
    this.#reporter = new Reporter(recorder, isThread);
    this.#clock = recorder.clock;
    this.#onJoined = onJoined;
    this.joined = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#port = connect(this);
    // what has come while this thread was busy is read first
    const waiting = setTimeout(
      () => {
        setImmediate(this.#settle, false);
      },
      isExpected ? JOIN_MS : 0,
    ).unref();
    void this.joined.then(() => {
      clearTimeout(waiting);
    });
    this.#port.send({ kind: 'hello', version: VERSION });
    process.once('exit', this.#tellLast);
  }

  message(message: Message): void {
    if (message.kind === 'welcome' && message.version === VERSION) this.#join();
    if (message.kind === 'ask' && this.#isMember) void this.#tellAll(message.number);
    if (message.kind === 'ending') this.ending();
    if (message.kind === 'bye') this.#pause();
  }

  ending(): void {
    if (this.#isMember) this.#tellCells(null);
  }

  ended(): void {
    this.#pause();
  }

  /** Tells what there is. Ends when it has left; never rejects. */
  async flush(): Promise<void> {
    if (!this.#isMember) return;
    await new Promise<void>((resolve) => {
      void this.#tellAll(null, resolve);
    });
  }

  /** Tells the last, and no more. Ends when it has left; never rejects. */
  async close(): Promise<void> {
    process.off('exit', this.#tellLast);
    this.#settle(false);
    await this.flush();
    await new Promise<void>((resolve) => {
      this.#tellLast(resolve);
    });
    this.#port.close();
  }

  get #isMember(): boolean {
    return this.#timer !== undefined;
  }

  #join(): void {
    // a primary greets a worker that it finds, and one that greets it
    if (this.#isMember) return;
    this.#reporter.introduce();
    this.#timer = setInterval(() => {
      this.#tick();
    }, REPORT_MS).unref();
    this.#tellCells(null);
    void this.#tellAll(null, undefined, true);
    if (!this.#hasJoined) this.#onJoined();
    this.#hasJoined = true;
    this.#settle(true);
  }

  #tick(): void {
    this.#ticks++;
    // what cannot leave waits in the cells, not in a queue
    if (this.#isSending) return;
    if (this.#ticks % REPORTS_PER_INSTRUMENTS === 0) {
      void this.#tellAll(null);
      return;
    }
    if (this.#ticks % REPORTS_PER_GAUGES === 0) {
      this.#tellCells(null);
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < this.#restsUntilMs) return;
    const report = this.#reporter.take(false);
    if (report) this.#send({ kind: 'report', answers: null, report });
    const tookMs = this.#clock.monotonicMs() - nowMs;
    this.#restsUntilMs = nowMs + tookMs / LARGEST_SHARE;
  }

  /** What is observed too; where nothing is new, that it lives. */
  async #tellAll(answers: number | null, sent?: () => void, isAllNew = false): Promise<void> {
    const instruments = await this.#takeInstruments(isAllNew);
    // the primary may have gone meanwhile
    if (this.#isMember) this.#tellCells(answers, sent, instruments);
    else sent?.();
  }

  #tellCells(answers: number | null, sent?: () => void, instruments: readonly unknown[] = []): void {
    this.#send({ kind: 'report', answers, report: this.#reporter.take(true), instruments }, sent);
  }

  #send(message: Message, sent?: () => void): void {
    this.#isSending = true;
    this.#port.send(message, () => {
      this.#isSending = false;
      sent?.();
    });
  }

  readonly #tellLast = (done?: unknown): void => {
    const isMember = this.#isMember;
    this.#pause();
    const then = typeof done === 'function' ? (done as () => void) : undefined;
    if (!isMember) {
      then?.();
      return;
    }
    this.#tellCells(null);
    this.#port.send({ kind: 'bye' }, then);
  };

  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

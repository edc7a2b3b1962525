import type { Clock } from '../base/clock.ts';
import type { OnceLogger } from '../base/logger.ts';
import { VERSION } from '../base/version.ts';
import type { Recorder } from '../recording/recorder.ts';
import { Outbox, whenGone } from './outbox.ts';
import type { WorkerListener, WorkerPort } from './port.ts';
import { Reporter } from './reporter.ts';
import { PROTOCOL } from './report.ts';
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

const HELLO: Message = { kind: 'hello', version: VERSION, protocol: PROTOCOL };

export interface MembershipOptions {
  readonly recorder: Recorder;
  readonly isThread: boolean;
  /** What has changed of the instruments of `dashboard.meter` since the last call, or all. Must not reject, nor take long. */
  readonly takeInstruments: (isAll: boolean) => Promise<readonly unknown[]>;
  /** Whether there may be a primary that answers: else it is not waited for. It may come later. */
  readonly isExpected: boolean;
  /** Opens the way to the primary. */
  readonly connect: (listener: WorkerListener) => WorkerPort;
  /** Asks this worker's own threads, before it answers its primary. Must not reject, and takes half of that answer's time at most. */
  readonly askThreads?: () => Promise<void>;
  /** Called once there is a primary that measures: what it does for the whole the worker then leaves. */
  readonly onPrimary: () => void;
}

/** A worker's part of being one service with its primary: it tells what it has recorded. Keeps no process alive, and never throws. */
export class Membership implements WorkerListener {
  /** Ends true once there is a primary that measures, false where none has said so for a second. It may still do so later. */
  readonly hasPrimary: Promise<boolean>;
  /** It gets no signals then. */
  readonly isThread: boolean;
  readonly #reporter: Reporter;
  readonly #clock: Clock;
  readonly #port: WorkerPort;
  readonly #outbox: Outbox;
  readonly #logger: OnceLogger;
  readonly #onPrimary: () => void;
  readonly #askThreads: () => Promise<void>;
  readonly #takeInstruments: MembershipOptions['takeInstruments'];
  #settle: (isMember: boolean) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  /** Monotonic milliseconds before which counters are not told again. */
  #restsUntilMs = 0;
  #knowsPrimary = false;
  /** There is a primary, but it does not understand this worker. */
  #isApart = false;

  constructor(options: MembershipOptions) {
    const { recorder, isThread, isExpected, takeInstruments, connect, askThreads, onPrimary } = options;
    this.#takeInstruments = takeInstruments;
    this.#reporter = new Reporter(recorder, isThread);
    this.#clock = recorder.clock;
    this.isThread = isThread;
    this.#logger = recorder.logger;
    this.#onPrimary = onPrimary;
    this.#askThreads = askThreads ?? (() => Promise.resolve());
    this.hasPrimary = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#port = connect(this);
    this.#outbox = new Outbox(this.#port, this.#clock);
    // what has come while this thread was busy is read first
    const waiting = setTimeout(
      () => {
        setImmediate(this.#settle, false);
      },
      isExpected ? JOIN_MS : 0,
    ).unref();
    void this.hasPrimary.then(() => {
      clearTimeout(waiting);
    });
    this.#port.send(HELLO);
    process.once('exit', this.#exit);
  }

  message(message: Message): void {
    if (message.kind === 'welcome' && message.protocol === PROTOCOL) this.#join();
    else if (message.kind === 'welcome') this.#stayApart(message.version);
    if (message.kind === 'ask' && this.#isMember) void this.#answer(message.number);
    if (message.kind === 'bye') this.#pause();
  }

  ending(): void {
    this.#tellUnasked([], []);
  }

  /** Tells what there is, to a primary that has not been heard too: this process ends. Ends when it has left, after a second at most. */
  async flush(): Promise<void> {
    await whenGone(
      (sent) =>
        void this.#gather().then((instruments) => {
          this.#tellUnasked(instruments, [], sent);
        }),
    );
  }

  /** Tells the last, and no more. Ends when it has left, after a second at most. */
  async close(): Promise<void> {
    process.off('exit', this.#exit);
    this.#settle(false);
    await whenGone(
      (sent) =>
        void this.#gather().then((instruments) => {
          this.#tellLast(instruments, sent);
        }),
    );
    this.#pause();
    this.#port.close();
  }

  get #isMember(): boolean {
    return this.#timer !== undefined;
  }

  #join(): void {
    // a primary greets a worker that it finds, and one that greets it
    if (this.#isMember) return;
    this.#isApart = false;
    this.#reporter.introduce();
    this.#timer = setInterval(() => {
      this.#tick();
    }, REPORT_MS).unref();
    this.#tellCells();
    void this.#tellAll(null, true);
    this.#leaveDuties();
  }

  #stayApart(version: string): void {
    this.#pause();
    this.#isApart = true;
    this.#logger.warnOnce(
      `primary version ${version}`,
      `the primary has telemetry-dashboard ${version}, this worker ${VERSION}, and they do not understand each other: what this worker measures is in no sum`,
    );
    this.#leaveDuties();
  }

  #leaveDuties(): void {
    if (!this.#knowsPrimary) this.#onPrimary();
    this.#knowsPrimary = true;
    this.#settle(true);
  }

  #tick(): void {
    this.#ticks++;
    const nowMs = this.#clock.monotonicMs();
    // what cannot leave waits in the cells, not in a queue
    if (this.#outbox.isBusy) return;
    if (this.#ticks % REPORTS_PER_INSTRUMENTS === 0) {
      void this.#tellAll(null);
      return;
    }
    if (this.#ticks % REPORTS_PER_GAUGES === 0) {
      this.#tellCells();
      return;
    }
    if (nowMs < this.#restsUntilMs) return;
    const report = this.#reporter.take(false);
    if (report) this.#outbox.send({ kind: 'report', answers: null, report });
    const tookMs = this.#clock.monotonicMs() - nowMs;
    this.#restsUntilMs = nowMs + tookMs / LARGEST_SHARE;
  }

  async #answer(number: number): Promise<void> {
    await this.#askThreads();
    await this.#tellAll(number);
  }

  /** What is observed too; where nothing is new, that it lives. */
  #tellCells(): void {
    this.#outbox.send({ kind: 'report', answers: null, report: this.#reporter.take(true) });
  }

  /** @param isAllNew instruments that have been told are told again */
  async #tellAll(answers: number | null, isAllNew = false): Promise<void> {
    const instruments = await this.#takeInstruments(isAllNew);
    // the primary may have gone meanwhile
    if (this.#isMember) this.#outbox.send({ kind: 'report', answers, report: this.#reporter.take(true), instruments });
  }

  /** What takes its time before everything is told. */
  async #gather(): Promise<readonly unknown[]> {
    await this.#askThreads();
    return this.#takeInstruments(!this.#isMember);
  }

  /** At once, and to a primary that may not have heard of this worker yet: what it hears so, it is not told again. */
  #tellUnasked(instruments: readonly unknown[], last: readonly Message[], sent: () => void = () => undefined): void {
    if (this.#isApart) {
      sent();
      return;
    }
    const isMember = this.#isMember;
    if (!isMember) this.#reporter.introduce();
    const report: Message = { kind: 'report', answers: null, report: this.#reporter.take(true), instruments };
    if (!isMember) this.#port.sendUnheard([HELLO, report, ...last], sent);
    else
      [report, ...last].forEach((message, index) => {
        this.#outbox.send(message, index === last.length ? sent : undefined);
      });
  }

  #tellLast(instruments: readonly unknown[], sent?: () => void): void {
    this.#tellUnasked(instruments, [{ kind: 'bye' }], sent);
    this.#pause();
  }

  readonly #exit = (): void => {
    this.#tellLast([]);
  };

  #pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

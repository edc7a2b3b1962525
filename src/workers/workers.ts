import { textOf } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { selfMetrics } from '../catalog/self.ts';
import type { GaugeFamily } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Accept, Port, PrimaryListener } from './port.ts';
import { WorkerFigures } from './worker-figures.ts';
import { PROTOCOL } from './report.ts';
import type { Message } from './report.ts';

/** A worker that has not answered within this time is read by what it told last. */
const ANSWER_MS = 200;

const WELCOME: Message = { kind: 'welcome', version: VERSION, protocol: PROTOCOL };

export interface WorkersOptions {
  /** The primary's own, to which everything is added. */
  readonly recorder: Recorder;
  /** Makes the recorder that holds one worker's figures alone. */
  readonly createRecorder: () => Recorder;
  /** Takes what a worker tells of the instruments of `dashboard.meter`, unread. */
  readonly addInstruments: (worker: object, instruments: readonly unknown[]) => void;
  /** The worker has ended. */
  readonly forgetInstruments: (worker: object) => void;
  /** Ways to take workers up. */
  readonly accept: readonly ((accept: Accept) => () => void)[];
}

/** One worker, for whoever wants to see it alone. */
export interface WorkerView {
  /** `1` for a process, `thread-1` for a thread; given anew when its worker has ended. */
  readonly name: string;
  readonly recorder: Recorder;
}

/**
 * A primary's part of being one service with its workers: adds what they tell into its own recorder, so that whoever reads that reads
 * the whole. What a worker has counted stays when it ends. Never throws, and keeps no process alive.
 */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #ages: GaugeFamily;
  readonly #members = new Map<string, Member>();
  readonly #ports = new Set<Port>();
  /** Of those that have told nothing yet too. */
  readonly #names = new Set<string>();
  readonly #stop: readonly (() => void)[];
  #asks = 0;

  constructor(options: WorkersOptions) {
    const { recorder, accept } = options;
    this.#options = options;
    this.#ages = recorder.gauge(selfMetrics.workerAge);
    const stopAging = recorder.onRefresh(() => {
      for (const { name, ageSeconds } of this.#members.values()) this.#ages.at([name]).set(ageSeconds);
    });
    this.#stop = [stopAging, ...accept.map((begin) => begin((port, kind) => this.#take(port, kind)))];
  }

  /** Those that have told something. */
  get all(): readonly WorkerView[] {
    return [...this.#members.values()].map(({ name, figures }) => ({ name, recorder: figures.recorder }));
  }

  /** Whether there are processes or threads that may be workers of this one, measured or not. */
  get areThere(): boolean {
    return this.#ports.size > 0;
  }

  /**
   * Asks every worker for what it has now, and waits for it; not for one that owes an answer from before.
   *
   * @param withinMs the longest wait
   */
  async refresh(withinMs = ANSWER_MS): Promise<void> {
    const number = ++this.#asks;
    const asked = [...this.#members.values()].filter((member) => !member.owesAnswer);
    if (asked.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([Promise.all(asked.map((member) => member.ask(number))), late]);
    clearTimeout(timer);
    for (const member of asked) member.giveUp(number);
  }

  close(): void {
    for (const port of this.#ports) port.send({ kind: 'bye' });
    for (const stop of this.#stop) stop();
  }

  #take(port: Port, kind: 'process' | 'thread'): PrimaryListener {
    const name = this.#freeName(kind);
    let member: Member | undefined;
    let isUnderstood = true;
    const leave = (): void => {
      if (!member) return;
      this.#members.delete(member.name);
      this.#ages.at([member.name]).set(null);
      member.leave();
      this.#options.forgetInstruments(member);
      member = undefined;
    };
    const receive = (message: Message): void => {
      if (message.kind === 'hello' && typeof message.protocol === 'number') isUnderstood = this.#greet(port, message);
      if (message.kind === 'report' && isUnderstood) {
        member ??= this.#enter(name, port);
        member.told(message);
        if (message.instruments) this.#options.addInstruments(member, message.instruments);
      }
      if (message.kind === 'bye' || !isUnderstood) leave();
    };
    this.#ports.add(port);
    // it may have begun before this primary did
    port.send(WELCOME);
    return {
      message: (message) => {
        try {
          receive(message);
        } catch (error) {
          this.#options.recorder.logger.warnOnce('worker report', `a worker's report cannot be read: ${textOf(error)}`);
        }
      },
      ended: () => {
        leave();
        this.#ports.delete(port);
        this.#names.delete(name);
      },
    };
  }

  /** Returns whether what it says will be understood; if not, it is to know that there is a primary all the same. */
  #greet(port: Port, { version, protocol }: Extract<Message, { kind: 'hello' }>): boolean {
    port.send(WELCOME);
    if (protocol === PROTOCOL) return true;
    this.#options.recorder.logger.warnOnce(
      `worker version ${version}`,
      `a worker has telemetry-dashboard ${version}, its primary ${VERSION}, and they do not understand each other: it is not in the sum`,
    );
    return false;
  }

  #enter(name: string, port: Port): Member {
    const { recorder, createRecorder } = this.#options;
    const member = new Member(name, port, new WorkerFigures(recorder, createRecorder()));
    this.#members.set(name, member);
    return member;
  }

  /** The lowest number that no other one has: those of a cluster whose workers are replaced stay the same. */
  #freeName(kind: 'process' | 'thread'): string {
    const prefix = kind === 'thread' ? 'thread-' : '';
    let number = 1;
    while (this.#names.has(`${prefix}${number}`)) number++;
    const name = `${prefix}${number}`;
    this.#names.add(name);
    return name;
  }
}

/** A worker that tells its figures. */
class Member {
  readonly name: string;
  readonly port: Port;
  readonly figures: WorkerFigures;
  /** Of asks: number, and whom to tell that it was answered. */
  readonly #asked = new Map<number, () => void>();
  #givenUp = 0;
  #answered = 0;

  constructor(name: string, port: Port, figures: WorkerFigures) {
    this.name = name;
    this.port = port;
    this.figures = figures;
  }

  get ageSeconds(): number {
    return this.figures.ageSeconds;
  }

  /** Whether it has not answered in time, and still has not. */
  get owesAnswer(): boolean {
    return this.#givenUp > this.#answered;
  }

  ask(number: number): Promise<void> {
    return new Promise((resolve) => {
      this.#asked.set(number, resolve);
      this.port.send({ kind: 'ask', number });
    });
  }

  /** Its time to answer is over. */
  giveUp(number: number): void {
    if (this.#asked.delete(number)) this.#givenUp = number;
  }

  told({ answers, report }: Extract<Message, { kind: 'report' }>): void {
    if (answers !== null) this.#answers(answers);
    this.figures.add(report);
  }

  leave(): void {
    this.figures.end();
    this.#answers(Infinity);
  }

  #answers(last: number): void {
    this.#answered = Math.max(this.#answered, last);
    for (const [number, resolve] of this.#asked) {
      if (number > last) continue;
      this.#asked.delete(number);
      resolve();
    }
  }
}

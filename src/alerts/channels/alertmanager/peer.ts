import type { TelemetryLogger } from '../../../base/logger.ts';
import type { Alert } from '../../alert.ts';
import type { Alarms } from '../alarms.ts';
import { Outage } from '../../../base/outage.ts';
import type { AlertmanagerClient, Receipts } from './client.ts';
import { PeerFailure } from './client.ts';
import type { PostableAlert } from './postable.ts';
import type { PeerSchedule } from './schedule.ts';

/** What a peer asks of its channel, and tells it. */
export interface PeerDuties extends Receipts {
  /** What it is to be told now. */
  read(): readonly Alert[];
  /** The telling of these alerts begins; it ends with a call of what this gives back. */
  begin(alerts: readonly Alert[]): () => void;
  translate(alert: Alert): PostableAlert;
}

/** Keeps one Alertmanager informed, whatever becomes of the others. */
export class Peer {
  readonly #client: AlertmanagerClient;
  readonly #schedule: PeerSchedule;
  readonly #duties: PeerDuties;
  readonly #alarms: Alarms;
  readonly #outage: Outage;
  readonly #abort = new AbortController();
  #cancel: () => void = () => undefined;
  #sending: Promise<void> | null = null;
  #isClosing = false;

  constructor(
    client: AlertmanagerClient,
    schedule: PeerSchedule,
    duties: PeerDuties,
    { alarms, logger }: { readonly alarms: Alarms; readonly logger: TelemetryLogger },
  ) {
    this.#client = client;
    this.#schedule = schedule;
    this.#duties = duties;
    this.#alarms = alarms;
    this.#outage = new Outage(logger, `alerts to Alertmanager ${client.address}`);
  }

  /** The alerts are other than they were. */
  changed(): void {
    this.#schedule.changed(this.#nowMs);
    this.#arm();
  }

  /** Waits for what is under way, then tells once more, whatever the schedule says. Nothing is sent after it. */
  async lastTry(): Promise<void> {
    this.#isClosing = true;
    this.#cancel();
    await this.#sending;
    if (!this.#abort.signal.aborted) await this.#send();
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#isClosing = true;
    this.#cancel();
    this.#abort.abort();
  }

  get #nowMs(): number {
    return this.#alarms.clock.monotonicMs();
  }

  #arm(): void {
    this.#cancel();
    const { dueAtMs } = this.#schedule;
    if (dueAtMs === null || this.#isClosing) return;
    this.#cancel = this.#alarms.set(dueAtMs - this.#nowMs, () => {
      // timers may ring a little early
      if (this.#schedule.dueAtMs !== null && this.#schedule.dueAtMs <= this.#nowMs) this.#start();
      else this.#arm();
    });
  }

  #start(): void {
    this.#sending = this.#send().then(() => {
      this.#sending = null;
      this.#arm();
    });
  }

  async #send(): Promise<void> {
    const alerts = this.#duties.read();
    if (alerts.length === 0) {
      this.#schedule.idle();
      return;
    }
    this.#schedule.begin();
    const end = this.#duties.begin(alerts);
    try {
      const receipts: Receipts = {
        accepted: (batch) => {
          this.#duties.accepted(batch);
          this.#outage.ended(this.#nowMs);
        },
        refused: (alert, reason) => this.#duties.refused(alert, reason),
      };
      await this.#client.send(alerts, (alert) => this.#duties.translate(alert), receipts, this.#abort.signal);
      this.#schedule.succeeded(this.#nowMs);
    } catch (error) {
      const { kind, message, advice, isRefusal } =
        error instanceof PeerFailure ? error : new PeerFailure('unexpected', String(error), 'it is tried again');
      this.#schedule.failed(this.#nowMs, isRefusal);
      if (!this.#abort.signal.aborted) this.#outage.failed(this.#nowMs, kind, message, advice);
    } finally {
      end();
    }
  }
}

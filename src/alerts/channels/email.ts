import { createOnceLogger } from '../../base/logger.ts';
import { oneLine } from '../../base/one-line.ts';
import type { OnceLogger } from '../../base/logger.ts';
import { readTls } from '../../config/tls-files.ts';
import type { AlertNotice } from '../alert.ts';
import type { Alarms } from './alarms.ts';
import { systemAlarms } from './alarms.ts';
import type { ChannelContext, CountLost, NoticeChannel } from './channel.ts';
import { MailQueue } from './email/mail-queue.ts';
import type { MailBatch } from './email/mail-queue.ts';
import { MailThreads } from './email/mail-threads.ts';
import { composeMail } from './email/mail.ts';
import { failureOf } from './email/mail-failure.ts';
import { Mailer } from './email/mailer.ts';
import type { EmailSection } from './email/email-section.ts';
import { loadNodemailer } from './email/nodemailer.ts';
import { Outage } from '../../base/outage.ts';

/** Tells by e-mail, with what comes together in one mail. */
export class EmailChannel implements NoticeChannel {
  readonly #section: EmailSection;
  readonly #logger: OnceLogger;
  readonly #countLost: CountLost;
  readonly #alarms: Alarms;
  #queue: MailQueue;
  readonly #mailer: Mailer;
  readonly #outage: Outage;
  readonly #threads = new MailThreads();
  #cancel: () => void = () => undefined;
  #sending: Promise<void> | null = null;
  /** While it still sends. */
  #predecessor: EmailChannel | null = null;
  #isClosed = false;
  #isReplaced = false;

  /** @throws TelemetryConfigError where nodemailer is not installed, or a file of `tls` cannot be read */
  constructor(section: EmailSection, context: ChannelContext) {
    const { logger, countLost, source, alarms = systemAlarms, random = Math.random } = context;
    this.#section = section;
    this.#logger = createOnceLogger(logger);
    this.#countLost = countLost;
    this.#alarms = alarms;
    this.#queue = new MailQueue(section.group_wait_ms, section.max_per_hour, random);
    const tls = readTls(source, 'alerts.channels.email.tls', section.tls);
    this.#mailer = new Mailer(loadNodemailer(source), section, tls);
    this.#outage = new Outage(this.#logger, `alerts by e-mail (${this.#mailer.address})`);
  }

  notify(notices: readonly AlertNotice[]): void {
    if (this.#isClosed || notices.length === 0) return;
    this.#lose(this.#queue.add(notices, this.#nowMs), 'overflow', 'too many alerts wait for a mail');
    this.#arm();
  }

  /** Goes on with what another one has left, by its own settings. That one is done with. */
  takeOver(predecessor: EmailChannel): void {
    this.#queue = predecessor.#release();
    this.#queue.configure(this.#section.group_wait_ms, this.#section.max_per_hour);
    this.#arm();
    // what is under way there is sent, or comes back
    this.#predecessor = predecessor;
    void predecessor.#settled().then(() => {
      this.#predecessor = null;
      this.#arm();
    });
  }

  /** Ends when nothing is under way any more, here and where it was taken over from. */
  async #settled(): Promise<void> {
    await this.#sending;
    if (this.#predecessor) await this.#predecessor.#settled();
  }

  #abort(): void {
    this.#mailer.abort();
    if (this.#predecessor) this.#predecessor.#abort();
  }

  #release(): MailQueue {
    this.#isClosed = true;
    this.#isReplaced = true;
    this.#cancel();
    return this.#queue;
  }

  /** Sends what waits at once, whatever holds it back. Holds the process meanwhile: it should get out. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel();
    if (this.#queue.size > 0) {
      const late = new AbortController();
      const deadline = setTimeout(() => {
        late.abort();
        this.#abort();
      }, timeoutMs);
      await this.#settled();
      if (this.#queue.size > 0 && !late.signal.aborted) await this.#send();
      clearTimeout(deadline);
    }
    this.#lose(this.#queue.clear(), 'end', 'the service ends');
  }

  get #nowMs(): number {
    return this.#alarms.clock.monotonicMs();
  }

  #arm(): void {
    this.#cancel();
    const { dueAtMs } = this.#queue;
    if (dueAtMs === null || this.#sending !== null || this.#isClosed) return;
    this.#cancel = this.#alarms.set(dueAtMs - this.#nowMs, () => {
      // timers may ring a little early
      if (this.#nowMs >= dueAtMs) this.#start();
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
    const batch = this.#queue.take(this.#nowMs);
    const notices = batch.map(({ notice }) => notice);
    try {
      const { messageId, refused } = await this.#mailer.send(composeMail(notices, this.#threads.of(notices)));
      this.#queue.sent(batch, this.#nowMs);
      this.#threads.sent(notices, messageId);
      this.#outage.ended(this.#nowMs);
      if (refused.length > 0) {
        const addresses = oneLine(refused.join(', '));
        this.#logger.warnOnce(`refused ${addresses}`, `alerts by e-mail: the server refuses mails for ${addresses}`);
      }
    } catch (error) {
      this.#failed(batch, error);
    }
  }

  #failed(batch: MailBatch, error: unknown): void {
    if (this.#isReplaced) {
      this.#queue.putBack(batch);
      return;
    }
    const { kind, message, advice } = failureOf(error, this.#section);
    if (kind === 'rejected') {
      this.#lose(this.#queue.rejected(batch), kind, `the server refuses the mail: ${message}`);
      return;
    }
    const isRefusal = kind === 'credentials' || kind === 'refused';
    if (kind !== 'aborted') this.#outage.failed(this.#nowMs, kind, message, advice);
    this.#lose(this.#queue.failed(batch, this.#nowMs, isRefusal), 'too late', 'no mail got out for an hour');
  }

  #lose(count: number, kind: string, why: string): void {
    if (count === 0) return;
    this.#countLost('email', count);
    this.#outage.failed(this.#nowMs, kind, why, `${count} given up`);
  }
}

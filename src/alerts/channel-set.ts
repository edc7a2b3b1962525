import { isDeepStrictEqual } from 'node:util';
import type { AlertsConfig } from '../config/schema.ts';
import type { AlertNotice } from './alert.ts';
import { AlertmanagerChannel } from './channels/alertmanager.ts';
import type { ChannelContext, NoticeChannel, ReadAlerts } from './channels/channel.ts';
import { EmailChannel } from './channels/email.ts';
import { LogChannel } from './channels/log.ts';

type Sections = AlertsConfig['channels'];

/** Channels in use, with the sections that they were made of. */
interface Channels {
  readonly sections: Sections;
  readonly log: LogChannel | undefined;
  readonly email: EmailChannel | undefined;
  readonly alertmanager: AlertmanagerChannel | undefined;
}

const NONE: Channels = {
  sections: { log: { enabled: false } },
  log: undefined,
  email: undefined,
  alertmanager: undefined,
};

/** The channels that are configured. Each works for itself: what happens to one is nothing to the others. */
export class ChannelSet {
  readonly #alerts: ReadAlerts;
  readonly #context: ChannelContext;
  #channels = NONE;

  constructor(alerts: ReadAlerts, context: ChannelContext) {
    this.#alerts = alerts;
    this.#context = context;
  }

  /**
   * Uses these channels from now on. One whose section is the same goes on; one with another section takes over what its
   * predecessor has left to tell; one that was not there is told what fires; what is left of one that is gone is lost.
   *
   * @param standing what people were told and still fires
   * @throws TelemetryConfigError where one cannot be made; all stay as they were then
   */
  configure(sections: Sections, standing: () => readonly AlertNotice[]): void {
    const before = this.#channels;
    const isSame = (key: keyof Sections): boolean => isDeepStrictEqual(sections[key], before.sections[key]);
    const log = isSame('log') ? before.log : makeLog(sections, this.#context);
    const email = isSame('email') ? before.email : makeEmail(sections, this.#context);
    // the last one: it begins at once to tell
    const alertmanager = isSame('alertmanager')
      ? before.alertmanager
      : makeAlertmanager(sections, this.#alerts, this.#context);
    this.#channels = { sections, log, email, alertmanager };
    if (log && !before.log) tellStanding(log, standing());
    replaceEmail(before.email, email, standing);
    if (before.alertmanager === alertmanager) return;
    if (alertmanager) before.alertmanager?.stop();
    else void before.alertmanager?.close(0);
  }

  /** @param changed whether an alert began to fire or is over */
  tell(notices: readonly AlertNotice[], changed: boolean): void {
    const { log, email, alertmanager } = this.#channels;
    if (notices.length > 0) {
      log?.notify(notices);
      email?.notify(notices);
    }
    if (changed) alertmanager?.changed();
  }

  /** Tries once more to deliver what waits. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    const { log, email, alertmanager } = this.#channels;
    this.#channels = NONE;
    const open = [log, email, alertmanager].filter((channel) => channel !== undefined);
    await Promise.all(open.map((channel) => channel.close(timeoutMs)));
  }
}

function makeLog({ log }: Sections, context: ChannelContext): LogChannel | undefined {
  return log.enabled ? new LogChannel(context.logger) : undefined;
}

function makeEmail({ email }: Sections, context: ChannelContext): EmailChannel | undefined {
  return email?.enabled ? new EmailChannel(email, context) : undefined;
}

function makeAlertmanager(
  { alertmanager }: Sections,
  alerts: ReadAlerts,
  context: ChannelContext,
): AlertmanagerChannel | undefined {
  return alertmanager?.enabled ? new AlertmanagerChannel(alertmanager, alerts, context) : undefined;
}

function replaceEmail(
  before: EmailChannel | undefined,
  after: EmailChannel | undefined,
  standing: () => readonly AlertNotice[],
): void {
  if (before === after) return;
  if (before && after) after.takeOver(before);
  else if (after) tellStanding(after, standing());
  else void before?.close(0);
}

function tellStanding(channel: NoticeChannel, standing: readonly AlertNotice[]): void {
  if (standing.length > 0) channel.notify(standing);
}

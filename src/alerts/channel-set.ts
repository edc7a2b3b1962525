import { isDeepStrictEqual } from 'node:util';
import type { AlertsConfig } from '../config/schema.ts';
import type { AlertNotice } from './alert.ts';
import { AlertmanagerChannel } from './channels/alertmanager.ts';
import type { ChannelContext, NoticeChannel, ReadAlerts, StateChannel } from './channels/channel.ts';
import { EmailChannel } from './channels/email.ts';
import { LogChannel } from './channels/log.ts';

type Sections = AlertsConfig['channels'];

/** A channel that a configuration has replaced gets so long to deliver what it has. */
const REPLACED_TIMEOUT_MS = 10_000;

/** Channels in use, with the section that each was made of. */
interface Channels {
  readonly sections: Sections;
  readonly log: NoticeChannel | undefined;
  readonly email: NoticeChannel | undefined;
  readonly alertmanager: StateChannel | undefined;
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
   * Uses these channels from now on. One whose section is the same goes on with what it has; another one is ended.
   *
   * @throws TelemetryConfigError where one cannot be made; all stay as they were then
   */
  configure(sections: Sections): void {
    const before = this.#channels;
    const same = (key: keyof Sections): boolean => isDeepStrictEqual(sections[key], before.sections[key]);
    const log = same('log') ? before.log : sections.log.enabled ? new LogChannel(this.#context.logger) : undefined;
    const email = same('email')
      ? before.email
      : sections.email?.enabled
        ? new EmailChannel(sections.email, this.#context)
        : undefined;
    // the last one: it begins at once to tell
    const alertmanager = same('alertmanager')
      ? before.alertmanager
      : sections.alertmanager?.enabled
        ? new AlertmanagerChannel(sections.alertmanager, this.#alerts, this.#context)
        : undefined;
    this.#channels = { sections, log, email, alertmanager };
    for (const key of ['log', 'email', 'alertmanager'] as const) {
      if (before[key] !== this.#channels[key]) void before[key]?.close(REPLACED_TIMEOUT_MS);
    }
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

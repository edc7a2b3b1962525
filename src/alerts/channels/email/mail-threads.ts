import type { AlertNotice } from '../../alert.ts';

/** Alerts of which the mail is remembered. */
const CAPACITY = 1000;

/** Remembers which mail first told of an alert, so that mail programs show what follows below it. */
export class MailThreads {
  /** Message-IDs by fingerprint, oldest first. */
  readonly #ids = new Map<string, string>();

  /** Message-IDs of the mails that first told of these alerts. */
  of(notices: readonly AlertNotice[]): string[] {
    return notices.flatMap(({ fingerprint }) => this.#ids.get(fingerprint) ?? []);
  }

  /** A mail with these notices has left. */
  sent(notices: readonly AlertNotice[], messageId: string): void {
    for (const { fingerprint, state } of notices) {
      if (state === 'resolved') this.#ids.delete(fingerprint);
      else if (!this.#ids.has(fingerprint)) this.#ids.set(fingerprint, messageId);
    }
    for (const fingerprint of this.#ids.keys()) {
      if (this.#ids.size <= CAPACITY) break;
      this.#ids.delete(fingerprint);
    }
  }
}

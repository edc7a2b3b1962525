import { createOnceLogger } from '../../base/logger.ts';
import type { OnceLogger } from '../../base/logger.ts';
import { textOf } from '../../base/errors.ts';
import type { AlertsConfig } from '../../config/schema.ts';
import { readTls } from '../../config/tls-files.ts';
import type { Credentials } from '../../http/request.ts';
import type { Alert } from '../alert.ts';
import type { Alarms } from './alarms.ts';
import { systemAlarms } from './alarms.ts';
import { AlertmanagerClient } from './alertmanager/client.ts';
import { Ledger } from './alertmanager/ledger.ts';
import { Peer } from './alertmanager/peer.ts';
import { toPostable } from './alertmanager/postable.ts';
import { PeerSchedule } from './alertmanager/schedule.ts';
import type { ChannelContext, CountLost, ReadAlerts, StateChannel } from './channel.ts';

/** `alerts.channels.alertmanager` of the document. */
export type AlertmanagerSection = NonNullable<AlertsConfig['channels']['alertmanager']>;

/** How long a resolved alert is sent again, in ms. */
const RESOLVED_MS = 300_000;

/** Lines an hour that name an alert which a peer refuses. */
const MAX_REFUSALS_TOLD = 10;
const HOUR_MS = 3_600_000;

/** Tells every peer the state of all alerts, each apart from the others. One that has taken an alert is enough. */
export class AlertmanagerChannel implements StateChannel {
  readonly #resendIntervalMs: number;
  readonly #readAlerts: ReadAlerts;
  readonly #logger: OnceLogger;
  readonly #countLost: CountLost;
  readonly #alarms: Alarms;
  readonly #ledger: Ledger;
  readonly #peers: readonly Peer[];
  readonly #refusalsToldMs: number[] = [];
  #isClosed = false;
  #isOver = false;

  /**
   * Begins at once to tell what fires already.
   *
   * @throws TelemetryConfigError where a file of `tls` cannot be read
   */
  constructor(section: AlertmanagerSection, readAlerts: ReadAlerts, context: ChannelContext) {
    const { logger, countLost, source, alarms = systemAlarms, random = Math.random } = context;
    this.#resendIntervalMs = section.resend_interval_ms;
    this.#readAlerts = readAlerts;
    this.#logger = createOnceLogger(logger);
    this.#countLost = countLost;
    this.#alarms = alarms;
    const tls = readTls(source, 'alerts.channels.alertmanager.tls', section.tls);
    const urls = [...new Set(section.urls)];
    this.#ledger = new Ledger(urls.length);
    this.#peers = urls.map((url, index) => {
      const options = { url, credentials: credentialsOf(section), tls, timeoutMs: section.timeout_ms };
      const client = new AlertmanagerClient(options);
      const schedule = new PeerSchedule(section.resend_interval_ms, random);
      return new Peer(client, schedule, this.#dutiesOf(index, client.address), { alarms, logger: this.#logger });
    });
    this.changed();
  }

  changed(): void {
    if (this.#isClosed) return;
    this.#read();
    for (const peer of this.#peers) peer.changed();
  }

  /** Ends at once and counts nothing: another channel tells from now on. */
  stop(): void {
    this.#isClosed = true;
    this.#isOver = true;
    this.#stop();
  }

  /** Holds the process while the last try is under way: what nobody knows of yet should get out. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#read();
    if (this.#ledger.undelivered > 0) {
      const deadline = setTimeout(() => this.#stop(), timeoutMs);
      await Promise.all(this.#peers.map((peer) => peer.lastTry()));
      clearTimeout(deadline);
    }
    this.#stop();
    this.#lose(this.#ledger.undelivered);
    this.#isOver = true;
  }

  #stop(): void {
    for (const peer of this.#peers) peer.stop();
  }

  /** The alerts as they are now, brought into the ledger. */
  #read(): readonly Alert[] {
    const nowMs = this.#alarms.clock.epochMs();
    let alerts: readonly Alert[];
    try {
      alerts = this.#readAlerts();
    } catch (error) {
      this.#logger.warnOnce('read alerts', `the alerts could not be read: ${textOf(error)}`);
      return [];
    }
    const current = alerts.filter(
      ({ state, sinceMs }) => state === 'firing' || (state === 'resolved' && nowMs - sinceMs <= RESOLVED_MS),
    );
    this.#lose(this.#ledger.update(current));
    return current;
  }

  #dutiesOf(peer: number, address: string) {
    return {
      read: () => this.#ledger.wantedBy(peer, this.#read()),
      begin: (alerts: readonly Alert[]) => {
        this.#ledger.begin(alerts);
        return () => this.#lose(this.#ledger.end(alerts));
      },
      translate: (alert: Alert) => toPostable(alert, this.#alarms.clock.epochMs(), this.#resendIntervalMs),
      accepted: (alerts: readonly Alert[]) => this.#ledger.accepted(alerts),
      refused: (alert: Alert, reason: string) => {
        const { isFirst, isLost } = this.#ledger.refused(peer, alert);
        if (isLost) this.#lose(1);
        if (isFirst) this.#tellRefusal(`${address} refuses the alert ${alert.name} (${alert.severity}): ${reason}`);
      },
    };
  }

  #tellRefusal(what: string): void {
    const nowMs = this.#alarms.clock.monotonicMs();
    const told = this.#refusalsToldMs;
    if (told.length === MAX_REFUSALS_TOLD && nowMs - (told[0] as number) < HOUR_MS) return;
    told.push(nowMs);
    if (told.length > MAX_REFUSALS_TOLD) told.shift();
    this.#logger.warn(`Alertmanager ${what}; it is not sent again in this state`);
  }

  #lose(count: number): void {
    if (count > 0 && !this.#isOver) this.#countLost('alertmanager', count);
  }
}

function credentialsOf({ username, password, bearer_token }: AlertmanagerSection): Credentials | undefined {
  if (bearer_token !== undefined) return { bearerToken: bearer_token };
  return username === undefined ? undefined : { username, password: password ?? '' };
}

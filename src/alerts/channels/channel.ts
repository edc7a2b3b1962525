import type { TelemetryLogger } from '../../base/logger.ts';
import type { LossyChannel } from '../../catalog/self.ts';
import type { Alert, AlertNotice } from '../alert.ts';
import type { Alarms } from './alarms.ts';

/** A way to people. Methods return at once and never throw; delivery goes on in the background. */
export interface NoticeChannel {
  /** Takes what happened in one evaluation, in its order. A warning whose critical fires is not among it. */
  notify(notices: readonly AlertNotice[]): void;
  /** Tries once more to deliver what waits; after `timeoutMs` it is lost, and counted. Never rejects. */
  close(timeoutMs: number): Promise<void>;
}

/** A system that is told the state of all alerts, again and again, and decides itself whom to tell. */
export interface StateChannel {
  /** Something began to fire or was resolved: `alerts()` is other than it was. */
  changed(): void;
  close(timeoutMs: number): Promise<void>;
}

/** All alerts: pending, firing, and resolved within the last 5 minutes. */
export type ReadAlerts = () => readonly Alert[];

/** Counts notifications that nobody will get any more. */
export type CountLost = (channel: LossyChannel, count: number) => void;

/** What channels that leave the process are given. */
export interface ChannelContext {
  /** Of their failures; never given a secret. */
  readonly logger: TelemetryLogger;
  readonly countLost: CountLost;
  /** Where the configuration came from, for errors: a file's path or `code`. */
  readonly source: string;
  /** @defaultValue timers of the process */
  readonly alarms?: Alarms;
  /** From 0 to 1, for jitter. @defaultValue `Math.random` */
  readonly random?: () => number;
}

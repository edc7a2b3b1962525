import { selfMetrics } from '../catalog/self.ts';
import type { AlertsConfig } from '../config/schema.ts';
import type { AlertFigures } from '../recording/snapshot.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Alert } from './alert.ts';
import { ChannelSet } from './channel-set.ts';
import { AlertEngine } from './engine.ts';
import { AlertListeners } from './listeners.ts';
import { NoticeBook } from './notices.ts';
import { rulesOf } from './rules.ts';
import type { AlertIdentity } from './watched-rule.ts';

/** Labels that `displayRealtimeMetrics()` says otherwise, or that are the same for all. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['alertname', 'severity', 'rule', 'job', 'instance']);

/** All of alerting: rules are evaluated when it is asked to, and who is to know is told. Has no timer of its own. */
export class Alerting {
  readonly listeners: AlertListeners;
  readonly #recorder: Recorder;
  readonly #engine: AlertEngine;
  readonly #book = new NoticeBook();
  readonly #channels: ChannelSet;
  #repeatIntervalMs = Infinity;

  /** @param source of the configuration, for errors: a file's path or `code` */
  constructor(recorder: Recorder, identity: AlertIdentity, source: string) {
    const { logger } = recorder;
    const lost = recorder.counter(selfMetrics.alertNotificationsLost);
    this.#recorder = recorder;
    this.#engine = new AlertEngine(recorder, identity);
    this.#channels = new ChannelSet(() => this.#engine.alerts, {
      logger,
      source,
      countLost: (channel, count) => {
        lost.at([channel]).add(count);
      },
    });
    this.listeners = new AlertListeners(logger);
  }

  /**
   * Uses these rules and channels from now on. With `enabled: false` what fires is resolved and told, and nothing fires any more.
   *
   * @throws TelemetryConfigError where a channel cannot be made; all stays as it was then
   */
  configure(config: AlertsConfig): void {
    if (config.enabled) this.#channels.configure(config.channels, () => this.#book.standing(this.#engine.alerts));
    this.#engine.configure(config.enabled ? rulesOf(config) : [], config.runbook_url);
    this.#repeatIntervalMs = config.repeat_interval_ms;
  }

  /** Evaluates all rules now and tells what there is to tell. Never throws. */
  evaluate(): void {
    const changed = this.#engine.evaluate();
    const notices = this.#book.update(this.#engine.alerts, this.#recorder.clock.monotonicMs(), this.#repeatIntervalMs);
    this.#channels.tell(notices, changed);
    this.listeners.notify(notices);
  }

  /** For `displayRealtimeMetrics()`. */
  get figures(): readonly AlertFigures[] {
    return this.#engine.alerts.map(figuresOf);
  }

  /** Ends evaluation; channels try once more to deliver what waits. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    await this.#channels.close(timeoutMs);
    this.#engine.close();
  }
}

function figuresOf({ name, severity, state, sinceMs, value, threshold, unit, labels }: Alert): AlertFigures {
  const own = Object.entries(labels).filter(([label]) => !TOLD_ELSEWHERE.has(label));
  const since = new Date(sinceMs).toISOString();
  return { name, severity, state, since, value, threshold, unit, labels: Object.fromEntries(own) };
}

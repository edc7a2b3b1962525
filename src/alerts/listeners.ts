import { textOf } from '../base/errors.ts';
import type { TelemetryLogger } from '../base/logger.ts';
import type { AlertNotice } from './alert.ts';

/** Hears of alerts in the process itself. May return a promise; nobody waits for it. */
export type AlertListener = (alert: AlertNotice) => unknown;

/** Who listens to `dashboard.on('alert')`. */
export class AlertListeners {
  readonly #listeners: AlertListener[] = [];
  readonly #logger: TelemetryLogger;

  constructor(logger: TelemetryLogger) {
    this.#logger = logger;
  }

  /** @throws TypeError for another event than `alert`, or where the listener is no function */
  add(event: 'alert', listener: AlertListener): void {
    if ((event as unknown) !== 'alert') throw new TypeError(`there is only the event 'alert', not ${textOf(event)}`);
    if (typeof (listener as unknown) !== 'function') throw new TypeError('a listener is a function');
    this.#listeners.push(listener);
  }

  remove(_event: 'alert', listener: AlertListener): void {
    const index = this.#listeners.lastIndexOf(listener);
    if (index >= 0) this.#listeners.splice(index, 1);
  }

  /** Calls all with each notice. A listener that fails keeps it from no other. */
  notify(notices: readonly AlertNotice[]): void {
    for (const notice of notices) for (const listener of [...this.#listeners]) this.#call(listener, notice);
  }

  #call(listener: AlertListener, notice: AlertNotice): void {
    try {
      Promise.resolve(listener(notice)).catch((error: unknown) => {
        this.#fail(error);
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#logger.error(`a listener of 'alert' failed: ${textOf(error)}`);
  }
}

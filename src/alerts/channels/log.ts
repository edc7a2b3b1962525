import type { LogDetails, TelemetryLogger } from '../../base/logger.ts';
import { oneLine } from '../../base/one-line.ts';
import type { AlertNotice } from '../alert.ts';
import { amountText } from '../amount-text.ts';
import type { NoticeChannel } from './channel.ts';

/** Names that a line has already. */
const TAKEN = new Set(['time', 'level', 'logger', 'msg']);

/** Tells by lines of the log: a firing warning as a warning, a firing critical as an error, what is over as information. */
export class LogChannel implements NoticeChannel {
  readonly #logger: TelemetryLogger;

  constructor(logger: TelemetryLogger) {
    this.#logger = logger;
  }

  notify(notices: readonly AlertNotice[]): void {
    for (const notice of notices) {
      const level = notice.state === 'resolved' ? 'info' : notice.severity === 'critical' ? 'error' : 'warn';
      try {
        this.#logger[level](lineOf(notice), detailsOf(notice.labels));
      } catch {
        // a host's broken logger must not break the host
      }
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function lineOf({ name, severity, state, repeated, value, threshold, unit }: AlertNotice): string {
  const what = state === 'resolved' ? 'is resolved' : repeated ? 'is still firing' : 'is firing';
  return oneLine(
    `alert ${name} (${severity}) ${what}: ${amountText(value, unit, threshold)}, threshold ${amountText(threshold, unit, threshold)}`,
  );
}

function detailsOf(labels: AlertNotice['labels']): LogDetails {
  return Object.fromEntries(
    Object.entries(labels)
      // the line has them
      .filter(([name]) => name !== 'alertname' && name !== 'severity')
      .map(([name, value]) => [TAKEN.has(name) ? `label_${name}` : name, value]),
  );
}

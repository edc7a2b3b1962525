import { setTimeout as sleep } from 'node:timers/promises';
import { textOf } from './errors.ts';
import type { TelemetryLogger } from './logger.ts';

/** Waits for all, but no longer than `timeoutMs`, and logs what went wrong. A reader of the user's may never end. */
export async function within(timeoutMs: number, logger: TelemetryLogger, all: readonly Promise<void>[]): Promise<void> {
  const timeout = new AbortController();
  const ended = Promise.allSettled(all).then((results) => {
    for (const result of results) if (result.status === 'rejected') logger.warn(`shutdown: ${textOf(result.reason)}`);
  });
  const late = sleep(timeoutMs, undefined, { signal: timeout.signal, ref: false }).then(
    () => logger.warn(`shutdown: something has not ended within ${timeoutMs} ms and was left behind`),
    () => undefined,
  );
  await Promise.race([ended, late]);
  timeout.abort();
}

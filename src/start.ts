import { LineLogger, createOnceLogger } from './base/logger.ts';
import type { OnceLogger } from './base/logger.ts';
import type { ResolvedConfig } from './config/schema.ts';
import { TelemetryDashboard } from './dashboard.ts';
import { disabledDashboard } from './disabled.ts';
import { recordingOf } from './parts.ts';
import type { StartOptions } from './parts.ts';
import { runningDashboard } from './running.ts';
import type { SourcedConfig } from './running.ts';

/** A dashboard that measures already. */
export interface Started {
  readonly dashboard: TelemetryDashboard;
  /** Ends when its server listens; rejects where it cannot. */
  readonly listening: Promise<void>;
  readonly logger: OnceLogger;
  /**
   * Brings what can change in a running dashboard up to `config`: alerts, logging, sampling. Undefined where nothing runs.
   *
   * @throws TelemetryConfigError where it cannot; nothing has changed then
   */
  readonly configure: ((config: ResolvedConfig) => void) | undefined;
}

/**
 * Puts all parts together. What can be wrong in the options throws here; the port, in `listening`.
 *
 * @param onClosing called when `shutdown()` begins, with the promise of its end
 */
export function start(
  sourced: SourcedConfig,
  options: StartOptions,
  onClosing: (done: Promise<void>) => void,
): Started {
  const { config } = sourced;
  const lines = new LineLogger(config.logging);
  const logger = createOnceLogger(options.logger ?? lines);
  const recording = recordingOf(config, logger);
  const { parts, listening, configure } = isDisabled(config)
    ? disabledDashboard(sourced, recording)
    : runningDashboard(sourced, options, recording, logger);
  const close = (): Promise<void> => {
    const done = parts.close();
    onClosing(done);
    return done;
  };
  return {
    dashboard: new TelemetryDashboard({ ...parts, close }),
    listening,
    logger,
    configure:
      configure &&
      ((next) => {
        configure(next);
        lines.configure(next.logging);
      }),
  };
}

function isDisabled(config: ResolvedConfig): boolean {
  return !config.enabled || process.env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true';
}

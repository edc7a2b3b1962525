import { TelemetryConfigError } from '../../base/errors.ts';
import type { AlertsConfig } from '../../config/schema.ts';
import { readTls } from '../../config/tls-files.ts';
import { loadNodemailer } from './email/nodemailer.ts';

/**
 * Looks for what the channels need besides their settings: the files of `tls`, the package nodemailer.
 *
 * @param source of the configuration, for the error
 * @throws TelemetryConfigError listing all that is missing
 */
export function assertRequirements({ email, alertmanager }: AlertsConfig['channels'], source: string): void {
  const issues = [
    ...(email?.enabled
      ? [() => loadNodemailer(source), () => readTls(source, 'alerts.channels.email.tls', email.tls)]
      : []),
    ...(alertmanager?.enabled ? [() => readTls(source, 'alerts.channels.alertmanager.tls', alertmanager.tls)] : []),
  ].flatMap(issuesOf);
  if (issues.length > 0) throw new TelemetryConfigError(source, issues);
}

function issuesOf(look: () => unknown): TelemetryConfigError['issues'] {
  try {
    look();
    return [];
  } catch (error) {
    if (error instanceof TelemetryConfigError) return error.issues;
    throw error;
  }
}

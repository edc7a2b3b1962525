import type * as Nodemailer from 'nodemailer';
import { TelemetryConfigError } from '../../../base/errors.ts';

/** The package nodemailer, 7 to 10. */
export type NodemailerPackage = typeof Nodemailer;

/**
 * Loads nodemailer, which is not a dependency of this package: only who sends mails needs it.
 *
 * @param source of the configuration, for the error
 * @param folders from which it is looked for
 * @throws TelemetryConfigError where neither this package nor the working directory has it
 */
export function loadNodemailer(
  source: string,
  folders: readonly string[] = [__dirname, process.cwd()],
): NodemailerPackage {
  let file: string;
  try {
    file = require.resolve('nodemailer', { paths: [...folders] });
  } catch {
    const expected = 'the package nodemailer (npm install nodemailer)';
    throw new TelemetryConfigError(source, [
      { path: 'alerts.channels.email', value: 'nodemailer is not installed', expected },
    ]);
  }
  return module.require(file) as NodemailerPackage;
}

import type { LogDetails, TelemetryLogger } from '../../src/base/logger.ts';

/** A logger that keeps what it was told, as `level message`. */
export class LogLines implements TelemetryLogger {
  readonly lines: string[] = [];

  debug(message: string, _details?: LogDetails): void {
    this.lines.push(`debug ${message}`);
  }

  info(message: string, _details?: LogDetails): void {
    this.lines.push(`info ${message}`);
  }

  warn(message: string, _details?: LogDetails): void {
    this.lines.push(`warn ${message}`);
  }

  error(message: string, _details?: LogDetails): void {
    this.lines.push(`error ${message}`);
  }
}

/** Levels in order; `silent` writes nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `text`: one readable line. `json`: one JSON object a line with `time`, `level`, `msg` and the details. */
export type LogFormat = 'text' | 'json';

/** Details of a log line: a flat object without secrets. */
export type LogDetails = Readonly<Record<string, string | number | boolean | null>>;

/** Where the package's own log lines go. The methods must not throw. */
export interface TelemetryLogger {
  debug(message: string, details?: LogDetails): void;
  info(message: string, details?: LogDetails): void;
  warn(message: string, details?: LogDetails): void;
  error(message: string, details?: LogDetails): void;
}

/** A logger that also knows how to say a thing only once. */
export interface OnceLogger extends TelemetryLogger {
  /** Logs a warning the first time it is called with this `kind`; later calls with it do nothing. */
  warnOnce(kind: string, message: string, details?: LogDetails): void;
}

/** Adds {@link OnceLogger.warnOnce} to a logger, and keeps an exception in it away from the caller. */
export function createOnceLogger(target: TelemetryLogger): OnceLogger {
  const said = new Set<string>();
  const guarded =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, details?: LogDetails): void => {
      try {
        target[level](message, details);
      } catch {
        // a host's broken logger must not break the host's message path
      }
    };
  const warn = guarded('warn');
  return {
    debug: guarded('debug'),
    info: guarded('info'),
    warn,
    error: guarded('error'),
    warnOnce(kind, message, details) {
      if (said.has(kind)) return;
      said.add(kind);
      warn(message, details);
    },
  };
}

const ignore = (): void => undefined;

/** As `console` does, it survives that nobody reads standard error any more. */
function writeToStandardError(line: string): void {
  const { stderr } = process;
  stderr.once('error', ignore);
  stderr.write(line, (error) => {
    if (!error) stderr.off('error', ignore);
  });
}

/** Writes lines at or above `level` to `write`, by default standard error. */
export function createLineLogger(
  level: LogLevel,
  format: LogFormat,
  write: (line: string) => void = writeToStandardError,
): TelemetryLogger {
  const threshold = LOG_LEVELS.indexOf(level);
  const at =
    (lineLevel: LogLevel) =>
    (message: string, details: LogDetails = {}): void => {
      if (LOG_LEVELS.indexOf(lineLevel) < threshold) return;
      const time = new Date().toISOString();
      if (format === 'json') {
        write(
          `${JSON.stringify({ time, level: lineLevel, logger: 'telemetry-dashboard', msg: message, ...details })}\n`,
        );
        return;
      }
      const pairs = Object.entries(details).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
      write(`${time} ${lineLevel.padEnd(5)} telemetry-dashboard: ${message}${pairs.join('')}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

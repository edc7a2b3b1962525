/** Levels in order; `silent` writes nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `text`: one readable line. `json`: one JSON object a line with `time`, `level`, `msg` and the details. */
type LogFormat = 'text' | 'json';

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

/** What decides which lines are written, and how. */
export interface LineLoggerSettings {
  readonly level: LogLevel;
  readonly format: LogFormat;
}

/** Writes lines at or above a level, by default to standard error. */
export class LineLogger implements TelemetryLogger {
  readonly #write: (line: string) => void;
  #settings: LineLoggerSettings;

  constructor(settings: LineLoggerSettings, write: (line: string) => void = writeToStandardError) {
    this.#settings = settings;
    this.#write = write;
  }

  /** From now on. */
  configure(settings: LineLoggerSettings): void {
    this.#settings = settings;
  }

  debug(message: string, details?: LogDetails): void {
    this.#log('debug', message, details);
  }

  info(message: string, details?: LogDetails): void {
    this.#log('info', message, details);
  }

  warn(message: string, details?: LogDetails): void {
    this.#log('warn', message, details);
  }

  error(message: string, details?: LogDetails): void {
    this.#log('error', message, details);
  }

  #log(level: LogLevel, message: string, details: LogDetails = {}): void {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.#settings.level)) return;
    const time = new Date().toISOString();
    if (this.#settings.format === 'json') {
      this.#write(`${JSON.stringify({ time, level, logger: 'telemetry-dashboard', msg: message, ...details })}\n`);
      return;
    }
    const pairs = Object.entries(details).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
    this.#write(`${time} ${level.padEnd(5)} telemetry-dashboard: ${message}${pairs.join('')}\n`);
  }
}

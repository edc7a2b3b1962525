import { isDeepStrictEqual } from 'node:util';
import { TelemetryConfigError, TelemetryError, issueText } from './base/errors.ts';
import type { ConfigIssue } from './base/errors.ts';
import { readConfigFile } from './config/file.ts';
import type { ConfigFile } from './config/file.ts';
import { resolveDocuments } from './config/resolve.ts';
import type { ResolvedConfig, TelemetryConfig } from './config/schema.ts';
import type { TelemetryDashboard } from './dashboard.ts';
import type { StartOptions } from './parts.ts';
import { Reload } from './reload.ts';
import { start } from './start.ts';
import type { Started } from './start.ts';

/** Options of {@link initializeTelemetryDashboard}. */
export interface InitializeOptions extends StartOptions {
  /** Path of a configuration file. Default: `TELEMETRY_DASHBOARD_CONFIG`, else `configs/monitoring.json` where there is one. */
  readonly configFile?: string;
  /** The same document as the file, laid over it. */
  readonly config?: TelemetryConfig;
}

/** The dashboard of this process, and who asked for it. */
interface Current extends Started {
  /** In words: `code`, `telemetry-dashboard/register`, with the file if there was one. */
  readonly origin: string;
  readonly options: InitializeOptions;
}

const WAITING_MS = 1000;

let current: Current | undefined;
let closing: Promise<void> = Promise.resolve();

/**
 * Starts the dashboard of this process: measures `ws`, serves `/metrics`, records what it is told. A second call without
 * options, or with equal ones, gives the same dashboard.
 *
 * @returns the dashboard, once its port is open, or the primary measures whose worker this is
 * @throws TelemetryConfigError listing everything that is wrong in the configuration
 * @throws TelemetryError `TD_PORT_UNAVAILABLE` where the address cannot be listened on, in a cluster worker or thread never;
 *   `TD_ALREADY_INITIALIZED` for other options than the first call's
 */
export async function initializeTelemetryDashboard(options: InitializeOptions = {}): Promise<TelemetryDashboard> {
  if (!current) await closing;
  if (current) assertSameOptions(current, options);
  else current = initialize(options, 'code');
  const { dashboard, listening } = current;
  // who waits for it shall not end over it: nothing of a dashboard keeps a process alive
  const waiting = setInterval(() => undefined, WAITING_MS);
  try {
    await listening;
  } catch (error) {
    await dashboard.shutdown();
    throw error;
  } finally {
    clearInterval(waiting);
  }
  return dashboard;
}

/**
 * The dashboard of this process.
 *
 * @throws TelemetryError `TD_NOT_INITIALIZED` before `initializeTelemetryDashboard()` was called, and after `shutdown()`
 */
export function getTelemetryDashboard(): TelemetryDashboard {
  if (current) return current.dashboard;
  throw new TelemetryError(
    'TD_NOT_INITIALIZED',
    'there is no telemetry dashboard: call `await initializeTelemetryDashboard()` first, or start Node.js with `--import telemetry-dashboard/register`',
  );
}

/**
 * Starts the dashboard for an application that knows nothing of it, with the configuration that the environment names. A port
 * that is in use costs the endpoint and one log line, not the application.
 *
 * @throws TelemetryConfigError as {@link initializeTelemetryDashboard}
 */
export function registerTelemetryDashboard(): void {
  if (current) return;
  const started = initialize({}, 'telemetry-dashboard/register');
  const listening = started.listening.catch((error: unknown) => {
    started.logger.error(`${(error as Error).message}; the application runs on without /metrics`);
  });
  current = { ...started, listening };
}

function initialize(options: InitializeOptions, how: string): Current {
  const file = readConfigFile(options.configFile);
  try {
    if (file?.document instanceof TelemetryConfigError) throw file.document;
    return run(file, file?.document, options, how);
  } catch (error) {
    if (!file || file.named || !(error instanceof TelemetryConfigError)) throw error;
    // it was only found: perhaps it is somebody else's, and an application must not end for it
    const current = run(file, undefined, options, how);
    const count = error.issues.length;
    current.logger.warn(
      `${file.path} was found, not named, and is wrong as a configuration of telemetry-dashboard: the defaults apply; if it is one, mend it: ${issueText(error.issues[0] as ConfigIssue)}${count > 1 ? `, and ${count - 1} more (telemetry-dashboard check)` : ''}`,
    );
    return current;
  }
}

/** @param document of the file; undefined: it has nothing to say, now */
function run(file: ConfigFile | undefined, document: unknown, options: InitializeOptions, how: string): Current {
  const isUsed = document !== undefined;
  const source = [isUsed && file?.path, options.config && 'code'].filter(Boolean).join(' and ') || 'the defaults';
  const { config, warnings, isOtlpAssumed } = resolveDocuments(source, [document, options.config]);
  let reload: Reload | undefined;
  const started = start({ config, source, isOtlpAssumed }, options, (done) => {
    reload?.close();
    current = undefined;
    closing = done;
  });
  for (const warning of warnings) started.logger.warn(warning);
  if (file) reload = follow(file, config, options.config, started);
  return { ...started, options, origin: file && isUsed ? `${how}, ${file.path}` : how };
}

/** Follows the file of a dashboard that is running. */
function follow(
  { path, seen }: ConfigFile,
  config: ResolvedConfig,
  overrides: TelemetryConfig | undefined,
  { configure, logger }: Started,
): Reload | undefined {
  if (!configure || config.reload_interval_ms === 0) return undefined;
  return new Reload({
    path,
    seen,
    intervalMs: config.reload_interval_ms,
    config,
    read: () => resolveDocuments(path, [readConfigFile(path)?.document, overrides]).config,
    apply: configure,
    logger,
  });
}

function assertSameOptions(first: Current, options: InitializeOptions): void {
  if (Object.keys(options).length === 0 || isDeepStrictEqual(options, first.options)) return;
  throw new TelemetryError(
    'TD_ALREADY_INITIALIZED',
    `the telemetry dashboard was already initialized by ${first.origin}, with other options; initialize it once, or call shutdown() before`,
  );
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { TelemetryConfigError } from '../base/errors.ts';
import type { ConfigIssue } from '../base/errors.ts';
import { findJsonBreak } from './json-text.ts';
import type { Environment } from './substitution.ts';
import { fileState } from './watch.ts';

/** Where the configuration is looked for when nobody names a file, under the working directory. */
const DEFAULT_FILE = 'configs/monitoring.json';

const READ_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'no permission',
};

/** A configuration file as it was read. */
export interface ConfigFile {
  readonly path: string;
  /** What it holds; of a file that was only found and cannot be read or is no JSON, the error that says so. */
  readonly document: unknown;
  /** Whether somebody asked for this file; one that was only found may be somebody else's. */
  readonly named: boolean;
  /** Its state when it was read: what changes later is found by it. */
  readonly seen: string;
}

/**
 * Reads the configuration file: the one named, else the one in `TELEMETRY_DASHBOARD_CONFIG`, else `configs/monitoring.json`
 * under the working directory where there is one.
 *
 * @param environment default: `process.env`
 * @returns undefined without a file
 * @throws TelemetryConfigError where a named file cannot be read or is not JSON
 */
export function readConfigFile(
  named: string | undefined,
  environment: Environment = process.env,
): ConfigFile | undefined {
  const fromEnvironment = environment['TELEMETRY_DASHBOARD_CONFIG'];
  const wanted = named ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  const path = resolve(wanted ?? DEFAULT_FILE);
  let text: string;
  let seen = '';
  try {
    seen = fileState(path);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    if (wanted === undefined && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    const words = READ_ERRORS[code];
    const value = words === undefined ? code : `${words} (${code})`;
    return wrongFile(path, { path: '', value, expected: 'a file that can be read' }, wanted !== undefined, seen);
  }
  try {
    // editors of Windows put a byte order mark first
    return { path, document: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown, named: wanted !== undefined, seen };
  } catch {
    return wrongFile(path, { path: '', value: whereItBreaks(text), expected: 'JSON' }, wanted !== undefined, seen);
  }
}

/** @throws TelemetryConfigError for a named file; one that was only found may be somebody else's */
function wrongFile(path: string, issue: ConfigIssue, named: boolean, seen: string): ConfigFile {
  const document = new TelemetryConfigError(path, [issue]);
  if (named) throw document;
  return { path, document, named, seen };
}

/** Without a word of the file, which may hold secrets. */
function whereItBreaks(text: string): string {
  try {
    const broken = findJsonBreak(text.replace(/^\uFEFF/, ''));
    return broken ? `${broken.found} in line ${broken.line}, column ${broken.column}` : 'a text';
  } catch {
    // a text of many megabytes can be too much for a regular expression
    return 'a text';
  }
}

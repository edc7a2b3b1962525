import { parseArgs } from 'node:util';
import { assertRequirements } from '../alerts/channels/requirements.ts';
import { TelemetryConfigError } from '../base/errors.ts';
import { readConfigFile } from '../config/file.ts';
import { maskedConfig } from '../config/masked.ts';
import { resolveDocuments } from '../config/resolve.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import type { Environment } from '../config/substitution.ts';
import { EXIT_CODE } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';
import { CHECK_USAGE } from './usage.ts';
import { UsageError } from './usage-error.ts';

/** What a check has to say. */
export interface Checked {
  readonly code: ExitCode;
  /** The effective settings, or nothing. */
  readonly stdout: string;
  readonly stderr: string;
  /** Where it is right. */
  readonly config?: ResolvedConfig;
}

/** `telemetry-dashboard check`: see its `--help`. */
export function check(args: readonly string[]): Promise<ExitCode> {
  const { help, file } = parseOptions(args);
  const { code, stdout, stderr } = help ? helpText() : checkFile(file, process.env);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return Promise.resolve(code);
}

/**
 * Reads and checks the configuration that a dashboard would start with here. Other than at a start, a file that was only found
 * must be right too.
 */
function checkFile(named: string | undefined, environment: Environment): Checked {
  try {
    const file = readConfigFile(named, environment);
    if (file?.document instanceof TelemetryConfigError) throw file.document;
    const checked = checkDocument(file?.path, file?.document, environment);
    if (checked.config?.alerts.enabled)
      assertRequirements(checked.config.alerts.channels, file?.path ?? 'the environment');
    return checked;
  } catch (error) {
    return problemsOf(error);
  }
}

/**
 * Checks a document.
 *
 * @param path of its file; undefined: there is none, the defaults apply
 */
export function checkDocument(path: string | undefined, document: unknown, environment: Environment): Checked {
  try {
    const { config, warnings } = resolveDocuments(path ?? 'the environment', [document], environment);
    const lines = [
      ...warnings.map((warning) => `telemetry-dashboard: ${warning}\n`),
      path === undefined
        ? 'telemetry-dashboard: no configuration file, the defaults apply\n'
        : `telemetry-dashboard: ${path} is right\n`,
    ];
    return {
      code: EXIT_CODE.ok,
      stdout: `${JSON.stringify(maskedConfig(config), undefined, 2)}\n`,
      stderr: lines.join(''),
      config,
    };
  } catch (error) {
    return problemsOf(error);
  }
}

function problemsOf(error: unknown): Checked {
  if (!(error instanceof TelemetryConfigError)) throw error;
  return { code: EXIT_CODE.failed, stdout: '', stderr: `${error.message}\n` };
}

function helpText(): Checked {
  return { code: EXIT_CODE.ok, stdout: CHECK_USAGE, stderr: '' };
}

function parseOptions(args: readonly string[]): { help: boolean; file: string | undefined } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new UsageError('more than one file given');
    return { help: values.help, file: positionals[0] };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // what Node.js says in its first sentence is what is wrong
    throw new UsageError((error as Error).message.split(/\.\s|\n/)[0] ?? 'wrong options', { cause: error });
  }
}

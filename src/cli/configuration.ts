import { TelemetryConfigError } from '../base/errors.ts';
import { readConfigFile } from '../config/file.ts';
import { resolveDocuments } from '../config/resolve.ts';
import type { ResolvedConfig } from '../config/schema.ts';

/** The configuration that a command works with. */
export interface Configuration {
  readonly config: ResolvedConfig;
  /** For people: a file's path or `the defaults`. */
  readonly origin: string;
}

/**
 * Reads the configuration that a dashboard would start with here, and tells on standard error which it is.
 *
 * @param named a file; undefined: the usual places
 * @param options `needsSecrets: false` lets variables of secrets be unset
 * @throws TelemetryConfigError listing every problem
 */
export function readConfiguration(
  named: string | undefined,
  options: { readonly needsSecrets: boolean },
): Configuration {
  const file = readConfigFile(named);
  if (file?.document instanceof TelemetryConfigError) throw file.document;
  const origin = file?.path ?? 'the defaults';
  const { config, warnings } = resolveDocuments(origin, [file?.document], process.env, options);
  for (const warning of warnings) process.stderr.write(`telemetry-dashboard: ${warning}\n`);
  process.stderr.write(`telemetry-dashboard: configuration: ${origin}\n`);
  return { config, origin };
}

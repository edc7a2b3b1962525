import { parseArgs } from 'node:util';
import type { ResolvedConfig } from '../config/schema.ts';
import { grafanaFiles } from '../grafana/files.ts';
import { prometheusFiles } from '../prometheus/files.ts';
import { compareFile, writeFile } from '../provisioning/folder.ts';
import type { GeneratedFiles } from '../provisioning/generated-file.ts';
import { readConfiguration } from './configuration.ts';
import { EXIT_CODE } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';
import { UsageError } from './usage-error.ts';
import { PROVISION_USAGE } from './usage.ts';

/** Each makes files of the configuration; all of them are written. */
const SOURCES: readonly ((config: ResolvedConfig) => GeneratedFiles)[] = [prometheusFiles, grafanaFiles];

/** `telemetry-dashboard provision`: see its `--help`. */
export function provision(args: readonly string[]): Promise<ExitCode> {
  return Promise.resolve(provisionNow(args));
}

function provisionNow(args: readonly string[]): ExitCode {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(PROVISION_USAGE);
    return EXIT_CODE.ok;
  }
  // the files say where a secret belongs, never what it is
  const { config } = readConfiguration(options.config, { needsSecrets: false });
  const generated = SOURCES.map((source) => source(config));
  for (const remark of generated.flatMap(({ remarks }) => remarks)) {
    process.stderr.write(`telemetry-dashboard: ${remark}\n`);
  }
  const files = generated.flatMap((one) => one.files);
  let differ = 0;
  for (const file of files) {
    const state = options.check ? compareFile(options.out, file) : writeFile(options.out, file);
    if (state !== 'unchanged') differ++;
    process.stdout.write(`${state.padEnd(9)} ${file.path}\n`);
  }
  if (!options.check || differ === 0) return EXIT_CODE.ok;
  process.stderr.write(
    `telemetry-dashboard: ${differ} of ${files.length} files are not what the configuration gives; ` +
      `telemetry-dashboard provision writes them\n`,
  );
  return EXIT_CODE.failed;
}

interface ProvisionOptions {
  readonly help: boolean;
  readonly check: boolean;
  readonly out: string;
  readonly config?: string;
}

function parseOptions(args: readonly string[]): ProvisionOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        check: { type: 'boolean', default: false },
        out: { type: 'string', default: '.' },
        config: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    // what Node.js says in its first sentence is what is wrong
    throw new UsageError((error as Error).message.split(/\.\s|\n/)[0] ?? 'wrong options', { cause: error });
  }
}

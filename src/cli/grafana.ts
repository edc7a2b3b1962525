import { parseArgs } from 'node:util';
import { GrafanaClient } from '../grafana/api/grafana-client.ts';
import { GrafanaError } from '../grafana/api/grafana-error.ts';
import { connectionOf } from '../grafana/connection.ts';
import { GrafanaSync } from '../grafana/grafana-sync.ts';
import type { SyncItem } from '../grafana/sync/sync-item.ts';
import { addressText } from '../http/request.ts';
import { readConfiguration } from './configuration.ts';
import { EXIT_CODE } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';
import { RunError } from './run-error.ts';
import { UsageError } from './usage-error.ts';
import { GRAFANA_USAGE } from './usage.ts';

/** `telemetry-dashboard grafana push`: see its `--help`. */
export async function grafana(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args);
  if (values.help) {
    process.stdout.write(GRAFANA_USAGE);
    return EXIT_CODE.ok;
  }
  const [verb, ...rest] = positionals;
  if (verb === undefined) throw new UsageError('what shall be done with Grafana? There is: push');
  if (verb !== 'push') throw new UsageError(`there is no grafana ${verb}, only grafana push`);
  if (rest.length > 0) throw new UsageError(`unexpected argument '${rest.join(' ')}'`);
  return push(values.config, values.overwrite);
}

async function push(named: string | undefined, overwrite: boolean): Promise<ExitCode> {
  const { config, origin } = readConfiguration(named, { needsSecrets: true });
  const address = addressText(new URL(config.grafana.url));
  process.stderr.write(`telemetry-dashboard: Grafana: ${address}\n`);
  // requests keep no process alive
  const awake = setInterval(() => undefined, 1000);
  try {
    const client = new GrafanaClient(connectionOf(config, origin));
    const items = await new GrafanaSync(client, config, [], { overwrite }).all();
    return report(items);
  } catch (error) {
    if (!(error instanceof GrafanaError)) throw error;
    throw new RunError(`Grafana is not set up: ${error.message}; ${error.advice}`, { cause: error });
  } finally {
    clearInterval(awake);
  }
}

function report(items: readonly SyncItem[]): ExitCode {
  for (const { outcome, kind, title, reason } of items) {
    process.stdout.write(
      `${outcome.padEnd(9)} ${kind.padEnd(11)} ${title}${reason === undefined ? '' : `: ${reason}`}\n`,
    );
  }
  const kept = items.filter(({ outcome }) => outcome === 'kept').length;
  if (kept > 0) {
    process.stderr.write(
      `telemetry-dashboard: ${kept} of ${items.length} ${kept === 1 ? 'was left as it is' : 'were left as they are'}; ` +
        '--overwrite replaces what was changed by hand\n',
    );
  }
  return items.some(({ outcome }) => outcome === 'failed') ? EXIT_CODE.failed : EXIT_CODE.ok;
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        overwrite: { type: 'boolean', default: false },
        config: { type: 'string' },
      },
    });
  } catch (error) {
    // what Node.js says in its first sentence is what is wrong
    throw new UsageError((error as Error).message.split(/\.\s|\n/)[0] ?? 'wrong options', { cause: error });
  }
}

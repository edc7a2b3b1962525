import { parseArgs } from 'node:util';
import { runDemo } from './demo/run.ts';
import { parseDuration } from './duration.ts';
import { EXIT_CODE } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';
import { DEMO_USAGE } from './usage.ts';
import { UsageError } from './usage-error.ts';
import { parseWholeNumber } from './whole-number.ts';

/** `telemetry-dashboard demo`: see its `--help`. */
export async function demo(args: readonly string[]): Promise<ExitCode> {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(DEMO_USAGE);
    return EXIT_CODE.ok;
  }
  return runDemo({
    durationMs: options.duration === undefined ? undefined : parseDuration('--duration', options.duration),
    host: options.host,
    port: parseWholeNumber('--port', options.port, 0, 65_535),
    clients: parseWholeNumber('--clients', options.clients, 1, 10_000),
    ratePerSecond: parseWholeNumber('--rate', options.rate, 1, 1_000_000),
    json: options.json,
  });
}

/** The options as text, with their defaults. */
interface DemoOptionTexts {
  readonly help: boolean;
  readonly json: boolean;
  readonly duration?: string;
  readonly host: string;
  readonly port: string;
  readonly clients: string;
  readonly rate: string;
}

function parseOptions(args: readonly string[]): DemoOptionTexts {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        duration: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '9464' },
        clients: { type: 'string', default: '20' },
        rate: { type: 'string', default: '200' },
      },
    }).values;
  } catch (error) {
    // what Node.js says in its first sentence is what is wrong
    throw new UsageError((error as Error).message.split(/\.\s|\n/)[0] ?? 'wrong options', { cause: error });
  }
}

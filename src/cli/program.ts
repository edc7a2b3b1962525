import { VERSION } from '../base/version.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { EXIT_CODE } from './exit-code.ts';
import type { ExitCode } from './exit-code.ts';
import { grafana } from './grafana.ts';
import { provision } from './provision.ts';
import { PROGRAM_USAGE } from './usage.ts';
import { UsageError } from './usage-error.ts';

/** A command: takes the arguments after its name. */
type Command = (args: readonly string[]) => Promise<ExitCode>;

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['demo', demo],
  ['check', check],
  ['provision', provision],
  ['grafana', grafana],
]);

/**
 * Runs the command that the arguments name.
 *
 * @param args without those of Node.js: `['demo', '--port', '0']`
 * @returns what the process shall end with; never rejects
 */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  // whoever read our output has gone, as in `… | head`
  process.stdout.on('error', () => process.exit(EXIT_CODE.failed));
  const [name, ...rest] = args;
  const command = COMMANDS.get(name ?? '');
  try {
    if (command) return await command(rest);
    return answer(name);
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof UsageError) {
      const help = command ? `telemetry-dashboard ${name ?? ''} --help` : 'telemetry-dashboard --help';
      process.stderr.write(`telemetry-dashboard: ${message}; see ${help}\n`);
      return EXIT_CODE.usage;
    }
    process.stderr.write(`${message.startsWith('telemetry-dashboard') ? '' : 'telemetry-dashboard: '}${message}\n`);
    return EXIT_CODE.failed;
  }
}

function answer(word: string | undefined): ExitCode {
  if (word === '--help' || word === '-h') process.stdout.write(PROGRAM_USAGE);
  else if (word === '--version' || word === '-v') process.stdout.write(`${VERSION}\n`);
  else if (word === undefined) throw new UsageError('no command given');
  else throw new UsageError(`there is no ${word.startsWith('-') ? 'option' : 'command'} '${word}'`);
  return EXIT_CODE.ok;
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Child, Ending } from '../support/child-process.ts';
import { Application } from './application.ts';
import type { WsPackage } from './application.ts';
import { rowsFor } from './rows/index.cjs';

/** How a process loads the package and `ws`. */
interface Process {
  readonly ws: WsPackage;
  readonly system: 'cjs' | 'mjs';
  readonly wsFirst: boolean;
}

/** What a process says of a row. */
interface Outcome {
  readonly name: string;
  readonly problems: readonly string[];
}

/** A process runs all its rows in this time, with others at work beside it. */
const PROCESS_MS = 60_000;

const VERSIONS: readonly WsPackage[] = ['ws-7', 'ws-8.0', 'ws'];
const SYSTEMS = ['cjs', 'mjs'] as const;

const PROCESSES: readonly Process[] = [
  ...VERSIONS.flatMap((ws) => SYSTEMS.map((system) => ({ ws, system, wsFirst: false }))),
  ...SYSTEMS.map((system) => ({ ws: 'ws', system, wsFirst: true }) as const),
];

const versionOf = (ws: WsPackage): string =>
  (
    JSON.parse(readFileSync(resolve(__dirname, '../../node_modules', ws, 'package.json'), 'utf8')) as {
      version: string;
    }
  ).version;

const pattern = new RegExp(process.env['ROWS'] ?? '');

/** Processes that run at a time. */
const AT_A_TIME = 2;

/** What each process says, in the order of {@link PROCESSES}. */
const runs: Promise<Run>[] = [];

/** How a process has ended and what it said. */
interface Run {
  readonly ending: Ending;
  readonly stderr: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

async function run({ ws, system, wsFirst }: Process): Promise<Run> {
  const application = new Application(ws);
  let child: Child | undefined;
  try {
    child = application.start(system, wsFirst);
    const ending = await child.waitForEnd(PROCESS_MS);
    const lines = child.stdout.split('\n').filter((line) => line.startsWith('{'));
    const outcomes = new Map(lines.map((line) => JSON.parse(line) as Outcome).map((each) => [each.name, each]));
    return { ending, stderr: child.stderr, outcomes };
  } finally {
    await child?.stop();
    application.remove();
  }
}

beforeAll(() => {
  PROCESSES.forEach((each, index) => {
    const before = runs[index - AT_A_TIME]?.catch(() => undefined);
    runs.push((before ?? Promise.resolve()).then(() => run(each)));
  });
  // each is looked at by its own tests
  for (const each of runs) each.catch(() => undefined);
});

/** Also where jest gives up: no process is left behind. */
afterAll(() => Promise.allSettled(runs));

describe.each(
  PROCESSES.map(({ ws, system, wsFirst }, index) => {
    const version = versionOf(ws);
    const how = system === 'cjs' ? 'required' : 'imported';
    return { index, system, version, title: `ws ${version}, ${how}${wsFirst ? ' before the package' : ''}` };
  }),
)('$title', ({ index, system, version }) => {
  const rows = rowsFor(version, system).filter(({ name }) => pattern.test(name));
  let result: Run;

  beforeAll(async () => {
    result = await (runs[index] as Promise<Run>);
  }, PROCESSES.length * PROCESS_MS);

  it('runs to its end and writes nothing to standard error', () => {
    expect(result.ending).toEqual({ code: 0, signal: null });
    expect(result.stderr).toBe('');
  });

  it.each(rows.map(({ theme, name }) => [theme, name]))('%s: %s', (_theme, name) => {
    expect(result.outcomes.get(name)?.problems).toEqual([]);
  });
});

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Child } from '../support/child-process.ts';
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
const PROCESS_MS = 120_000;

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

describe.each(
  PROCESSES.map((each) => {
    const version = versionOf(each.ws);
    const how = each.system === 'cjs' ? 'required' : 'imported';
    return { ...each, version, title: `ws ${version}, ${how}${each.wsFirst ? ' before the package' : ''}` };
  }),
)('$title', ({ ws, system, wsFirst, version }) => {
  const pattern = new RegExp(process.env['ROWS'] ?? '');
  const rows = rowsFor(version, system).filter(({ name }) => pattern.test(name));
  let child: Child;
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    const application = new Application(ws);
    try {
      child = application.start(system, wsFirst);
      await child.waitForEnd(PROCESS_MS);
      const lines = child.stdout.split('\n').filter((line) => line.startsWith('{'));
      outcomes = new Map(lines.map((line) => JSON.parse(line) as Outcome).map((outcome) => [outcome.name, outcome]));
    } finally {
      await child.stop();
      application.remove();
    }
  }, PROCESS_MS + 10_000);

  it('runs to its end and writes nothing to standard error', async () => {
    await expect(child.ending).resolves.toEqual({ code: 0, signal: null });
    expect(child.stderr).toBe('');
  });

  it.each(rows.map(({ theme, name }) => [theme, name]))('%s: %s', (_theme, name) => {
    expect(outcomes.get(name)?.problems).toEqual([]);
  });
});

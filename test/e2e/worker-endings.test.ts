import { resolve } from 'node:path';
import { closeLeftovers } from '../support/leftovers.ts';
import { Program } from '../support/program.ts';

afterEach(closeLeftovers);

const PROGRAM = resolve(__dirname, '../fixtures/cluster/endings.cjs');
// eslint-disable-next-line @typescript-eslint/no-require-imports -- a program, and the names of its cases
const { names } = require(PROGRAM) as { names: string[] };

/** How a case ends, and what it has said. */
async function endingOf(name: string, withPackage: boolean): Promise<unknown> {
  const imports = withPackage ? ['--import', 'telemetry-dashboard/register'] : [];
  const program = new Program([...imports, PROGRAM, name], {
    env: { TELEMETRY_DASHBOARD_CONFIG: resolve(__dirname, '../fixtures/empty.json') },
  });
  const exit = await program.exited;
  // of what was thrown, only where in Node.js it passed is another matter
  return { exit, stdout: program.stdout, thrown: program.stderr.match(/^Error: .*/gm) };
}

describe('with the package', () => {
  it.concurrent.each(names)('processes and threads end as they do without it: %s', async (name) => {
    const [without, withPackage] = await Promise.all([endingOf(name, false), endingOf(name, true)]);
    expect(withPackage).toEqual(without);
    expect((without as { stdout: string }).stdout).not.toBe('');
  });
});

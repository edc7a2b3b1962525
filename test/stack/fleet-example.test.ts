import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { childrenOf, isRunning } from '../support/child-processes.ts';
import { Child } from '../support/child-process.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';

const RUN = resolve(__dirname, '../../examples/fleet/run.mjs');
const END_MS = 60_000;

afterEach(closeLeftovers);

/** Starts the example with few processes and waits until clients have counted something. */
async function startExample(...args: string[]): Promise<{ child: Child; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const child = new Child(process.execPath, [RUN, '--processes', '2', '--clients', '1', '--rate', '200', ...args], {
    env: { TMPDIR: folder },
  });
  closeLater(() => child.stop());
  await child.waitForOutput(/([1-9]\d*) messages counted by the clients/, END_MS);
  return { child, folder };
}

test(
  'examples/fleet ends at Ctrl-C with the store and the clients agreed, and leaves nothing behind',
  async () => {
    const { child, folder } = await startExample();
    const children = childrenOf(child.pid);
    expect(children.length).toBe(5); // two servers, one of clients, a collector, a store

    child.kill('SIGINT');
    const ending = await child.waitForEnd(END_MS);

    expect([ending, child.stderr]).toEqual([{ code: 0, signal: null }, '']);
    expect(child.stdout).toMatch(/^all +[\d,]+ +[\d,]+ +0\npayload .+\n\nThe clients counted .+\n$/m);
    expect(child.stdout).toMatch(/The clients counted [\d,]+ messages with .+; the store holds exactly that\.\n$/);
    expect(children.filter(isRunning)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  },
  END_MS * 2,
);

test(
  'examples/fleet ends by itself after --seconds',
  async () => {
    const { child } = await startExample('--seconds', '6');
    expect(await child.waitForEnd(END_MS)).toEqual({ code: 0, signal: null });
    expect(child.stdout).toMatch(/the store holds exactly that\.\n$/);
  },
  END_MS * 2,
);

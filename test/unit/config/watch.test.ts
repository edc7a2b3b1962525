import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileState, watchConfigFile } from '../../../src/config/watch.ts';
import { closeLater, closeLeftovers } from '../../support/leftovers.ts';
import { waitFor } from '../../support/wait-for.ts';

afterEach(closeLeftovers);

const INTERVAL_MS = 50;

/** A file and how often it was said to have changed. */
function watched(changeEarly: (path: string) => void): { readonly path: string; readonly times: () => number } {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-watch-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'monitoring.json');
  writeFileSync(path, '{}');
  const seen = fileState(path);
  let times = 0;
  // between reading a file and the first look of Node.js's own watching
  changeEarly(path);
  closeLater(watchConfigFile(path, seen, INTERVAL_MS, () => times++));
  return { path, times: () => times };
}

describe('a configuration file', () => {
  it.each<[string, (path: string) => void]>([
    ['is changed', (path) => writeFileSync(path, '{"enabled":true}')],
    ['is removed', (path) => rmSync(path)],
  ])('that %s before it is looked at for the first time is seen to have changed', async (_, change) => {
    const { times } = watched(change);
    await waitFor('the change to be told', () => times() > 0);
  });

  it('that stays as it is has not changed, and one that changes later has', async () => {
    const { path, times } = watched(() => undefined);
    const untouched = watched(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 4 * INTERVAL_MS));
    expect([times(), untouched.times()]).toEqual([0, 0]);
    writeFileSync(path, '{"enabled":true}');
    await waitFor('the change to be told', () => times() > 0);
    expect(untouched.times()).toBe(0);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { Child } from '../support/child-process.ts';

const RUN = resolve(__dirname, '../../examples/fleet/run.mjs');

afterEach(closeLeftovers);

/** Runs the example where none of its programs is on the PATH. */
async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const child = new Child(process.execPath, [RUN, ...args], { cwd: folder, env: { PATH: folder } });
  closeLater(() => child.stop());
  const { code } = await child.waitForEnd();
  return { code, stdout: child.stdout, stderr: child.stderr };
}

describe('examples/fleet', () => {
  test('says in a line each which programs are missing and where they are, and fails', async () => {
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^no OpenTelemetry Collector: put otelcol on the PATH, from https:\/\//),
      expect.stringMatching(/^no store: put victoria-metrics on the PATH, from https:\/\/.*prometheus/),
    ]);
  });

  test('tells its options', async () => {
    const { code, stdout } = await run('--help');
    expect([code, stdout]).toEqual([0, expect.stringContaining('--processes N')]);
  });

  test.each([
    [['--processes', '0'], '--processes 0: not a whole number from 1 on'],
    [['--processes', '1.5'], '--processes 1.5: not a whole number from 1 on'],
    [['--seconds', 'soon'], '--seconds soon: not a number from 1 on'],
    [['--proceses', '8'], "Unknown option '--proceses'"],
    [['--store', 'http://127.0.0.1:9090'], '--collector and --store go together'],
    [['--store', 'here', '--collector', 'there'], 'there: not a URL'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

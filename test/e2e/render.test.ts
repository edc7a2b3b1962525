import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const TOOL = resolve(__dirname, '../rendering/render.mjs');

function render(...args: string[]) {
  return spawnSync(process.execPath, [TOOL, ...args], { encoding: 'utf8', env: { PATH: '' } });
}

describe('the rendering tool', () => {
  it.each(['--help', '-h'])('says on %s what it takes', (flag) => {
    const { status, stdout, stderr } = render(flag);
    expect([status, stderr]).toEqual([0, '']);
    for (const option of ['seconds', 'out', 'width', 'rows', 'format', 'config'])
      expect(stdout).toContain(`--${option}`);
  });

  it.each([
    [['--nope'], "Unknown option '--nope'"],
    [['--seconds', 'soon'], '--seconds is a whole number above 0, not soon'],
    [['--format', 'gif'], '--format is png or webp, not gif'],
  ])('refuses %j with one line and its usage', (args, message) => {
    const { status, stderr } = render(...args);
    expect([status, stderr.split('\n')[0]]).toEqual([2, message]);
    expect(stderr).toContain('Usage: npm run render');
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** The files of the npm package, as npm chooses them. */
function packed(): string[] {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [manifest] = JSON.parse(output) as { files: { path: string }[] }[];
  return manifest!.files.map(({ path }) => path);
}

it('has in the npm package what the README and the runbook address name, and what an editor asks for', () => {
  const files = packed();
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, relabelling = ''] = /-relabelConfig=([\w./-]+)/.exec(readme) ?? [];
  expect(relabelling).toBe('otel-collector/victoria-metrics-relabel.yml');
  for (const file of [relabelling, 'docs/runbooks.md', 'configs/monitoring.schema.json', 'README.md', 'LICENSE']) {
    expect(files).toContain(file);
  }
});

it('has in the npm package all files for the collector', () => {
  const folder = join(ROOT, 'otel-collector');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1));
  expect(paths.length).toBeGreaterThan(5);
  expect(packed()).toEqual(expect.arrayContaining(paths));
});

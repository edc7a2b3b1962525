import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, mountsOf, readComposition } from '../support/composition.ts';
import type { Verdict } from '../support/provisioned.ts';

const { services } = readComposition();

/** Runs a program as a service of compose.yaml would, in a folder that has what is mounted under `root` there, laid out the same. */
function runMounted(service: string, root: string, program: string, ...args: string[]): Verdict {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-compose-'));
  try {
    for (const { source, target } of mountsOf(services[service]!)) {
      if (source.startsWith('./') && target.startsWith(`${root}/`)) {
        cpSync(join(ROOT, source), join(folder, target.slice(root.length)), { recursive: true });
      }
    }
    const env = { ...process.env, ...services[service]!.environment };
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('what compose.yaml mounts', () => {
  test('is right for Prometheus, rules included', () => {
    const verdict = runMounted('prometheus', '/etc/prometheus', 'promtool', 'check', 'config', 'prometheus.yml');
    expect(verdict).toMatchObject({ status: 0, output: expect.stringMatching(/\d+ rules found/) as string });
  });

  test('is right for Alertmanager', () => {
    expect(runMounted('alertmanager', '/etc/alertmanager', 'amtool', 'check-config', 'alertmanager.yml')).toMatchObject(
      {
        status: 0,
      },
    );
  });

  test('is right for the collector', () => {
    expect(runMounted('collector', '/etc/otelcol', 'otelcol', 'validate', '--config=config.yaml')).toMatchObject({
      status: 0,
    });
  });

  test('is right for the demo', () => {
    const program = join(ROOT, 'dist/cli.js');
    expect(
      runMounted('application', '/', process.execPath, program, 'check', join(ROOT, 'configs/compose/monitoring.json')),
    ).toMatchObject({ status: 0 });
  });
});

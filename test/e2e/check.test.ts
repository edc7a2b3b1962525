import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SECRETS, fullConfig } from '../support/full-config.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { Program } from '../support/program.ts';

const CLI = resolve(__dirname, '../../dist/cli.js');

afterEach(closeLeftovers);

/** A folder with files, by their path in it. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'configs'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  return folder;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function check(cwd: string, args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ended> {
  const program = new Program([CLI, 'check', ...args], { cwd, env });
  const { code } = await program.exited;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

describe('telemetry-dashboard check', () => {
  it('shows the effective settings with secrets masked, and says of which file', async () => {
    // its files are not there
    const text = JSON.stringify(fullConfig()).replaceAll(/"tls":\{[^}]*\}/g, '"tls":{}');
    const folder = folderWith({ 'mine.json': text });
    const { code, stdout, stderr } = await check(folder, ['mine.json']);
    expect([code, stderr]).toEqual([0, `telemetry-dashboard: ${join(folder, 'mine.json')} is right\n`]);
    expect(JSON.parse(stdout)).toMatchObject({ service_name: 'chat', prometheus: { port: 9465, token: '***' } });
    for (const secret of SECRETS) expect(stdout).not.toContain(secret);
  });

  it('misses what a start would miss', async () => {
    const tls = { ca_file: 'none.pem' };
    const email = { host: 'mail.example.com', from: 'a@example.com', to: ['b@example.com'], tls };
    const alertmanager = { urls: ['http://127.0.0.1:9093'], tls };
    const folder = folderWith({ 'mine.json': JSON.stringify({ alerts: { channels: { email, alertmanager } } }) });
    const { code, stderr } = await check(folder, ['mine.json']);
    expect(code).toBe(1);
    expect(stderr.match(/tls\.ca_file: no such file/g)).toHaveLength(2);
  });

  it('lists all problems at once on standard error', async () => {
    const document = {
      prometheus: { prot: 1, token: 7 },
      sampling_interval_ms: 5,
      alerts: { latency_threshold_ms: 'slow' },
    };
    const folder = folderWith({ 'configs/monitoring.json': JSON.stringify(document) });
    expect(await check(folder)).toEqual({
      code: 1,
      stdout: '',
      stderr: [
        `telemetry-dashboard: wrong configuration (from ${join(folder, 'configs/monitoring.json')})`,
        '  prometheus.prot: no such key; did you mean `prometheus.port`?',
        '  sampling_interval_ms: 5, expected a whole number from 10 to 60000',
        '  prometheus.token: "***", expected a token',
        '  alerts.latency_threshold_ms: a text, expected a number from 0.001 to 86400000, or null',
        '',
      ].join('\n'),
    });
  });

  it('takes the file that a start would take', async () => {
    const folder = folderWith({
      'configs/monitoring.json': '{"service_name":"found"}',
      'variable.json': '{"service_name":"variable"}',
      'named.json': '{"service_name":"named"}',
    });
    const nameIn = ({ stdout }: Ended): unknown => (JSON.parse(stdout) as { service_name: unknown }).service_name;
    const variable = { TELEMETRY_DASHBOARD_CONFIG: 'variable.json' };
    expect(nameIn(await check(folder))).toBe('found');
    expect(nameIn(await check(folder, [], variable))).toBe('variable');
    expect(nameIn(await check(folder, ['named.json'], variable))).toBe('named');
  });

  it('says that the defaults apply where there is no file, and warns of wrong variables', async () => {
    const env = { OTEL_EXPORTER_PROMETHEUS_PORT: 'geheim', OTEL_LOG_LEVEL: 'DEBUG' };
    const { code, stdout, stderr } = await check(folderWith({}), [], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ prometheus: { port: 9464 }, logging: { level: 'debug' } });
    expect(stderr).toBe(
      'telemetry-dashboard: the environment variable OTEL_EXPORTER_PROMETHEUS_PORT is ignored, expected a whole number from 0 to 65535\n' +
        'telemetry-dashboard: no configuration file, the defaults apply\n',
    );
  });

  it('puts variables in, and never shows them in a problem', async () => {
    const folder = folderWith({ 'a.json': '{"prometheus":{"port":"${PORT}"}}' });
    expect(JSON.parse((await check(folder, ['a.json'], { PORT: '81' })).stdout)).toMatchObject({
      prometheus: { port: 81 },
    });
    const { code, stderr } = await check(folder, ['a.json'], { PORT: 'geheim' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('prometheus.port: "${PORT}", expected a whole number')]);
    expect(stderr).not.toContain('geheim');
  });

  it("finds a file wrong that is missing, no JSON, or somebody else's", async () => {
    const folder = folderWith({
      'configs/monitoring.json': '{"their": "geheim"}',
      'broken.json': '{"token": "geheim",\n}',
    });
    expect((await check(folder)).stderr).toContain('  their: no such key; the keys of the document are enabled, ');
    expect((await check(folder, ['missing.json'])).stderr).toContain(
      '(document): no such file (ENOENT), expected a file that can be',
    );
    expect((await check(folder, ['configs'])).stderr).toContain(
      '(document): a folder (EISDIR), expected a file that can be read',
    );
    const { code, stderr } = await check(folder, ['broken.json']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('(document): } after a comma in line 2, column 1, expected JSON'),
    ]);
    expect(stderr).not.toContain('geheim');
  });

  it('has a help, and says what is wrong use', async () => {
    const folder = folderWith({});
    expect(await check(folder, ['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('[file]'),
      stderr: '',
    });
    expect(await check(folder, ['a', 'b'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('more than one file'),
    });
    expect(await check(folder, ['--fix'])).toMatchObject({ code: 2, stderr: expect.stringContaining("'--fix'") });
  });
});

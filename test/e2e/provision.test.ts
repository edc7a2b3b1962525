import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Child } from '../support/child-process.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';

const ROOT = resolve(__dirname, '../..');
const CLI = join(ROOT, 'dist/cli.js');
const FILES = [
  'prometheus/rules/telemetry-dashboard.yml',
  'prometheus/tests/telemetry-dashboard.test.yml',
  'prometheus/prometheus.yml',
  'prometheus/alertmanager.yml',
  'grafana/datasources/telemetry-dashboard.yml',
  'grafana/dashboards/telemetry-dashboard.yml',
  ...['service', 'websocket', 'runtime', 'fleet'].map(
    (kind) => `grafana/dashboards/telemetry-dashboard/telemetry-${kind}.json`,
  ),
  'grafana/alerting/rules.yml',
  'grafana/alerting/contact-points.yml',
  'grafana/alerting/policies.yml',
];

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function provision(cwd: string, ...args: string[]): Promise<Ended> {
  const child = new Child(process.execPath, [CLI, 'provision', ...args], { cwd });
  const { code } = await child.ending;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-provision-'));
  closeLater(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

afterEach(closeLeftovers);

describe('telemetry-dashboard provision', () => {
  it('writes what the defaults give, and the second time nothing', async () => {
    const path = folder();
    const first = await provision(path);
    expect(first).toMatchObject({ code: 0, stdout: FILES.map((file) => `written   ${file}\n`).join('') });
    expect(first.stderr).toBe('telemetry-dashboard: configuration: the defaults\n');
    const second = await provision(path);
    expect(second).toMatchObject({ code: 0, stdout: FILES.map((file) => `unchanged ${file}\n`).join('') });
  });

  it('needs no variable of a secret, and writes none', async () => {
    const path = folder();
    const email = {
      host: 'mail.example.com',
      username: 'u',
      password: '${UNSET_PASSWORD}',
      from: 'a@example.com',
      to: ['b@example.com'],
    };
    writeFileSync(
      join(path, 'mine.json'),
      JSON.stringify({ prometheus: { token: '${UNSET}' }, alerts: { channels: { email } } }),
    );
    expect(await provision(path, '--config', 'mine.json')).toMatchObject({ code: 0 });
    const written = FILES.map((file) => readFileSync(join(path, file), 'utf8')).join('');
    expect(written).toContain('secrets/email-password');
    expect(written).not.toMatch(/UNSET|\*\*\*/);
    writeFileSync(join(path, 'mine.json'), '{"service_name":"${UNSET}"}');
    expect(await provision(path, '--config', 'mine.json')).toMatchObject({ code: 1 });
  });

  it('changes what is other, and leaves the files of others alone', async () => {
    const path = folder();
    await provision(path);
    const [rules = ''] = FILES;
    const before = readFileSync(join(path, rules), 'utf8');
    writeFileSync(join(path, rules), 'groups: []\n');
    writeFileSync(join(path, 'prometheus/rules/own.yml'), 'groups: []\n');
    const { code, stdout } = await provision(path);
    expect([code, stdout.split('\n')[0]]).toEqual([0, `changed   ${rules}`]);
    expect(readFileSync(join(path, rules), 'utf8')).toBe(before);
    expect(readdirSync(join(path, 'prometheus/rules')).sort()).toEqual(['own.yml', 'telemetry-dashboard.yml']);
  });

  it("leaves Grafana's files of one service as they are where another writes into the same folder", async () => {
    const path = folder();
    const check = async (service: string) =>
      (await provision(path, '--check', '--config', `${service}.json`)).stdout
        .split('\n')
        .filter((line) => line.includes(' grafana/'))
        .map((line) => line.split(/ +/)[0]);
    for (const service of ['checkout', 'payment']) {
      const thresholds = { high_latency_ms: service.length };
      writeFileSync(join(path, `${service}.json`), JSON.stringify({ service_name: service, alerts: { thresholds } }));
      expect(await provision(path, '--config', `${service}.json`)).toMatchObject({ code: 0 });
    }
    for (const service of ['checkout', 'payment']) {
      expect(new Set(await check(service))).toEqual(new Set(['unchanged']));
    }
    expect(readdirSync(join(path, 'grafana/alerting')).filter((file) => file.endsWith('-rules.yml'))).toEqual([
      'telemetry-checkout-rules.yml',
      'telemetry-payment-rules.yml',
    ]);
  });

  it('with --check writes nothing and exits with 1, naming what is missing or differs', async () => {
    const path = folder();
    const missing = await provision(path, '--check');
    expect(missing).toMatchObject({ code: 1, stdout: FILES.map((file) => `missing   ${file}\n`).join('') });
    expect(readdirSync(path)).toEqual([]);
    await provision(path);
    expect(await provision(path, '--check')).toMatchObject({ code: 0 });
    writeFileSync(join(path, FILES[3] as string), '');
    const differs = await provision(path, '--check');
    expect(differs.code).toBe(1);
    expect(differs.stdout).toContain(`differs   ${FILES[3] as string}\n`);
    expect(differs.stderr).toContain(`1 of ${FILES.length} files are not what the configuration gives`);
  });

  it('takes the configuration that is named, and the folder', async () => {
    const path = folder();
    writeFileSync(join(path, 'own.json'), '{"alerts":{"thresholds":{"high_latency_ms":37}}}');
    const { code, stderr } = await provision(path, '--config', 'own.json', '--out', 'deep/down');
    expect([code, stderr]).toEqual([0, `telemetry-dashboard: configuration: ${join(path, 'own.json')}\n`]);
    expect(readFileSync(join(path, 'deep/down', FILES[0] as string), 'utf8')).toContain('p95_1m > 0.037\n');
  });

  it('says in a line each which rules cannot be written', async () => {
    const path = folder();
    const rule = { name: 'longest', metric: 'websocket.server.ping.duration', statistic: 'max', threshold: 1 };
    writeFileSync(join(path, 'own.json'), JSON.stringify({ alerts: { rules: [rule] } }));
    const { code, stderr } = await provision(path, '--config', 'own.json');
    expect(code).toBe(0);
    expect(stderr).toContain(
      'Prometheus has no rule longest: the max of websocket.server.ping.duration is not exported\n',
    );
  });

  it('writes no secret', async () => {
    const path = folder();
    const secret = 'hunter2-hunter2';
    const channels = {
      email: {
        host: 'mail.example.com',
        from: 'a@example.com',
        to: ['b@example.com'],
        username: 'u',
        password: secret,
      },
      alertmanager: { urls: ['https://alerts.example.com/am'], bearer_token: secret },
    };
    writeFileSync(join(path, 'own.json'), JSON.stringify({ prometheus: { token: secret }, alerts: { channels } }));
    const { code, stdout, stderr } = await provision(path, '--config', 'own.json');
    const texts = FILES.map((file) => readFileSync(join(path, file), 'utf8'));
    expect([code, [stdout, stderr, ...texts].filter((text) => text.includes(secret))]).toEqual([0, []]);
    expect(texts.join('')).toContain('auth_password_file: secrets/email-password');
    expect(texts.join('')).toContain('credentials_file: secrets/metrics-token');
    expect(texts.join('')).toContain('credentials_file: secrets/alertmanager-token');
  });

  it('ends with one clear line where it cannot write', async () => {
    const path = folder();
    writeFileSync(join(path, 'prometheus'), 'a file where a folder should be');
    const { code, stderr } = await provision(path);
    expect(code).toBe(1);
    expect(stderr.split('\n')[1]).toMatch(/^telemetry-dashboard: cannot (read|write) prometheus\/rules\/.*: ENOTDIR$/);
    expect(stderr).not.toContain(' at ');
  });

  it('is used wrongly with an unknown option', async () => {
    expect(await provision(folder(), '--nonsense')).toMatchObject({ code: 2 });
  });
});

describe('a service', () => {
  const dist = (file: string): string => JSON.stringify(join(ROOT, 'dist', file));
  const isLoaded = `Object.keys(require.cache).some((file) => /node_modules.yaml/.test(file))`;

  /** What a program of one line writes. */
  async function says(program: string, cwd: string): Promise<string> {
    const child = new Child(process.execPath, ['-e', program], { cwd });
    const { code } = await child.ending;
    return code === 0 ? child.stdout.trim() : child.stderr;
  }

  it('does not load what writes YAML', async () => {
    expect(await says(`require(${dist('index.js')}); console.log(${isLoaded})`, folder())).toBe('false');
  });

  it('loads it where it writes the files for Grafana, which are those of the command', async () => {
    const path = folder();
    const program = `
      const { writeProvisioning } = require(${dist('grafana/write-provisioning.js')});
      const { resolveConfig } = require(${dist('config/resolve.js')});
      const before = ${isLoaded};
      const write = () => writeProvisioning('.', resolveConfig('code'));
      write().then(async (first) => console.log(JSON.stringify([before, first, await write(), ${isLoaded}])));`;
    const [before, first, second, after] = JSON.parse(await says(program, path)) as [
      boolean,
      object[],
      object[],
      boolean,
    ];
    expect([before, after]).toEqual([false, true]);
    const grafana = FILES.filter((file) => file.startsWith('grafana/'));
    expect(first).toEqual(grafana.map((file) => ({ path: file, state: 'written' })));
    expect(second).toEqual(grafana.map((file) => ({ path: file, state: 'unchanged' })));
    const { stdout } = await provision(path, '--check');
    for (const file of grafana) expect(stdout).toContain(`unchanged ${file}\n`);
  });
});

describe('the files of this repository', () => {
  it('are what the defaults give', async () => {
    expect(await provision(folder(), '--check', '--out', ROOT)).toMatchObject({ code: 0 });
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/composition.ts';
import { BASES, COMBINATIONS, layered } from '../support/collector-files.ts';
import type { CollectorConfig } from '../support/collector-files.ts';

/** What only the contrib distribution has, by the overlay that needs it. */
const CONTRIB: Readonly<Record<string, string>> = {
  'overlays/file-storage.yaml': 'file_storage',
  'overlays/resource-detection.yaml': 'resource_detection',
};

/** `otelcol validate` in a shell at the root of the repository. */
function validate(args: string, before = ''): { status: number | null; output: string } {
  const command = `${before} otelcol validate ${args}`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: ROOT, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

const argsOf = (files: readonly string[]): string => files.map((file) => `--config otel-collector/${file}`).join(' ');

/** Every command in the README that starts a collector. */
function documentedCommands(): { program: string; before: string; args: string }[] {
  const readme = readFileSync(join(ROOT, 'otel-collector/README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block).join('');
  return [...blocks.matchAll(/^(.*?)(otelcol(?:-contrib)?) (--config .*)$/gm)].map(
    ([, before = '', program = '', args = '']) => ({ program, before, args }),
  );
}

const documented = documentedCommands();
const core = documented.filter(({ program }) => program === 'otelcol');

describe("the collector's own check", () => {
  test.each(BASES)('takes %s as it is', (file) => {
    expect(validate(argsOf([file]))).toMatchObject({ status: 0 });
  });

  test.each(core.map((command) => [`${command.before}otelcol ${command.args}`, command] as const))(
    'takes what the README starts: %s',
    (_, { before, args }) => {
      expect(validate(args, before)).toMatchObject({ status: 0 });
    },
  );

  test('is asked about gateway and agent, and about each store', () => {
    const endpoints = new Set(core.map(({ before }) => /OTLP_ENDPOINT=\S+?:\d+(\S*)/.exec(before)?.[1]));
    expect([...endpoints].sort()).toEqual(['', '/api/v1/otlp', '/opentelemetry', '/otlp', undefined]);
  });

  test.each([
    ['a key that it does not know', 'yaml:exporters::otlp_http::sending_queues: {}'],
    ['a processor that nothing declares', 'yaml:service::pipelines::metrics::processors: [memory_limiter, absent]'],
    ['headers that are no mapping', 'yaml:exporters::otlp_http::headers: text'],
  ])('refuses %s, so that it is a check', (_, wrong) => {
    expect(validate(`${argsOf(['collector.yaml'])} --config '${wrong}'`)).toMatchObject({ status: 1 });
  });

  test.each([
    ['collector.yaml', 2000],
    ['gateway.yaml', 8000],
  ])('takes a queue of %s from the size on that the README tells', (file, points) => {
    expect(validate(argsOf([file]), `QUEUE_POINTS=${points}`)).toMatchObject({ status: 0 });
    expect(validate(argsOf([file]), `QUEUE_POINTS=${points - 1}`)).toMatchObject({ status: 1 });
  });
});

describe('overlays for otelcol-contrib', () => {
  const overlaid = COMBINATIONS.filter((files) => files.length > 1);

  test('are in the README with every base', () => {
    const commands = documented.filter(({ program }) => program === 'otelcol-contrib').map(({ args }) => args);
    expect(commands).toEqual(expect.arrayContaining(overlaid.map(argsOf)));
  });

  test.each(Object.entries(CONTRIB))(
    'hold what this collector does not have; if this fails, have it check them as they are: %s',
    (overlay, type) => {
      const { status, output } = validate(argsOf(['collector.yaml', overlay]));
      expect(status).toBe(1);
      expect(output).toContain(`unknown type: "${type}"`);
    },
  );

  test.each(overlaid.map((files) => [files.join(' + '), files] as const))('are right but for that: %s', (_, files) => {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-overlay-'));
    try {
      const file = join(folder, 'collector.yaml');
      writeFileSync(file, JSON.stringify(withoutContrib(layered(files)))); // JSON is YAML
      expect(validate(`--config ${file}`)).toMatchObject({ status: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Without the components of {@link CONTRIB} and what names them. */
function withoutContrib(config: CollectorConfig): unknown {
  const types = Object.values(CONTRIB);
  return JSON.parse(JSON.stringify(config), (key, value: unknown) => {
    if (types.includes(key) || types.includes(value as string)) return undefined;
    return Array.isArray(value) ? value.filter((item) => item !== undefined) : value;
  });
}

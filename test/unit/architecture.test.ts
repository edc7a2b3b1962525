import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const SRC = resolve(__dirname, '../../src');

/** What each room may import, types included. A file that is not in a folder is a room of its own. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  catalog: ['base'],
  recording: ['base', 'catalog'],
  instruments: ['base', 'catalog', 'recording'],
  http: ['base'],
  otel: ['base', 'catalog', 'recording', 'instruments', 'http', 'config'],
  workers: ['base', 'catalog', 'recording'],
  instrumentation: ['base', 'catalog', 'recording', 'instruments'],
  resources: ['base', 'catalog', 'recording'],
  config: ['base', 'catalog'],
  provisioning: [],
  promql: ['base', 'catalog'],
  alerts: ['base', 'catalog', 'recording', 'http', 'config'],
  prometheus: ['base', 'catalog', 'provisioning', 'config', 'promql', 'alerts'],
  grafana: ['base', 'catalog', 'provisioning', 'http', 'config', 'promql', 'alerts', 'prometheus'],
  'signals.ts': [],
  'dashboard.ts': ['base', 'catalog', 'recording', 'http', 'otel', 'instrumentation', 'alerts', 'grafana'],
  'duties.ts': ['http', 'resources', 'config', 'alerts', 'grafana'],
  'parts.ts': ['base', 'catalog', 'recording', 'otel', 'workers', 'instrumentation', 'config', 'alerts', 'grafana'],
  'running.ts': [
    'base',
    'recording',
    'http',
    'otel',
    'instrumentation',
    'resources',
    'config',
    'alerts',
    'dashboard.ts',
    'duties.ts',
    'parts.ts',
    'signals.ts',
  ],
  'disabled.ts': ['recording', 'http', 'otel', 'instrumentation', 'alerts', 'dashboard.ts', 'parts.ts', 'running.ts'],
  'start.ts': ['base', 'config', 'dashboard.ts', 'parts.ts', 'running.ts', 'disabled.ts'],
  'reload.ts': ['base', 'config'],
  'singleton.ts': ['base', 'config', 'dashboard.ts', 'parts.ts', 'reload.ts', 'start.ts'],
  'index.ts': [
    'base',
    'catalog',
    'recording',
    'http',
    'otel',
    'instrumentation',
    'config',
    'alerts',
    'grafana',
    'dashboard.ts',
    'parts.ts',
    'singleton.ts',
  ],
  'register.ts': ['base', 'singleton.ts'],
  cli: ['base', 'http', 'provisioning', 'config', 'alerts', 'prometheus', 'grafana', 'index.ts'],
  'cli.ts': ['cli'],
};

/** Which rooms may import which packages and parts of Node.js. */
const FENCES: readonly (readonly [what: RegExp, rooms: readonly string[]])[] = [
  [
    /^@opentelemetry\/api$/,
    ['instruments', 'otel', 'instrumentation', 'resources', 'dashboard.ts', 'parts.ts', 'disabled.ts'],
  ],
  [/^@opentelemetry\/(sdk-metrics|resources|exporter-prometheus)$/, ['otel']],
  [/^(@opentelemetry\/exporter-metrics-otlp-(proto|http|grpc)|@grpc\/grpc-js)$/, ['otel']],
  [/^@opentelemetry\/host-metrics$/, ['resources']],
  [/^require-in-the-middle$/, ['instrumentation']],
  [/^(valibot|fastest-levenshtein)$/, ['config']],
  [/^nodemailer$/, ['alerts']],
  [/^yaml$/, ['provisioning']],
  [/^@grafana\/schema(\/|$)/, ['grafana']],
  [/^path-to-regexp$/, ['base', 'instrumentation']],
  [/^ws$/, ['cli']],
  [/^node:(fs|fs\/promises)$/, ['config', 'resources', 'provisioning', 'cli']],
  [/^node:http$/, ['http', 'otel', 'instrumentation', 'cli']],
  [/^node:https$/, ['http', 'instrumentation']],
  [/^node:diagnostics_channel$/, ['http', 'instrumentation', 'workers']],
  [/^node:net$/, ['alerts']],
  [/^node:tls$/, ['config', 'otel', 'alerts']],
  [/^node:child_process$/, ['cli']],
  [
    /^node:(stream|zlib|timers\/promises|crypto)$/,
    ['base', 'config', 'otel', 'http', 'instrumentation', 'grafana', 'running.ts', 'cli'],
  ],
  [/^node:(perf_hooks|os)$/, ['resources', 'cli']],
  [/^node:(worker_threads|cluster)$/, ['workers', 'parts.ts', 'register.ts']],
  [/^node:v8$/, ['resources', 'instrumentation']],
  [
    /^node:(path|util|url|events|readline|process)$/,
    ['config', 'resources', 'provisioning', 'otel', 'alerts', 'grafana', 'instrumentation', 'singleton.ts', 'cli'],
  ],
];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join('/'));

const imports: readonly Import[] = files.flatMap((from) =>
  [...readFileSync(join(SRC, from), 'utf8').matchAll(/^(?:import|export)[^;]*? from '([^']+)';/gms)].map(
    ([, to = '']) => ({
      from,
      to: to.startsWith('.')
        ? relative(SRC, resolve(SRC, dirname(from), to))
            .split(sep)
            .join('/')
        : to,
    }),
  ),
);

const roomOf = (file: string): string => file.split('/')[0] ?? file;
const isLocal = ({ to }: Import): boolean => files.includes(to);

describe('the architecture', () => {
  it('reads the imports at all', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.filter(({ to }) => to.endsWith('.ts')).every(isLocal)).toBe(true);
  });

  it('lets arrows go one way between the rooms', () => {
    const wrong = imports.filter(
      (arrow) =>
        isLocal(arrow) &&
        roomOf(arrow.from) !== roomOf(arrow.to) &&
        !ARROWS[roomOf(arrow.from)]?.includes(roomOf(arrow.to)),
    );
    expect(wrong).toEqual([]);
  });

  it('has no room without a place in the order', () => {
    expect(files.map(roomOf).filter((room) => !(room in ARROWS))).toEqual([]);
  });

  it('keeps third parties and parts of Node.js in the rooms they are for', () => {
    const wrong = imports.filter(
      (arrow) =>
        !isLocal(arrow) && !FENCES.some(([what, rooms]) => what.test(arrow.to) && rooms.includes(roomOf(arrow.from))),
    );
    expect(wrong).toEqual([]);
  });

  it("loads nothing of Grafana's schema, which is there in development only", () => {
    const loading = files.filter((file) =>
      /^import (?!type ).*'@grafana\/schema['/]/m.test(readFileSync(join(SRC, file), 'utf8')),
    );
    expect(loading).toEqual([]);
  });

  it('has no cycle between files', () => {
    const targets = new Map(
      files.map((file) => [file, imports.filter((arrow) => arrow.from === file && isLocal(arrow))]),
    );
    const done = new Set<string>();
    const walk = (file: string, path: readonly string[]): readonly string[] | undefined => {
      if (path.includes(file)) return [...path, file];
      if (done.has(file)) return undefined;
      for (const { to } of targets.get(file) ?? []) {
        const cycle = walk(to, [...path, file]);
        if (cycle) return cycle;
      }
      done.add(file);
      return undefined;
    };
    for (const file of files) expect(walk(file, [])).toBeUndefined();
  });

  it('has no catch-all file and none over 250 lines', () => {
    for (const file of files) {
      expect(file).not.toMatch(/(^|\/)(utils?|helpers?|common|misc)\b/);
      expect([file, readFileSync(join(SRC, file), 'utf8').split('\n').length > 251]).toEqual([file, false]);
    }
  });
});

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readComposition, readYaml } from '../support/composition.ts';
import { BASES, COMBINATIONS, OVERLAYS, componentTypes, layered } from '../support/collector-files.ts';

const FOLDER = join(ROOT, 'otel-collector');
const FILES = [...BASES, ...Object.keys(OVERLAYS)];
const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

interface Manifest extends Readonly<
  Record<'receivers' | 'processors' | 'exporters' | 'extensions' | 'providers', readonly { gomod: string }[]>
> {
  readonly dist: { readonly version: string };
}

const manifest = readYaml('otel-collector/builder.yaml') as Manifest;

describe('the files for the collector', () => {
  it('are these', () => {
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('.'));
    const others = ['README.md', 'builder.yaml', 'victoria-metrics-relabel.yml'];
    expect(files.sort()).toEqual([...FILES, ...others].sort());
  });

  it.each(COMBINATIONS.map((files) => [files.join(' + '), files] as const))(
    'name in pipelines only what they declare, and use all of it: %s',
    (_, files) => {
      const config = layered(files);
      const pipelines = Object.values(config.service.pipelines ?? {});
      expect(pipelines).toHaveLength(1);
      for (const section of ['receivers', 'processors', 'exporters'] as const) {
        const used = pipelines.flatMap((pipeline) => pipeline[section]);
        expect(used.sort()).toEqual(Object.keys(config[section] ?? {}).sort());
      }
      expect(config.service.extensions ?? []).toEqual(Object.keys(config.extensions ?? {}));
    },
  );

  it.each(COMBINATIONS.map((files) => [files.join(' + '), files] as const))(
    'limit the memory first: %s',
    (_, files) => {
      for (const { processors } of Object.values(layered(files).service.pipelines ?? {})) {
        expect(processors[0]).toBe('memory_limiter');
      }
    },
  );

  it('use no name that a newer collector calls deprecated', () => {
    const deprecated =
      /^(otlp|otlphttp|logging|hostmetrics|resourcedetection|prometheusremotewrite|spanmetrics|httpcheck)$/;
    const types = componentTypes(layered(FILES)).filter(([section]) => section !== 'receivers');
    expect(types.length).toBeGreaterThanOrEqual(4);
    expect(types.filter(([, type]) => deprecated.test(type))).toEqual([]);
  });

  it.each(BASES)('listen on loopback unless told otherwise: %s', (file) => {
    const hosts = [...textOf(file).matchAll(/^ +(?:endpoint|host): (\S+)/gm)].map(([, value = '']) => value);
    const listening = hosts.filter((value) => !value.includes('OTLP_ENDPOINT'));
    expect(listening).toHaveLength(3);
    for (const host of listening) expect(host).toMatch(/^(\$\{env:OTLP_LISTEN_HOST:-)?127\.0\.0\.1(\}:|$)/);
  });

  it('say in their first lines what they are laid over, where they are overlays', () => {
    for (const [file, bases] of Object.entries(OVERLAYS)) {
      const [, said = ''] = /^# Laid over ([\w. ]+)/m.exec(textOf(file)) ?? [];
      expect([file, said.match(/[\w-]+\.yaml/g)]).toEqual([file, bases]);
    }
  });
});

describe('the README of the collector', () => {
  it('lists every variable of the files with its default', () => {
    const defaults: Record<string, Set<string>> = {};
    for (const file of FILES) {
      for (const [, name = '', value = ''] of textOf(file).matchAll(/\$\{env:([A-Z_]+):-([^}]*)\}/g)) {
        (defaults[name] ??= new Set()).add(value);
      }
    }
    const [, table = ''] = /<!-- variables -->(.*)<!-- \/variables -->/s.exec(textOf('README.md')) ?? [];
    const rows = [...table.matchAll(/^\| `([A-Z_]+)` +\| ([^|]+?) +\|/gm)];
    const told = rows.map(([, name = '', text = '']) => [
      name,
      text === 'none' ? [''] : [...text.matchAll(/`([^`]+)`/g)].map(([, value]) => value),
    ]);
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(Object.entries(defaults).map(([name, values]) => [name, [...values]])),
    );
  });

  it('lists every file', () => {
    const listed = [...textOf('README.md').matchAll(/^\| `([\w/.-]+\.ya?ml)` /gm)].map(([, file]) => file);
    expect([...new Set(listed)]).toEqual(
      expect.arrayContaining([...FILES, 'builder.yaml', 'victoria-metrics-relabel.yml']),
    );
  });
});

describe('the manifest for a minimal collector', () => {
  it('has what the files name, and nothing else', () => {
    const kinds = { receivers: 'receiver', processors: 'processor', exporters: 'exporter', extensions: '' } as const;
    for (const [section, kind] of Object.entries(kinds) as [keyof typeof kinds, string][]) {
      const types = componentTypes(layered(FILES)).filter(([where]) => where === section);
      const expected = types.map(([, type]) => type.replaceAll('_', '') + kind);
      const modules = manifest[section].map(({ gomod }) => /([^/]+) v[\d.]+$/.exec(gomod)?.[1]);
      expect([section, modules]).toEqual([section, expected]);
    }
  });

  it('takes all modules from the release whose image compose.yaml runs', () => {
    const [, release] = readComposition().services['collector']!.image.split(':');
    const { dist, providers, ...sections } = manifest;
    expect(dist.version).toBe(release);
    const components = Object.values(sections).flatMap((modules) => modules.map(({ gomod }) => gomod));
    for (const gomod of components) expect(gomod).toMatch(new RegExp(` v${release}$`));
    // what is stable has a number of its own, the same for all of it
    expect(new Set(providers.map(({ gomod }) => gomod.split(' ')[1])).size).toBe(1);
  });

  it('can read the files and the variables in them', () => {
    expect(manifest.providers.map(({ gomod }) => /\/(\w+)provider /.exec(gomod)?.[1])).toEqual(['file', 'env']);
  });
});

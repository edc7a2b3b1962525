import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const ROOT = join(__dirname, '../..');

/** A service as compose.yaml writes it. */
export interface ComposedService {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

/** What is mounted where: a path under the repository, or the name of a volume. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
}

/** compose.yaml. */
export interface Composition {
  readonly services: Readonly<Record<string, ComposedService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export function readYaml(path: string): unknown {
  return parse(readFileSync(join(ROOT, path), 'utf8'));
}

export function readComposition(): Composition {
  return readYaml('compose.yaml') as Composition;
}

export function mountsOf({ volumes = [] }: ComposedService): Mount[] {
  return volumes.map((volume) => {
    const [source = '', target = '', mode] = volume.split(':');
    return { source, target, isReadOnly: mode === 'ro' };
  });
}

/** The file of the repository that a service finds at a path, or undefined where nothing is mounted there. */
export function mountedAt(service: ComposedService, path: string): string | undefined {
  const mount = mountsOf(service).find(({ target }) => path === target || path.startsWith(`${target}/`));
  return mount && join(mount.source, path.slice(mount.target.length));
}

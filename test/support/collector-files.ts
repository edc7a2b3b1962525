import { readYaml } from './composition.ts';

/** A configuration of the collector, or a layer of one. */
export interface CollectorConfig {
  readonly receivers?: Readonly<Record<string, unknown>>;
  readonly processors?: Readonly<Record<string, unknown>>;
  readonly exporters?: Readonly<Record<string, unknown>>;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly service: {
    readonly extensions?: readonly string[];
    readonly pipelines?: Readonly<Record<string, Pipeline>>;
  };
}

/** A pipeline of a {@link CollectorConfig}. */
interface Pipeline {
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

/** What can stand on its own. */
export const BASES = ['collector.yaml', 'gateway.yaml'];

/** What each overlay may be laid over. */
export const OVERLAYS: Readonly<Record<string, readonly string[]>> = {
  'overlays/file-storage.yaml': BASES,
  'overlays/resource-detection.yaml': ['collector.yaml'],
};

/** Every set of files that is meant to be run together, overlays after their base. */
export const COMBINATIONS: readonly (readonly string[])[] = BASES.flatMap((base) =>
  Object.keys(OVERLAYS)
    .filter((overlay) => OVERLAYS[overlay]!.includes(base))
    .reduce<string[][]>((sets, overlay) => [...sets, ...sets.map((set) => [...set, overlay])], [[base]]),
);

/** The files one over the other, as the collector merges them: maps key by key, all else replaced whole. */
export function layered(files: readonly string[]): CollectorConfig {
  return files.map((file) => readYaml(`otel-collector/${file}`)).reduce(merge, {}) as CollectorConfig;
}

/** Component types that a configuration declares, by section: `otlp_http/a` is an `otlp_http`. */
export function componentTypes(config: CollectorConfig): [section: string, type: string][] {
  return (['receivers', 'processors', 'exporters', 'extensions'] as const).flatMap((section) =>
    Object.keys(config[section] ?? {}).map((id): [string, string] => [section, id.split('/')[0] ?? '']),
  );
}

function merge(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(keys.map((key) => [key, key in above ? merge(below[key], above[key]) : below[key]]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { DOCUMENT, pathText, settingAt, settingBelow } from '../../src/config/settings.ts';
import type { Setting } from '../../src/config/settings.ts';
import { SECRETS } from './full-config.ts';
import type { SeededRandom } from './seeded-random.ts';

type Path = readonly (string | number)[];
type Tree = Record<string | number, unknown>;

/** What a mutation did. */
interface Done {
  /** Paths that no other mutation may touch. */
  readonly touched: readonly Path[];
  /** Paths that must be named as wrong, as messages write them. */
  readonly wrong: readonly string[];
  /** Whether a JSON Schema validator must see it too. */
  readonly bySchema: boolean;
  /** Whether it put a secret where any text is right. */
  readonly exposes?: boolean;
}

/** A document made wrong in known ways. */
export interface Mutated {
  readonly document: Tree;
  readonly wrong: readonly string[];
  readonly bySchema: boolean;
  readonly exposes: boolean;
}

/** Variables of the documents: `SET_SECRET` holds one. */
export const VARIABLES = { SET_SECRET: 'variable-s3cret-Qy1', EMPTY: '', NUMBER: '17' };

/** The paths in a document that the schema knows, with their settings. */
function* knownPaths(value: unknown, setting: Setting, path: Path): Generator<readonly [Path, Setting]> {
  if (path.length > 0) yield [path, setting];
  if (setting.kind === 'value' || typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    const step = Array.isArray(value) ? Number(key) : key;
    const below = settingBelow(setting, step);
    if (below) yield* knownPaths((value as Tree)[key], below, [...path, step]);
  }
}

const parentOf = (document: Tree, path: Path): Tree =>
  path.slice(0, -1).reduce<Tree>((tree, key) => tree[key] as Tree, document);

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const put = (document: Tree, path: Path, value: unknown): void => {
  parentOf(document, path)[path.at(-1)!] = value;
};

/** At one place: the touched and the wrong. */
const at = (path: Path, bySchema: boolean, wrong = true): Done => ({
  touched: [path],
  wrong: wrong ? [pathText(path)] : [],
  bySchema: bySchema && wrong,
});

type Mutation = (document: Tree, path: Path, setting: Setting, random: SeededRandom) => Done | undefined;

const acceptsAnyText = (setting: Setting): boolean =>
  setting.kind === 'value' && !setting.number && !setting.boolean && setting.options === undefined;

const wrongType: Mutation = (document, path, setting, random) => {
  const texts = ['words and words', 'yes', '12', random.pick(SECRETS)];
  const others: unknown[] = [{}, { token: SECRETS[0] }, [], [[SECRETS[1]]], true, 7.5];
  const fits = (value: unknown): boolean => {
    if (setting.kind === 'list') return Array.isArray(value);
    if (setting.kind !== 'value') return typeof value === 'object' && !Array.isArray(value);
    return (setting.number && typeof value === 'number') || (setting.boolean && typeof value === 'boolean');
  };
  const candidates = [...others, ...(acceptsAnyText(setting) ? [] : texts)].filter((value) => !fits(value));
  put(document, path, random.pick(candidates));
  return at(path, true);
};

const outOfRange: Mutation = (document, path, setting, random) => {
  const [, min, max] = /from (\S+) to (\d+)/.exec(setting.expected) ?? [];
  if (!setting.number || min === undefined) return undefined;
  put(document, path, random.pick([Number(min) - 1, Number(max) * 1.5 + 1, -1e9, 1e300]));
  return at(path, true);
};

const misspelt: Mutation = (document, path, _setting, random) => {
  const key = path.at(-1)!;
  const section = settingAt(path.slice(0, -1));
  if (section?.kind !== 'section' || typeof key !== 'string') return undefined;
  const cut = random.below(key.length);
  const other = random.pick([
    key.slice(0, cut) + key.slice(cut + 1),
    `${key}s`,
    key.toUpperCase(),
    `${key} `,
    `_${key}`,
  ]);
  if (other === '' || section.keys.has(other)) return undefined;
  const parent = parentOf(document, path);
  parent[other] = parent[key];
  Reflect.deleteProperty(parent, key);
  const wrong = [...path.slice(0, -1), other];
  return { touched: [path, wrong], wrong: [pathText(wrong)], bySchema: true };
};

const moved: Mutation = (document, path, _setting, random) => {
  const key = path.at(-1)!;
  const sections = [...knownPaths(document, DOCUMENT, [])].filter(
    ([target, setting]) => setting.kind === 'section' && isPlain(parentOf(document, target)[target.at(-1)!]),
  );
  if (sections.length === 0) return undefined;
  const [target, section] = random.pick(sections);
  const name = String(key);
  const isBelow = path.every((step, index) => target[index] === step);
  if (section.keys.has(name) || isBelow || Array.isArray(parentOf(document, path))) return undefined;
  const parent = parentOf(document, path);
  put(document, [...target, name], parent[key]);
  Reflect.deleteProperty(parent, key);
  const wrong = [...target, name];
  return { touched: [path, wrong], wrong: [pathText(wrong)], bySchema: true };
};

const deleted: Mutation = (document, path, setting) => {
  const parent = parentOf(document, path);
  if (Array.isArray(parent)) return undefined;
  Reflect.deleteProperty(parent, path.at(-1)!);
  return at(path, true, setting.required && settingAt(path.slice(0, -1))?.kind === 'section');
};

const nulled: Mutation = (document, path, setting) => {
  put(document, path, null);
  return at(path, true, !setting.nullable);
};

const junk: Mutation = (document, path, setting, random) => {
  let deep: unknown = SECRETS[2];
  for (let level = 0; level < 500; level++) deep = [deep];
  const cycle: Tree = { password: SECRETS[4] };
  cycle['itself'] = cycle;
  const trap = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error(SECRETS[5]);
      },
      get: () => {
        throw new Error(SECRETS[5]);
      },
    },
  );
  const value = random.pick<unknown>([
    deep,
    cycle,
    trap,
    12n,
    Symbol(SECRETS[0]),
    () => SECRETS[1],
    new Map(),
    new Date(),
  ]);
  if (setting.kind === 'section' && random.below(2) === 0) {
    const wrong = [...path, `${SECRETS.length}junk`];
    put(document, wrong, value);
    return { touched: [wrong], wrong: [pathText(wrong)], bySchema: false };
  }
  // a cycle has keys, a list has items: what is wrong then lies below
  if (setting.kind !== 'value') return undefined;
  put(document, path, value);
  return at(path, false);
};

const secretElsewhere: Mutation = (document, path, setting, random) => {
  if (setting.notes.secret) return undefined;
  put(document, path, random.pick(SECRETS));
  return acceptsAnyText(setting) ? { touched: [path], wrong: [], bySchema: false, exposes: true } : at(path, true);
};

const variable: Mutation = (document, path, setting, random) => {
  if (setting.kind !== 'value') return undefined;
  const text = random.pick(['${NOT_SET}', 'x${NOT_SET}y', '${EMPTY}', '${1NAME}', '${', '${SET_SECRET', '${A:?b}']);
  if (random.below(3) > 0) {
    put(document, path, text);
    return at(path, false);
  }
  put(document, path, '${SET_SECRET}');
  if (!acceptsAnyText(setting)) return at(path, false);
  return { touched: [path], wrong: [], bySchema: false, exposes: !setting.notes.secret };
};

const MUTATIONS: readonly Mutation[] = [
  wrongType,
  outOfRange,
  misspelt,
  moved,
  deleted,
  nulled,
  junk,
  secretElsewhere,
  variable,
];

const overlap = (one: Path, other: Path): boolean =>
  one.slice(0, other.length).every((step, index) => step === other[index]);

/** Applies 1 to 6 mutations at places that do not lie in each other, to a copy. */
export function mutate(original: Tree, random: SeededRandom): Mutated {
  let document = copy(original) as Tree;
  const done: Done[] = [];
  const isTaken = (path: Path): boolean =>
    done.some(({ touched }) => touched.some((other) => overlap(path, other) || overlap(other, path)));
  const wanted = 1 + random.below(6);
  let free = [...knownPaths(document, DOCUMENT, [])];
  for (let tries = 0; done.length < wanted && tries < 60 && free.length > 0; tries++) {
    const [path, setting] = random.pick(free);
    const mutation = random.pick(MUTATIONS);
    const before = mutation === moved || mutation === misspelt ? (copy(document) as Tree) : document;
    const result = mutation(document, path, setting, random);
    // what it touched besides may be another's
    if (result?.touched.some(isTaken)) document = before;
    else if (result) {
      done.push(result);
      free = free.filter(([other]) => !isTaken(other));
    }
  }
  return {
    document,
    wrong: done.flatMap(({ wrong }) => wrong),
    bySchema: done.some(({ bySchema }) => bySchema),
    exposes: done.some(({ exposes }) => exposes === true),
  };
}

/** Copies plain objects and arrays, as far as the schema's places reach; whatever else stands there, stays. */
function copy(value: unknown, depth = 0): unknown {
  if (depth > 8 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
  try {
    if (Object.getPrototypeOf(value) !== Object.prototype || 'itself' in value) return value;
    return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, copy(below, depth + 1)]));
  } catch {
    return value;
  }
}

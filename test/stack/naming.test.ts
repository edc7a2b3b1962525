import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ValueType } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { Histogram, MetricData } from '@opentelemetry/sdk-metrics';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { createOnceLogger } from '../../src/base/logger.ts';
import type { MetricKind } from '../../src/catalog/metric.ts';
import { expose } from '../../src/otel/exposition.ts';
import { run } from '../support/child-process.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { storedSeries } from '../support/otlp-store.ts';
import { LogLines } from '../support/log-lines.ts';
import { Scrape } from '../support/scrape.ts';
import { startVictoriaMetrics } from '../support/stack-server.ts';
import type { StackServer } from '../support/stack-server.ts';

const PUSH = resolve(__dirname, '..', 'fixtures', 'stack', 'push-metrics.cjs');
const SEED = 20_261_122;
const GENERATED = 3000;

/** A metric with one series, whose attributes besides these tell it from all others. */
interface Case {
  readonly kind: MetricKind;
  readonly name: string;
  readonly unit: string;
  readonly key: string;
}

/** Names and labels under which a case is known, both sorted; no name where it is left out. */
interface Translation {
  readonly names: readonly string[];
  readonly labels: readonly string[];
}

const KINDS: readonly MetricKind[] = ['counter', 'up_down_counter', 'gauge', 'histogram'];

const WORDS =
  'x a.b a..b a__b Camel request seconds milliseconds bytes total ratio percent per second count sum bucket info s ms 9 42x'.split(
    ' ',
  );
const UNITS =
  ' 1 s ms us ns min h d w By KiBy kBy KBy MBy MiBy GBy GiBy TBy TiBy bit % m km V A J W g Cel Hz {x} {request} parsec foo_ By/s {x}/s 1/s m/s km/h %/d By/min s/By g/{x} / /s s/ By{x}'.split(
    ' ',
  );
const KEYS = 'a.b a..b a__b 9x 9 _x __x ___x __ a-b a/b .a -a x_ x. le quantile job instance Ünï é _ ключ1'.split(' ');

/** The cases that the SDK lets through, but for those in {@link DEVIATIONS}. */
const anyCase: fc.Arbitrary<Case> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    // a letter first, as the SDK asks
    name: fc
      .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom('.', '_', '-', '/', '..', '._')), {
        minLength: 1,
        maxLength: 4,
      })
      .map((parts) => parts.flat().slice(0, -1).join('').replace(/^\d/, 'n$&')),
    unit: fc.constantFrom(...UNITS),
    key: fc.constantFrom(...KEYS),
  })
  .filter(({ kind, name, unit, key }) => {
    const tokens = name.split(/[^a-zA-Z0-9]+/);
    const ratioOfSum = kind === 'up_down_counter' && unit === '1';
    const perAlready = unit.includes('/') && ['per', 'second'].some((word) => tokens.includes(word));
    const suffixTwice = ['total', 'ratio'].some((word) => tokens.indexOf(word) !== tokens.lastIndexOf(word));
    const bucketKey = kind === 'histogram' && key === 'le';
    return !ratioOfSum && !perAlready && !suffixTwice && !bucketKey;
  });

/**
 * Where VictoriaMetrics 1.145 leaves the rules of prometheus/otlptranslator, which hold for us: what we and what it makes of a
 * metric, and why.
 */
const DEVIATIONS: readonly (Omit<Case, 'key'> & { ours: string | null; theirs: string; why: string })[] = [
  {
    why: 'only gauges are ratios by the rules; it takes any sum that is not monotonic for one too',
    ...{ kind: 'up_down_counter', name: 'share', unit: '1', ours: 'share', theirs: 'share_ratio' },
  },
  {
    why: 'by the rules `per_second` is one word and not found in the name; it looks for the last word only',
    ...{ kind: 'gauge', name: 'x.bytes.per.second', unit: 'By/s' },
    ...{ ours: 'x_bytes_per_second_per_second', theirs: 'x_bytes_per_second' },
  },
  {
    why: 'and so it does here',
    ...{ kind: 'gauge', name: 'x.second', unit: '{x}/s', ours: 'x_second_per_second', theirs: 'x_second' },
  },
  {
    why: 'a word that becomes the suffix is taken out of the name wherever it stands; it takes out the first only',
    ...{ kind: 'counter', name: 'total.x.total.y', unit: '', ours: 'x_y_total', theirs: 'x_total_y_total' },
  },
  {
    why: 'a colon is valid in a Prometheus name; the SDK lets none through',
    ...{ kind: 'gauge', name: 'a:b', unit: '', ours: 'a:b', theirs: 'a_b' },
  },
  {
    why: 'a name may not begin with a digit; the SDK lets none through',
    ...{ kind: 'gauge', name: '9lives', unit: '', ours: '_9lives', theirs: '9lives' },
  },
  {
    why: 'letters are those of ASCII; the SDK lets no other through',
    ...{ kind: 'gauge', name: 'größe', unit: '', ours: 'gr_e', theirs: 'größe' },
  },
  {
    why: 'characters that are not valid become underscores in units too',
    ...{ kind: 'gauge', name: 'x', unit: 'foo bar', ours: 'x_foo_bar', theirs: 'x_foo bar' },
  },
  {
    why: 'the same behind the slash',
    ...{ kind: 'gauge', name: 'x', unit: 'a/b/c', ours: 'x_a_per_b_c', theirs: 'x_a_per_b/c' },
  },
  {
    why: 'and an underscore at the start of a unit is dropped',
    ...{ kind: 'gauge', name: 'x', unit: '$', ours: 'x', theirs: 'x_$' },
  },
  {
    why: 'a metric of whose name nothing is left is left out',
    ...{ kind: 'histogram', name: '...', unit: '', ours: null, theirs: '' },
  },
];

/** Likewise for the key of an attribute. */
const KEY_DEVIATIONS: readonly { key: string; ours: string | null; theirs: string | null; why: string }[] = [
  { key: 'ключ', ours: null, theirs: '____', why: 'only underscores are left, so the attribute is left out' },
  { key: 'A:b', ours: 'A_b', theirs: 'A_b', why: 'none: a colon is not valid in a label' },
];

describe('a metric is called in /metrics what an OTLP store calls it', () => {
  let store: StackServer;

  beforeAll(async () => {
    store = await startVictoriaMetrics();
    closeLater(() => store.stop());
  }, 60_000);
  afterAll(closeLeftovers);

  test(`for ${GENERATED} generated names, units and attribute keys`, async () => {
    const cases = fc.sample(anyCase, { numRuns: GENERATED, seed: SEED });
    const theirs = await translatedByStore(store, 'generated', cases);
    const differences = cases
      .map((one, index) => ({ one, ours: translated(one), theirs: theirs[index] }))
      .filter((difference) => JSON.stringify(difference.ours) !== JSON.stringify(difference.theirs));
    expect(differences).toEqual([]);
  });

  test('except where the store leaves the official rules, which are kept', async () => {
    const cases = DEVIATIONS.map(({ kind, name, unit }) => ({ kind, name, unit, key: 'a' }));
    const theirs = await translatedByStore(store, 'deviations', cases);
    for (const [index, deviation] of DEVIATIONS.entries()) {
      const namesOf = (name: string): string[] =>
        deviation.kind === 'histogram' ? ['_bucket', '_count', '_sum'].map((suffix) => name + suffix) : [name];
      expect(translated(cases[index] as Case).names).toEqual(deviation.ours === null ? [] : namesOf(deviation.ours));
      expect(theirs[index]?.names).toEqual(namesOf(deviation.theirs));
    }
  });

  test('and so is a label', async () => {
    const cases = KEY_DEVIATIONS.map(({ key }) => ({ kind: 'gauge' as const, name: 'labelled', unit: '', key }));
    const theirs = await translatedByStore(store, 'keys', cases);
    for (const [index, deviation] of KEY_DEVIATIONS.entries()) {
      expect(translated(cases[index] as Case).labels).toEqual([deviation.ours ?? []].flat());
      expect(theirs[index]?.labels).toEqual([deviation.theirs ?? []].flat());
    }
  });
});

test('the attribute `le` of a histogram, which would be taken for the bound of a bucket, is moved out of its way', () => {
  expect(translated({ kind: 'histogram', name: 'x', unit: '', key: 'le' }).labels).toEqual(['exported_le']);
});

test('the attribute `__name__`, which would rename the series and have Prometheus refuse the scrape, is left out', () => {
  expect(translated({ kind: 'gauge', name: 'x', unit: '', key: '__name__' })).toEqual({ names: ['x'], labels: [] });
});

/** What `/metrics` makes of a case. */
function translated(one: Case): Translation {
  const collected = {
    resource: resourceFromAttributes({}),
    scopeMetrics: [{ scope: { name: 'naming' }, metrics: [metricOf(one, {})] }],
  };
  const text = [...expose(collected, { format: 'text', logger: createOnceLogger(new LogLines()) })].join('');
  return translationOf(
    new Scrape(text).samples.filter(({ name }) => name !== 'target_info'),
    one.kind,
  );
}

/** What the store makes of each case, pushed by the SDK's exporter. */
async function translatedByStore(store: StackServer, set: string, cases: readonly Case[]): Promise<Translation[]> {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-naming-'));
  try {
    const file = join(folder, 'metrics.json');
    const metrics = cases.map((one, index) => metricOf(one, { case: `${set} ${index}` }));
    const scopeMetrics = [{ scope: { name: 'naming' }, metrics }];
    writeFileSync(file, JSON.stringify({ attributes: { 'service.name': 'naming' }, scopeMetrics }));
    await run(process.execPath, [PUSH, `${store.url}/opentelemetry/v1/metrics`, file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const byCase = new Map<string, { name: string; labels: Readonly<Record<string, string>> }[]>();
  for (const { name, labels } of await storedSeries(store, ['service_name'])) {
    const { case: id = '', ...others } = labels;
    byCase.set(id, [...(byCase.get(id) ?? []), { name, labels: others }]);
  }
  return cases.map((one, index) => translationOf(byCase.get(`${set} ${index}`) ?? [], one.kind));
}

function translationOf(
  series: readonly { name: string; labels: Readonly<Record<string, string>> }[],
  kind: MetricKind,
): Translation {
  const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();
  const labels = sorted(series.flatMap((one) => Object.keys(one.labels)));
  return {
    names: sorted(series.map(({ name }) => name)),
    labels: kind === 'histogram' ? labels.filter((label) => label !== 'le') : labels,
  };
}

/** As the SDK collects it. */
function metricOf({ kind, name, unit, key }: Case, attributes: Record<string, string>): MetricData {
  const time: [number, number] = [Math.floor(Date.now() / 1000), 0];
  const point = <Value>(value: Value) => [
    { startTime: time, endTime: time, attributes: { ...attributes, [key]: 'v' }, value },
  ];
  const base = {
    descriptor: { name, unit, description: '', valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  switch (kind) {
    case 'histogram': {
      const value: Histogram = { sum: 1, count: 1, buckets: { boundaries: [1], counts: [1, 0] } };
      return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: point(value) };
    }
    case 'gauge':
      return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: point(1) };
    default:
      return { ...base, dataPointType: DataPointType.SUM, isMonotonic: kind === 'counter', dataPoints: point(1) };
  }
}

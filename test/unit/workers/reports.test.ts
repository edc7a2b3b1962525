import * as fc from 'fast-check';
import { DURATION_BUCKETS } from '../../../src/catalog/buckets.ts';
import type { MetricSpec } from '../../../src/catalog/metric.ts';
import { BucketLayout } from '../../../src/recording/bucket-layout.ts';
import type { GaugeCell } from '../../../src/recording/cells.ts';
import { CounterCell, HistogramCell } from '../../../src/recording/cells.ts';
import type { SeriesLimits } from '../../../src/recording/family.ts';
import type { Recorder } from '../../../src/recording/recorder.ts';
import { ReportTarget } from '../../../src/workers/report-target.ts';
import { Reporter } from '../../../src/workers/reporter.ts';
import type { Report } from '../../../src/workers/report.ts';
import { createRecording } from '../../support/recording.ts';

const attributes = [{ key: 'of' }, { key: 'side', values: ['in', 'out'] }];
const spec = (name: string, more: Partial<MetricSpec>): MetricSpec => ({
  name,
  kind: 'gauge',
  unit: '1',
  description: '',
  attributes,
  ...more,
});
const SPECS = [
  spec('orders', { kind: 'counter' }),
  spec('refunds', { kind: 'counter', attributes: [] }),
  spec('waits', { kind: 'histogram', unit: 's', buckets: DURATION_BUCKETS }),
  spec('jobs', { kind: 'up_down_counter' }),
  spec('largest', { aggregator: 'max' }),
  spec('latest', { aggregator: 'last' }),
];
const TALLY = 'opened';

/** Something that is recorded: a value, of a metric or (-1) of the tally. */
interface Recorded {
  readonly metric: number;
  readonly of: number;
  readonly side: string;
  readonly value: number;
}

const WORKERS = 4;
const worker = fc.integer({ min: 0, max: WORKERS - 1 });
const recorded: fc.Arbitrary<Recorded> = fc.record({
  metric: fc.integer({ min: -1, max: SPECS.length - 1 }),
  of: fc.integer({ min: 0, max: 9 }),
  side: fc.constantFrom('in', 'out'),
  value: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0, max: 1000, noNaN: true })),
});
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('record' as const), worker, what: recorded }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('report' as const), worker, withGauges: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), worker }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('new primary' as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function write(recorder: Recorder, { metric, of, side, value }: Recorded): void {
  if (metric < 0) {
    recorder.tally(TALLY).add(value);
    return;
  }
  const known = SPECS[metric] as MetricSpec;
  const values = known.attributes.length === 0 ? [] : [`n${of}`, side];
  if (known.kind === 'counter') recorder.counter(known).at(values).add(value);
  else if (known.kind === 'histogram') recorder.histogram(known).at(values).record(value);
  else recorder.gauge(known).at(values).set(value);
}

const isGauge = ({ metric }: Recorded): boolean => metric >= 3;

/** A worker, and what it has recorded but not told. */
class TestWorker {
  readonly recorder: Recorder;
  readonly reporter: Reporter;
  target: ReportTarget;
  /** Writes it elsewhere. */
  untold: ((direct: Recorder) => void)[] = [];
  /** By series: its last value, and whether it was set since it was told. */
  readonly gauges = new Map<string, { value: number; isNew: boolean; metric: number }>();

  constructor(whole: Recorder, limits: SeriesLimits) {
    this.recorder = createRecording(limits).recorder;
    this.reporter = new Reporter(this.recorder, false);
    this.target = new ReportTarget(whole);
  }

  record(what: Recorded): void {
    write(this.recorder, what);
    if (isGauge(what)) {
      const { metric, of, side, value } = what;
      this.gauges.set(`${metric} n${of} ${side}`, { value, isNew: true, metric });
    } else {
      this.untold.push((direct) => {
        write(direct, what);
      });
    }
  }

  /** Its primary is another one, which knows nothing yet: it is told of counters at rest too. */
  moveTo(whole: Recorder): void {
    this.reporter.introduce();
    this.target = new ReportTarget(whole);
    for (const known of SPECS.filter(({ kind, name }) => kind === 'counter' && this.recorder.family(name))) {
      for (const { values } of this.recorder.counter(known).series) {
        this.untold.push((direct) => {
          direct.counter(known).at(values);
        });
      }
    }
  }

  report(withGauges: boolean): void {
    const report = this.reporter.take(withGauges);
    if (report) this.target.add(JSON.parse(JSON.stringify(report)) as Report);
  }
}

/** Told gauges by the plainest means: of each series the values by worker, the latest last. */
class ToldGauges {
  readonly #told = new Map<string, Map<TestWorker, number>>();

  tell(from: TestWorker): void {
    for (const [series, gauge] of from.gauges) {
      const told = this.#told.get(series) ?? new Map<TestWorker, number>();
      this.#told.set(series, told);
      if (!gauge.isNew && told.has(from)) continue;
      gauge.isNew = false;
      told.delete(from);
      told.set(from, gauge.value);
    }
  }

  forget(worker: TestWorker): void {
    for (const told of this.#told.values()) told.delete(worker);
  }

  values(): Map<string, number> {
    const values = new Map<string, number>();
    for (const [series, told] of this.#told) {
      const all = [...told.values()];
      if (all.length === 0) continue;
      const { aggregator = 'sum' } = SPECS[Number(series.split(' ')[0])] as MetricSpec;
      if (aggregator === 'max') values.set(series, Math.max(...all));
      else if (aggregator === 'last') values.set(series, all[all.length - 1] as number);
      else
        values.set(
          series,
          all.reduce((sum, value) => sum + value, 0),
        );
    }
    return values;
  }
}

/** A cell's figures, those of which the last digits may differ by the order of additions apart. */
function figuresOf(cell: CounterCell | GaugeCell | HistogramCell): { exact: unknown; sums: number[] } {
  if (cell instanceof HistogramCell) return { exact: [Array.from(cell.counts), cell.min, cell.max], sums: [cell.sum] };
  return { exact: null, sums: [cell.value ?? NaN] };
}

function counted(recorder: Recorder): Map<string, { exact: unknown; sums: number[] }> {
  const all = new Map<string, { exact: unknown; sums: number[] }>();
  for (const family of recorder.families) {
    const metric = SPECS.findIndex(({ name }) => name === family.spec.name);
    if (metric < 0 || metric >= 3) continue;
    for (const { values, cell } of family.series) all.set(`${metric} ${values.join(' ')}`, figuresOf(cell));
  }
  all.set(TALLY, figuresOf(recorder.tally(TALLY)));
  return all;
}

function totals(recorder: Recorder): Map<string, { exact: unknown; sums: number[] }> {
  const all = new Map<string, { exact: unknown; sums: number[] }>();
  for (const known of SPECS.slice(0, 3)) {
    const family = recorder.family(known.name);
    if (known.kind === 'histogram') {
      const sum = new HistogramCell(new BucketLayout(DURATION_BUCKETS));
      for (const { cell } of recorder.histogram(known).series) {
        const buckets = Array.from(cell.counts).flatMap((count, index) => (count > 0 ? [index, count] : []));
        if (buckets.length > 0) sum.add({ sum: cell.sum, min: cell.min, max: cell.max, buckets });
      }
      all.set(known.name, figuresOf(sum));
    } else {
      const sum = new CounterCell();
      for (const { cell } of family?.series ?? []) sum.add((cell as CounterCell).value);
      all.set(known.name, figuresOf(sum));
    }
  }
  return all;
}

function expectSame(found: ReturnType<typeof counted>, wanted: ReturnType<typeof counted>): void {
  expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [key, { exact, sums }] of wanted) {
    expect(found.get(key)?.exact).toEqual(exact);
    sums.forEach((sum, index) => {
      const other = found.get(key)?.sums[index] ?? NaN;
      expect(Math.abs(other - sum)).toBeLessThanOrEqual(1e-9 * Math.max(1, sum));
    });
  }
}

/** Plays steps and compares the whole with what everything would be recorded directly. */
function play(
  steps: readonly Step[],
  limits: SeriesLimits,
  compare: (whole: Recorder, direct: Recorder, gauges: ToldGauges) => void,
): void {
  let whole = createRecording(limits).recorder;
  let direct = createRecording(limits).recorder;
  let gauges = new ToldGauges();
  let last = new Map<string, number>();
  const workers = Array.from({ length: WORKERS }, () => new TestWorker(whole, limits));
  for (const next of steps) {
    if (next.do === 'new primary') {
      whole = createRecording(limits).recorder;
      direct = createRecording(limits).recorder;
      gauges = new ToldGauges();
      last = new Map();
      for (const each of workers) each.moveTo(whole);
      continue;
    }
    const acting = workers[next.worker] as TestWorker;
    if (next.do === 'record') acting.record(next.what);
    if (next.do === 'report') {
      acting.report(next.withGauges);
      for (const writeTo of acting.untold.splice(0)) writeTo(direct);
      if (next.withGauges) gauges.tell(acting);
    }
    if (next.do === 'kill') {
      acting.target.forgetGauges();
      gauges.forget(acting);
      workers[next.worker] = new TestWorker(whole, limits);
    }
    compare(whole, direct, gauges);
    const now = new Map(Array.from(counted(whole), ([key, { sums }]) => [key, sums[0] as number]));
    for (const [key, value] of last) expect(now.get(key)).toBeGreaterThanOrEqual(value);
    last = now;
  }
}

describe('reports of workers, added up', () => {
  it('are what one recorder would hold, series by series, whenever they come and whoever ends', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        play(steps, { attributeValues: 100, series: 1000 }, (whole, direct, gauges) => {
          expectSame(counted(whole), counted(direct));
          const found = new Map<string, number>();
          SPECS.forEach((known, metric) => {
            if (metric < 3) return;
            for (const { values, cell } of whole.gauge(known).series)
              if (cell.value !== null) found.set(`${metric} ${values.join(' ')}`, cell.value);
          });
          const wanted = gauges.values();
          expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
          for (const [key, value] of wanted) expect(found.get(key)).toBeCloseTo(value, 9);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('lose and double nothing where workers and primary fold series beyond their caps', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        play(steps, { attributeValues: 3, series: 5 }, (whole, direct) => {
          expectSame(totals(whole), totals(direct));
          for (const family of whole.families) expect(family.series.length).toBeLessThanOrEqual(5 + 3);
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('ReportTarget', () => {
  const empty: Report = { families: [], series: [], counters: [], gauges: [], histograms: [], tallies: [] };
  const waits = SPECS[2] as MetricSpec;

  it('leaves out a metric that is declared otherwise in the worker, with one log line, and adds the rest', () => {
    const { recorder, log } = createRecording();
    recorder.counter(spec('orders', { kind: 'counter', unit: '{order}' }));
    const worker = createRecording().recorder;
    worker
      .counter(SPECS[0] as MetricSpec)
      .at(['a', 'in'])
      .add(5);
    worker
      .counter(SPECS[1] as MetricSpec)
      .at([])
      .add(7);
    for (let time = 0; time < 2; time++) {
      new ReportTarget(recorder).add(new Reporter(worker, false).take(true) as Report);
    }
    expect((recorder.family('orders')?.series ?? []).length).toBe(0);
    expect(recorder.counter(SPECS[1] as MetricSpec).at([]).value).toBe(14);
    expect(log.lines).toEqual([
      "warn orders is declared otherwise in a worker than in its primary; the worker's is left out of the sum",
    ]);
  });

  it('takes no figure that would break a cell', () => {
    const { recorder } = createRecording();
    const target = new ReportTarget(recorder);
    const cell = recorder.histogram(waits).at(['a', 'in']);
    const size = cell.layout.size;
    target.add({
      ...empty,
      families: [
        { id: 0, spec: waits },
        { id: 1, spec: SPECS[1] as MetricSpec },
        { id: 2, spec: SPECS[3] as MetricSpec },
      ],
      series: [
        { id: 0, family: 0, values: ['a', 'in'], overflow: false },
        { id: 1, family: 1, values: [], overflow: false },
        { id: 2, family: 2, values: ['a', 'in'], overflow: false },
        { id: 3, family: 9, values: [], overflow: false },
      ],
      counters: [
        [1, NaN],
        [1, -5],
        [1, 2],
        [0, 4],
        [3, 4],
        [99, 4],
      ],
      gauges: [
        [2, Infinity],
        [1, 4],
      ],
      histograms: [
        { id: 0, sum: 1, min: 1, max: 1, buckets: [size, 1] },
        { id: 0, sum: 1, min: 1, max: 1, buckets: [-1, 1] },
        { id: 0, sum: 1, min: 1, max: 1, buckets: [0, -1] },
        { id: 0, sum: 1, min: 1, max: 1, buckets: [0.5, 1] },
        { id: 0, sum: 1, min: 1, max: 1, buckets: [0] },
        { id: 0, sum: NaN, min: 1, max: 1, buckets: [0, 1] },
        { id: 1, sum: 1, min: 1, max: 1, buckets: [0, 1] },
      ],
      tallies: [
        [TALLY, -1],
        [TALLY, 3],
      ],
    });
    expect([cell.count, cell.sum, cell.min, cell.max]).toEqual([0, 0, Infinity, -Infinity]);
    expect(recorder.counter(SPECS[1] as MetricSpec).at([]).value).toBe(2);
    expect(recorder.gauge(SPECS[3] as MetricSpec).at(['a', 'in']).value).toBeNull();
    expect(recorder.tally(TALLY).value).toBe(3);
  });

  it('counts what lost an attribute in the worker as such here, under a series of its own', () => {
    const limits = { attributeValues: 2, series: 100 };
    const worker = createRecording(limits).recorder;
    const { recorder } = createRecording();
    for (const kind of ['a', 'b', 'c', 'd'])
      worker
        .counter(SPECS[0] as MetricSpec)
        .at([kind, 'in'])
        .add(1);
    new ReportTarget(recorder).add(new Reporter(worker, false).take(true) as Report);
    expect(
      recorder.counter(SPECS[0] as MetricSpec).series.map(({ attributes: own, cell }) => [own, cell.value]),
    ).toEqual([
      [{ of: 'a', side: 'in' }, 1],
      [{ of: 'b', side: 'in' }, 1],
      [{ side: 'in', 'otel.metric.overflow': true }, 2],
    ]);
  });
});

describe('Reporter', () => {
  it('tells nothing where nothing has changed, and gauges only when asked for them', () => {
    const { recorder } = createRecording();
    const reporter = new Reporter(recorder, false);
    expect(reporter.take(true)).not.toBeNull();
    expect(reporter.take(true)).toBeNull();
    recorder
      .gauge(SPECS[3] as MetricSpec)
      .at(['a', 'in'])
      .set(4);
    expect(reporter.take(false)).toBeNull();
    expect(reporter.take(true)?.gauges).toHaveLength(1);
    recorder
      .gauge(SPECS[3] as MetricSpec)
      .at(['a', 'in'])
      .set(null);
    expect(reporter.take(true)?.gauges).toEqual([[expect.any(Number), null]]);
  });

  it('leaves out what each worker has of its own, and in a thread what its process has', () => {
    const { recorder } = createRecording();
    recorder
      .gauge(spec('hosts', { aggregator: 'own' }))
      .at(['a', 'in'])
      .set(1);
    recorder
      .gauge(spec('rss', { ofProcess: true }))
      .at(['a', 'in'])
      .set(1);
    const namesOf = (isThread: boolean): string[] =>
      (new Reporter(recorder, isThread).take(true)?.families ?? []).map(({ spec: { name } }) => name);
    expect(namesOf(false)).toContain('rss');
    expect(namesOf(true)).not.toContain('rss');
    expect([...namesOf(false), ...namesOf(true)]).not.toContain('hosts');
  });
});

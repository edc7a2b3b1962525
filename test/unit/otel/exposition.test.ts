import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ValueType } from '@opentelemetry/api';
import fc from 'fast-check';
import { createOnceLogger } from '../../../src/base/logger.ts';
import { expose } from '../../../src/otel/exposition.ts';
import type { ExpositionFormat } from '../../../src/otel/exposition.ts';
import { LogLines } from '../../support/log-lines.ts';
import { parseSamples } from '../../support/prometheus-text.ts';
import type { Sample } from '../../support/prometheus-text.ts';

const TIME: [number, number] = [1, 0];
const CUMULATIVE = AggregationTemporality.CUMULATIVE;

type Attributes = Readonly<Record<string, unknown>>;

const descriptor = (name: string, unit = '', description = 'A metric') => ({
  name,
  unit,
  description,
  valueType: ValueType.DOUBLE,
});
const point = (attributes: Attributes, value: unknown) =>
  ({ attributes, value, startTime: TIME, endTime: TIME }) as never;

const singles = (name: string, points: readonly (readonly [Attributes, number])[], unit: string) => ({
  descriptor: descriptor(name, unit),
  aggregationTemporality: CUMULATIVE,
  dataPoints: points.map(([attributes, value]) => point(attributes, value)),
});
const gauge = (name: string, points: readonly (readonly [Attributes, number])[], unit = ''): MetricData => ({
  ...singles(name, points, unit),
  dataPointType: DataPointType.GAUGE,
});
const counter = (name: string, points: readonly (readonly [Attributes, number])[], unit = ''): MetricData => ({
  ...singles(name, points, unit),
  dataPointType: DataPointType.SUM,
  isMonotonic: true,
});
const histogram = (
  name: string,
  attributes: Attributes,
  boundaries: number[],
  counts: number[],
  sum?: number,
  unit = 's',
): MetricData => ({
  descriptor: descriptor(name, unit),
  aggregationTemporality: CUMULATIVE,
  dataPointType: DataPointType.HISTOGRAM,
  dataPoints: [
    point(attributes, {
      buckets: { boundaries, counts },
      count: counts.reduce((a, b) => a + b, 0),
      ...(sum !== undefined && { sum }),
    }),
  ],
});

const collected = (...metrics: MetricData[]): ResourceMetrics => ({
  resource: resourceFromAttributes({ 'service.name': 'test' }),
  scopeMetrics: metrics.map((metric, index) => ({ scope: { name: `scope ${index % 2}` }, metrics: [metric] })),
});

function write(
  metrics: ResourceMetrics,
  format: ExpositionFormat = 'text',
  constantLabels = {},
): { text: string; log: string[] } {
  const log = new LogLines();
  const text = [...expose(metrics, { format, constantLabels, logger: createOnceLogger(log) })].join('');
  return { text, log: log.lines };
}

/** Without the first family, `target_info`. */
const body = (text: string): string => text.slice(text.indexOf('\n', text.indexOf('target_info{')) + 1);

describe('expose', () => {
  it('writes the text format', () => {
    const { text } = write(
      collected(
        counter('jobs.done', [
          [{ 'job.kind': 'mail' }, 3],
          [{}, 1],
        ]),
        gauge('pool.size', [[{ a: 'back\\slash "quote" \n line' }, -Infinity]], 'By'),
        histogram('wait', { q: 'a' }, [0.1, 1], [1, 2, 3], 4.5),
      ),
    );
    expect(text).toBe(
      [
        '# HELP target_info Target metadata',
        '# TYPE target_info gauge',
        'target_info{service_name="test"} 1',
        '# HELP jobs_done_total A metric',
        '# TYPE jobs_done_total counter',
        'jobs_done_total{job_kind="mail"} 3',
        'jobs_done_total 1',
        '# HELP pool_size_bytes A metric',
        '# TYPE pool_size_bytes gauge',
        'pool_size_bytes{a="back\\\\slash \\"quote\\" \\n line"} -Inf',
        '# HELP wait_seconds A metric',
        '# TYPE wait_seconds histogram',
        'wait_seconds_bucket{q="a",le="0.1"} 1',
        'wait_seconds_bucket{q="a",le="1"} 3',
        'wait_seconds_bucket{q="a",le="+Inf"} 6',
        'wait_seconds_sum{q="a"} 4.5',
        'wait_seconds_count{q="a"} 6',
        '',
      ].join('\n'),
    );
  });

  it('writes OpenMetrics', () => {
    const { text } = write(
      collected(counter('io', [[{}, 3]], 'By'), histogram('wait', {}, [0.1, 1], [1, 2, 3], 4.5)),
      'openmetrics',
    );
    expect(text).toBe(
      [
        '# HELP target Target metadata',
        '# TYPE target info',
        'target_info{service_name="test"} 1',
        '# HELP io_bytes A metric',
        '# TYPE io_bytes counter',
        '# UNIT io_bytes bytes',
        'io_bytes_total 3',
        '# HELP wait_seconds A metric',
        '# TYPE wait_seconds histogram',
        '# UNIT wait_seconds seconds',
        'wait_seconds_bucket{le="0.1"} 1',
        'wait_seconds_bucket{le="1.0"} 3',
        'wait_seconds_bucket{le="+Inf"} 6',
        'wait_seconds_sum 4.5',
        'wait_seconds_count 6',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  it('makes one family of one name from several scopes, and writes a series once', () => {
    const { text, log } = write(
      collected(
        gauge('a.b', [[{ x: '1' }, 1]]),
        gauge('a_b', [
          [{ x: '1' }, 2],
          [{ x: '2' }, 3],
        ]),
        counter('a.b', [[{}, 1]]),
      ),
    );
    expect(body(text)).toBe(
      '# HELP a_b A metric\n# TYPE a_b gauge\na_b{x="1"} 1\na_b{x="2"} 3\n# HELP a_b_total A metric\n# TYPE a_b_total counter\na_b_total 1\n',
    );
    expect(log).toEqual([expect.stringContaining('a_b has series whose labels are the same')]);
  });

  it('leaves out what cannot be written, and says so', () => {
    const exponential = {
      ...gauge('exp', []),
      dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
    } as unknown as MetricData;
    const clash = { ...histogram('clash', {}, [1], [1, 1]), descriptor: descriptor('clash') };
    const { text, log } = write(collected(exponential, gauge('clash', [[{}, 1]]), clash, gauge('...', [[{}, 1]])));
    expect(body(text)).toBe('# HELP clash A metric\n# TYPE clash gauge\nclash 1\n');
    expect(log).toHaveLength(3);
  });

  it('joins labels of one name and moves le out of the way of a histogram', () => {
    const { text } = write(
      collected(
        gauge('g', [[{ 'a.b': 'two', 'a-b': 'one', '': 'x' }, 1]]),
        histogram('h', { le: 'mine' }, [1], [1, 0], 1, ''),
      ),
    );
    expect(text).toContain('g{a_b="one;two"} 1\n');
    expect(text).toContain('h_bucket{exported_le="mine",le="1"} 1\n');
  });

  it('adds constant labels to samples that have none of that name', () => {
    const { text } = write(
      collected(
        gauge('g', [
          [{ env: 'mine' }, 1],
          [{ xenv: 'a' }, 2],
          [{}, 3],
        ]),
      ),
      'text',
      { env: 'prod' },
    );
    expect(body(text).split('\n').slice(2, 5)).toEqual([
      'g{env="mine"} 1',
      'g{xenv="a",env="prod"} 2',
      'g{env="prod"} 3',
    ]);
  });

  it('hands out long text in chunks', () => {
    const points = Array.from({ length: 1000 }, (_, index): [Attributes, number] => [{ i: String(index) }, index]);
    const chunks = [
      ...expose(collected(gauge('g', points)), { format: 'text', logger: createOnceLogger(new LogLines()) }),
    ];
    expect(chunks.length).toBe(11);
  });

  it('writes the same samples as the stock serializer for any metrics, names aside', () => {
    const key = fc.oneof(
      fc.constantFrom('a.b', 'a_b', 'a-b', '9x', '_x', '__y', 'le', 'x y', '__proto__'),
      fc.string({ minLength: 1, maxLength: 5 }),
    );
    const text = fc.oneof(fc.constantFrom('', '\\', '"', '\n', '\\n', '{},=" ', '}', '#'), fc.string({ maxLength: 8 }));
    const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 2 }));
    const attributes = fc.array(fc.tuple(key, value), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs));
    const number = fc.oneof(fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1e21, 5e-324), fc.double());
    const points = fc.array(fc.tuple(attributes, number), { maxLength: 5 });
    const bounds = fc
      .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 5 })
      .map((all) => all.sort((a, b) => a - b));
    const anyHistogram = fc
      .tuple(attributes, bounds, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), fc.option(fc.double()))
      .map(([labels, fine, counts, sum]) =>
        histogram('h', labels, fine, counts.slice(0, fine.length + 1), sum ?? undefined, ''),
      );
    const metric = fc.oneof(
      points.map((all) => gauge('g', all)),
      points.map((all) => counter('c', all)),
      anyHistogram,
    );
    fc.assert(
      fc.property(metric, (data) => {
        const stock = new PrometheusSerializer('', false, undefined, true, true).serialize(collected(data));
        expect(canonical(parseSamples(body(write(collected(data)).text)))).toEqual(canonical(parseSamples(stock)));
      }),
      { numRuns: 1000 },
    );
  });
});

/**
 * Samples as comparable text, names aside: the name of a label is what both make of it (without underscores and prefixes), values
 * under one name are one set; keys that are no name at all, and the series they would tell apart, are left out.
 */
function canonical(samples: readonly Sample[]): string[] {
  const lines = samples.map(({ name, labels, value }) => {
    const byName = new Map<string, string[]>();
    for (const [label, text] of labels) {
      const bare = label
        .replace(/^exported_le$/, 'le')
        .replace(/^key(?=_)/, '')
        .replace(/_/g, '');
      if (bare === '') continue;
      byName.set(bare, [...(byName.get(bare) ?? []), ...text.split(';')]);
    }
    const set = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, values]) => [label, values.sort()]);
    return `${name} ${JSON.stringify(set)} ${Object.is(value, -0) ? 0 : value}`;
  });
  // the stock one writes a series twice that two attribute sets became; only the first counts
  const first = new Map(lines.map((line): [string, string] => [line.slice(0, line.lastIndexOf(' ')), line]).reverse());
  return [...first.values()].sort();
}

import { AggregationType, DataPointType } from '@opentelemetry/sdk-metrics';
import type { AggregationOption, DataPoint, ViewOptions } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { Figures, InstrumentedProcess, Instruments } from '../support/instrumented-process.ts';

const PROCESSES = 4;

type What = keyof Instruments['record'] | 'tell' | 'end' | 'tell all' | 'read';

const acts = fc.array(
  fc.tuple(
    fc.nat(PROCESSES - 1),
    fc.constantFrom<What>(
      ...(['count', 'unit', 'level', 'observe', 'see', 'stand', 'tell', 'end', 'tell all', 'read'] as const),
    ),
    fc.integer({ min: -20, max: 200 }),
    fc.constantFrom('a', 'b'),
  ),
  { maxLength: 60 },
);

/** A process, its instruments, and what stands in those whose part goes with it. */
class Member {
  readonly process = new InstrumentedProcess();
  readonly instruments = new Instruments(this.process.meter);
  readonly standing: [what: 'level' | 'stand', value: number, name: string][] = [];
}

async function raised(primary: InstrumentedProcess, before: Figures): Promise<Figures> {
  const now = new Figures();
  now.add(await primary.metrics());
  for (const [key, value] of Object.entries(before.all)) {
    if (/^(levels|standing)/.test(key)) continue;
    const next = now.all[key];
    if (typeof value === 'number') expect(next).toBeGreaterThanOrEqual(value);
    else
      value.counts.forEach((count, index) => {
        expect((next as typeof value).counts[index]).toBeGreaterThanOrEqual(count);
      });
  }
  return now;
}

describe('instruments of dashboard.meter in workers', () => {
  it('add up to what one process would have recorded, but for what stood in workers that have ended', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (all) => {
        const plain = new Member();
        const members = Array.from({ length: PROCESSES }, () => new Member());
        const [{ process: primary }] = members as [Member];
        const increases = new Figures();
        let before = new Figures();
        for (const [index, what, value, name] of all) {
          const member = members[index]!;
          if (what === 'read') {
            increases.add(await primary.metrics(primary.delta));
            before = await raised(primary, before);
          } else if (what === 'tell' || what === 'tell all') {
            if (index > 0) await member.process.tell(primary, what === 'tell all');
          } else if (what === 'end') {
            if (index === 0) continue;
            await member.process.tell(primary);
            primary.workers.forget(member.process);
            for (const [kind, stood, who] of member.standing) plain.instruments.record[kind](-stood, who);
            members[index] = new Member();
          } else {
            for (const { instruments } of [member, plain]) instruments.record[what](value, name);
            if (what === 'level' || what === 'stand') member.standing.push([what, value, name]);
          }
        }
        for (const { process } of members.slice(1)) await process.tell(primary);
        increases.add(await primary.metrics(primary.delta));
        const wanted = new Figures();
        wanted.add(await plain.process.metrics());
        expect((await raised(primary, before)).all).toEqual(wanted.all);
        expect(increases.withoutExtremes).toEqual(wanted.withoutExtremes);
        expect(primary.logged).toEqual([]);
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  it('are one metric in /metrics with those of the primary', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    for (const { meter } of [primary, worker]) {
      meter.createCounter('orders', { description: 'Orders' }).add(2, { kind: 'book' });
      meter.createObservableUpDownCounter('files', { unit: 'By' }).addCallback((result) => {
        result.observe(3);
      });
      meter.createHistogram('size', { advice: { explicitBucketBoundaries: [1, 5] } }).record(4);
    }
    worker.meter.createCounter('orders').add(1, { kind: 'pen' });
    await worker.tell(primary);
    const lines = ['# HELP orders', 'orders', 'files', 'size'].map((start) => primary.lines(start));
    expect((await Promise.all(lines)).flat()).toEqual([
      '# HELP orders_total Orders',
      'orders_total{kind="book"} 4',
      'orders_total{kind="pen"} 1',
      'files_bytes 6',
      'size_bucket{le="1"} 0',
      'size_bucket{le="5"} 2',
      'size_bucket{le="+Inf"} 2',
      'size_sum 8',
      'size_count 2',
    ]);
    expect(primary.logged).toEqual([]);
  });

  it('keep one attributes object for each series, by which the text of its labels is kept', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    primary.meter.createCounter('orders').add(1, { kind: 'book' });
    for (const kind of ['book', 'pen']) worker.meter.createCounter('orders').add(1, { kind });
    const read = async (): Promise<unknown[]> => {
      await worker.tell(primary, true);
      const { dataPoints = [], descriptor } = (await primary.metrics()).get('orders') ?? {};
      return [descriptor, ...dataPoints.map(({ attributes }) => attributes)];
    };
    const [first, second] = [await read(), await read()];
    expect(first).toHaveLength(3);
    second.forEach((one, index) => {
      expect(one).toBe(first[index]);
    });
  });

  it('tell a reader of increases the time in which they came', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    const counter = worker.meter.createCounter('orders');
    const times = async (): Promise<unknown> => {
      counter.add(1);
      await worker.tell(primary);
      primary.recording.clock.advance(1000);
      const { dataPoints = [] } = (await primary.metrics(primary.delta)).get('orders') ?? {};
      return (dataPoints as DataPoint<number>[]).map(({ startTime, endTime, value }) => [
        startTime[0] - start,
        endTime[0] - start,
        value,
      ]);
    };
    const start = primary.recording.recorder.startEpochMs / 1000;
    expect([await times(), await times()]).toEqual([[[0, 1, 1]], [[1, 2, 1]]]);
    await worker.tell(primary);
    expect((await primary.metrics(primary.delta)).has('orders')).toBe(false);
  });

  it('stand in a new dashboard of the primary as they stood in the one before', async () => {
    const [first, second, worker] = [new InstrumentedProcess(), new InstrumentedProcess(), new InstrumentedProcess()];
    const open = worker.meter.createUpDownCounter('open');
    open.add(5);
    worker.meter.createGauge('level').record(3);
    await worker.tell(first);
    await worker.tell(second, true);
    open.add(-2);
    await worker.tell(second);
    expect([await second.value('open'), await second.value('level')]).toEqual([3, 3]);
  });

  it('are added anew where a worker that was gone comes again', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    worker.meter.createUpDownCounter('open').add(4);
    const read = async (): Promise<unknown> => [
      await primary.value('open'),
      await primary.value('open', {}, primary.delta),
      await primary.value('open', {}, primary.delta),
    ];
    await worker.tell(primary);
    expect(await read()).toEqual([4, 4, undefined]);
    primary.workers.forget(worker);
    expect(await read()).toEqual([undefined, -4, undefined]);
    await worker.tell(primary, true);
    expect(await read()).toEqual([4, 4, undefined]);
  });

  it('are what the SDK takes for one metric and one data point, and no others', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    primary.meter.createCounter('Orders').add(1, { a: 1, b: 'x', c: undefined });
    worker.meter.createCounter('orders').add(2, { b: 'x', a: 1 });
    primary.meter.createCounter('time', { unit: 's' }).add(1);
    worker.meter.createCounter('time', { unit: 'ms' }).add(2);
    await worker.tell(primary);
    expect([...(await primary.lines('Orders')), ...(await primary.lines('time'))]).toEqual([
      'Orders_total{a="1",b="x",c=""} 3',
      'time_seconds_total 1',
      'time_milliseconds_total 2',
    ]);
  });

  it('are added to the first of those that the SDK keeps apart in the primary, the one in /metrics', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    primary.meter.createCounter('orders').add(1);
    primary.meter.createObservableCounter('orders').addCallback((result) => {
      result.observe(10);
    });
    worker.meter.createCounter('orders').add(100);
    await worker.tell(primary);
    expect(await primary.lines('orders')).toEqual(['orders_total 101']);
  });

  it('are left out where they are no finite numbers', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    worker.meter.createCounter('orders').add(Infinity);
    worker.meter.createGauge('level').record(NaN);
    const advice = { explicitBucketBoundaries: [1] };
    worker.meter.createHistogram('size', { advice }).record(Infinity);
    worker.meter.createHistogram('nothing', { advice }).record(NaN);
    await worker.tell(primary);
    expect([...(await primary.metrics()).keys()]).toEqual(['size']);
    expect(await primary.value('size')).toMatchObject({ count: 1, sum: undefined, buckets: { counts: [0, 1] } });
    expect(primary.logged).toEqual([]);
  });

  it('tell no extremes of an interval, which are not known', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    const histogram = worker.meter.createHistogram('size');
    for (const value of [1, 50]) {
      histogram.record(value);
      await worker.tell(primary);
      const told = await primary.value('size', {}, primary.delta);
      expect(told).toMatchObject({ count: 1, sum: value, min: undefined, max: undefined });
    }
    expect(await primary.value('size')).toMatchObject({ count: 2, sum: 51, min: 1, max: 50 });
  });

  it('go on from where they were when a worker’s dashboard is shut down and initialised anew', async () => {
    const [primary, worker, anew] = [new InstrumentedProcess(), new InstrumentedProcess(), new InstrumentedProcess()];
    worker.meter.createCounter('orders').add(7);
    await worker.tell(primary);
    primary.workers.forget(worker);
    anew.meter.createCounter('orders').add(2);
    await anew.tell(primary);
    expect(await primary.value('orders')).toBe(9);
  });

  it('count on where an observed counter begins anew', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    let jobs = 100;
    worker.meter.createObservableCounter('jobs').addCallback((result) => {
      result.observe(jobs);
    });
    await worker.tell(primary);
    jobs = 30;
    await worker.tell(primary);
    expect(await primary.value('jobs')).toBe(130);
  });

  it('count on where a histogram begins anew', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    const report = { name: 'size', description: '', unit: '', kind: 'histogram', boundaries: [5] };
    for (const value of [
      { counts: [3, 1], sum: 20 },
      { counts: [1, 1], sum: 9 },
    ])
      primary.workers.add(worker, [{ ...report, points: [{ attributes: {}, value }] }]);
    expect(await primary.value('size')).toMatchObject({ count: 6, sum: 29, buckets: { counts: [4, 2] } });
  });

  it('are added up before they are told, where the SDK keeps instruments of one name apart', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    const counters = [worker.meter.createCounter('orders'), worker.meter.createObservableCounter('orders')] as const;
    counters[1].addCallback((result) => {
      result.observe(30);
    });
    for (let time = 0; time < 3; time++) {
      counters[0].add(1);
      await worker.tell(primary);
    }
    expect(await primary.value('orders')).toBe(33);
  });

  it('are left out where they are the package’s own, by whatever name a view gives them', async () => {
    const worker = new InstrumentedProcess([
      { instrumentName: 'realtime.latency', name: 'latency' },
      { instrumentName: 'mine', name: 'yours' },
    ]);
    worker.recording.realtime.recordLatency(5);
    worker.meter.createCounter('mine').add(1);
    expect((await worker.provider.takeInstruments(true)).map(({ name }) => name)).toEqual(['yours']);
  });

  it('are told in the order in which they were asked for, however long their callbacks take', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    const slow = [10, 20].map((jobs, index) => async () => {
      if (index === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      return jobs;
    });
    worker.meter.createObservableCounter('jobs').addCallback(async (result) => {
      result.observe((await slow.shift()?.()) ?? NaN);
    });
    await Promise.all([worker.tell(primary), worker.tell(primary)]);
    expect(await primary.value('jobs')).toBe(20);
  });

  it('are told while a callback of the application never ends, and before the last of them is shut down', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    const counter = worker.meter.createCounter('mine');
    worker.meter.createObservableGauge('stuck').addCallback(() => new Promise(() => undefined));
    counter.add(2);
    const told = [worker.tell(primary), worker.tell(primary)];
    const shutdown = worker.provider.shutdown(1000).catch(() => undefined);
    await told[0];
    counter.add(3);
    await Promise.all([...told, shutdown]);
    expect(await primary.value('mine')).toBe(5);
  });

  it('of threads of a worker are told as the worker’s, as long as they are there', async () => {
    const [primary, worker, thread] = [new InstrumentedProcess(), new InstrumentedProcess(), new InstrumentedProcess()];
    for (const { meter } of [worker, thread]) meter.createCounter('orders').add(1);
    thread.meter.createUpDownCounter('open').add(4);
    await thread.tell(worker);
    await worker.tell(primary);
    expect([await primary.value('orders'), await primary.value('open')]).toEqual([2, 4]);
    worker.workers.forget(thread);
    await worker.tell(primary);
    expect([await primary.value('orders'), (await primary.metrics()).has('open')]).toEqual([2, false]);
    const next = new InstrumentedProcess();
    next.meter.createUpDownCounter('open').add(1);
    await next.tell(worker);
    await worker.tell(primary);
    expect(await primary.value('open')).toBe(1);
  });

  it('with more series than the SDK would keep are one beyond that', async () => {
    const [primary, ...workers] = Array.from({ length: 4 }, () => new InstrumentedProcess());
    for (const [index, worker] of workers.entries()) {
      const counter = worker.meter.createCounter('orders');
      for (let user = 0; user < 1500; user++) counter.add(1, { user: `${index}/${user}` });
      await worker.tell(primary!);
    }
    expect((await primary!.metrics()).get('orders')?.dataPoints).toHaveLength(2000);
    expect(await primary!.value('orders', { 'otel.metric.overflow': true })).toBe(4500 - 1999);
  });
});

describe('a gauge of workers', () => {
  it('is what was told last, by those that are there', async () => {
    const [primary, one, other] = [new InstrumentedProcess(), new InstrumentedProcess(), new InstrumentedProcess()];
    const [gauge] = [one, other].map(({ meter }) => meter.createGauge('level'));
    const told = async (): Promise<unknown[]> => {
      for (const worker of [other, one]) await worker.tell(primary);
      return [await primary.value('level'), await primary.value('level', {}, primary.delta)];
    };
    gauge!.record(3);
    other.meter.createGauge('level').record(5);
    expect(await told()).toEqual([3, 3]);
    other.meter.createGauge('level').record(6);
    expect(await told()).toEqual([6, 6]);
    primary.workers.forget(other);
    expect(await told()).toEqual([3, 3]);
    primary.workers.forget(one);
    expect([await primary.value('level'), (await primary.metrics()).has('level')]).toEqual([undefined, false]);
  });

  it('is not added up where the SDK keeps two of one name apart', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    worker.meter.createGauge('level').record(3);
    worker.meter.createObservableGauge('level').addCallback((result) => {
      result.observe(4);
    });
    await worker.tell(primary);
    expect(await primary.value('level')).toBe(4);
  });

  it('is the primary’s own from the read on that has found that one changed', async () => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    const [own, gauge] = [primary, worker].map(({ meter }) => meter.createGauge('level'));
    own!.record(1);
    gauge!.record(7);
    await worker.tell(primary);
    expect([await primary.value('level'), await primary.value('level')]).toEqual([7, 7]);
    own!.record(2);
    expect([await primary.value('level'), await primary.value('level')]).toEqual([2, 2]);
    await worker.tell(primary);
    expect(await primary.value('level')).toBe(2);
    gauge!.record(8);
    await worker.tell(primary);
    expect(await primary.value('level')).toBe(8);
    primary.workers.forget(worker);
    expect(await primary.value('level')).toBe(2);
  });
});

describe('views', () => {
  it('apply in workers as in the primary', async () => {
    const views: ViewOptions[] = [
      {
        instrumentName: 'size',
        name: 'bytes',
        aggregation: {
          type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
          options: { boundaries: [1, 2, 3], recordMinMax: false },
        },
        attributesProcessors: [{ process: () => ({}) }],
      },
    ];
    const [primary, worker] = [new InstrumentedProcess(views), new InstrumentedProcess(views)];
    for (const { meter } of [primary, worker])
      for (const value of [2.5, 2.5, 1.5]) meter.createHistogram('size').record(value, { user: String(value) });
    await worker.tell(primary);
    const buckets = { boundaries: [1, 2, 3], counts: [0, 2, 4, 0] };
    expect(await primary.value('bytes')).toEqual({ buckets, count: 6, sum: 13, min: undefined, max: undefined });
    expect([...(await primary.metrics()).keys()]).toEqual(['bytes']);
  });

  it('of a worker alone give its instruments their name in the primary', async () => {
    const [primary, worker] = [
      new InstrumentedProcess(),
      new InstrumentedProcess([{ instrumentName: 'mine', name: 'yours' }]),
    ];
    for (const { meter } of [primary, worker]) meter.createCounter('mine').add(1);
    await worker.tell(primary);
    expect([...(await primary.metrics()).keys()]).toEqual(['mine', 'yours']);
  });

  it.each<readonly [string, AggregationOption]>([
    ['other bounds', { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [7] } }],
    ['exponential buckets', { type: AggregationType.EXPONENTIAL_HISTOGRAM }],
  ])('that give a histogram %s leave it out of the sum, with one line', async (_name, aggregation) => {
    const views: ViewOptions[] = [{ instrumentName: 'size', aggregation }];
    for (const [here, there] of [
      [views, []],
      [[], views],
    ]) {
      const [primary, worker] = [new InstrumentedProcess(here), new InstrumentedProcess(there)];
      for (const { meter } of [primary, worker]) meter.createHistogram('size').record(5);
      worker.meter.createCounter('orders').add(1);
      for (let time = 0; time < 2; time++) {
        await worker.tell(primary, true);
        expect(await primary.value('size')).toMatchObject({ count: 1 });
      }
      expect([...primary.logged, ...worker.logged]).toEqual([expect.stringMatching(/^warn size .* out of the sum/)]);
      expect(await primary.value('orders')).toBe(1);
    }
  });

  it('may give two workers other buckets: those of the first are told', async () => {
    const [primary, one, other] = [new InstrumentedProcess(), new InstrumentedProcess(), new InstrumentedProcess()];
    one.meter.createHistogram('size', { advice: { explicitBucketBoundaries: [1, 2] } }).record(5);
    other.meter.createHistogram('size', { advice: { explicitBucketBoundaries: [1, 3] } }).record(5);
    for (const worker of [one, other]) await worker.tell(primary);
    expect(await primary.value('size')).toMatchObject({ count: 1, buckets: { boundaries: [1, 2] } });
    expect(primary.logged).toHaveLength(1);
  });
});

describe('what is no report', () => {
  const report = { name: 'orders', description: '', unit: '', kind: 'counter', boundaries: [], points: [] };
  const histogram = { ...report, name: 'size', kind: 'histogram', boundaries: [1] };
  const point = { attributes: {}, value: 1 };

  it.each([
    ['no list', 7],
    ['nothing', [null]],
    ['no name', [{ ...report, name: '', points: [point] }]],
    ['a unit that is no text', [{ ...report, unit: 1, points: [point] }]],
    ['an unknown kind', [{ ...report, kind: 'toString', points: [point] }]],
    ['bounds that do not ascend', [{ ...histogram, boundaries: [2, 1], points: [] }]],
    ['no points', [{ ...report, points: undefined }]],
    ['a point without attributes', [{ ...report, points: [{ value: 1 }] }]],
    ['attributes that are none', [{ ...report, points: [{ attributes: { a: {} }, value: 1 }] }]],
    ['a counter that is negative', [{ ...report, points: [{ ...point, value: -1 }] }]],
    ['a number that is a text', [{ ...report, points: [{ ...point, value: '1' }] }]],
    ['a number that is none', [{ ...report, points: [{ ...point, value: NaN }] }]],
    ['a histogram that is a number', [{ ...histogram, points: [point] }]],
    ['too few buckets', [{ ...histogram, points: [{ ...point, value: { counts: [1] } }] }]],
    ['half an observation', [{ ...histogram, points: [{ ...point, value: { counts: [1, 0.5] } }] }]],
    ['no observation', [{ ...histogram, points: [{ ...point, value: { counts: [0, 0] } }] }]],
    ['a sum that is none', [{ ...histogram, points: [{ ...point, value: { counts: [1, 0], sum: null } }] }]],
  ])('is left out, with one line: %s', async (_name, garbage) => {
    const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
    primary.workers.add(worker, garbage);
    primary.workers.add(worker, garbage);
    expect(primary.logged).toEqual([
      expect.stringMatching(/^warn what a worker tells of an instrument cannot be read/),
    ]);
    expect((await primary.metrics()).size).toBe(0);
    primary.workers.add(worker, [report, { ...report, points: [null, point] }]);
    expect(await primary.value('orders')).toBe(1);
  });

  it('neither throws nor becomes a figure that is none', async () => {
    const kind = fc.constantFrom('counter', 'gauge', 'histogram', 'up_down_counter');
    const value = fc.oneof(
      fc.anything(),
      fc.double(),
      fc.record({ counts: fc.array(fc.maxSafeInteger()), sum: fc.double() }),
    );
    const garbage = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b'),
        description: fc.constant(''),
        unit: fc.constant(''),
        kind,
        boundaries: fc.oneof(fc.anything(), fc.array(fc.double(), { maxLength: 2 })),
        points: fc.oneof(fc.anything(), fc.array(fc.record({ attributes: fc.object(), value }))),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.anything(), garbage), async (told) => {
        const [primary, worker] = [new InstrumentedProcess(), new InstrumentedProcess()];
        for (const meter of [primary.meter]) meter.createHistogram('a').record(1);
        primary.workers.add(worker, told);
        primary.workers.forget(worker);
        for (const reader of [primary.cumulative, primary.delta]) {
          const { resourceMetrics } = await reader.collect();
          for (const { dataPointType, dataPoints } of resourceMetrics.scopeMetrics[0]!.metrics) {
            if (dataPointType === DataPointType.HISTOGRAM || dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM)
              continue;
            for (const { value: figure } of dataPoints) expect(Number.isFinite(figure)).toBe(true);
          }
        }
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});

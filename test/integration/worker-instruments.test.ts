import type { Attributes, Meter } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { DataPoint, Histogram } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import type { InstrumentReport } from '../../src/instruments/instrument-report.ts';
import { InstrumentSums } from '../../src/instruments/instrument-sums.ts';
import { InstrumentReader } from '../../src/otel/instrument-reader.ts';
import { CellProvider } from '../../src/otel/provider.ts';
import { createResource } from '../../src/otel/resource.ts';
import { MemoryReader, pointOf } from '../support/memory-reader.ts';
import { createRecording } from '../support/recording.ts';

/** A worker's meter, and how it tells its primary. */
class TestWorker {
  readonly meter: Meter;
  readonly #reader: InstrumentReader;

  constructor(isOurs: (name: string) => boolean = () => false) {
    this.#reader = new InstrumentReader(isOurs);
    this.meter = new MeterProvider({ readers: [this.#reader.reader] }).getMeter('test');
  }

  /** As it comes over the channel of a cluster. */
  async tell(primary: TestPrimary): Promise<void> {
    primary.sums.add(this, JSON.parse(JSON.stringify(await this.#reader.take())) as InstrumentReport[]);
  }
}

class TestPrimary {
  readonly reader = new MemoryReader();
  readonly meter = new MeterProvider({ readers: [this.reader] }).getMeter('test');
  readonly sums = new InstrumentSums(this.meter);
}

const BOUNDS = [1, 10, 100];
const advice = { explicitBucketBoundaries: BOUNDS };

type Act = readonly [worker: number, what: 'count' | 'level' | 'observe' | 'tell' | 'end', value: number, who: string];

const acts = fc.array(
  fc.tuple(
    fc.nat(2),
    fc.constantFrom<Act[1]>('count', 'count', 'level', 'observe', 'observe', 'tell', 'end'),
    fc.integer({ min: -20, max: 200 }),
    fc.constantFrom('a', 'b'),
  ),
  { maxLength: 60 },
);

describe('instruments of dashboard.meter in workers', () => {
  it('add up to what one process would have recorded, but for what stood in workers that have ended', async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (all) => {
        const primary = new TestPrimary();
        const plain = new TestPrimary();
        const workers = [0, 1, 2].map(() => ({ worker: new TestWorker(), levels: new Map<string, number>() }));
        for (const [index, what, value, who] of all) {
          const { worker, levels } = workers[index]!;
          if (what === 'tell') await worker.tell(primary);
          else if (what === 'end') {
            await worker.tell(primary);
            primary.sums.forget(worker);
            for (const [name, level] of levels) record(plain.meter, 'level', -level, { name });
            workers[index] = { worker: new TestWorker(), levels: new Map() };
          } else {
            for (const meter of [worker.meter, plain.meter]) record(meter, what, value, { name: who });
            if (what === 'level') levels.set(who, (levels.get(who) ?? 0) + value);
          }
        }
        for (const { worker } of workers) await worker.tell(primary);
        expect(await figuresOf(primary)).toEqual(await figuresOf(plain));
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  it('are told once, however often they are asked for', async () => {
    const [worker, primary] = [new TestWorker(), new TestPrimary()];
    worker.meter.createObservableCounter('seen').addCallback((result) => {
      result.observe(100);
    });
    for (let time = 0; time < 3; time++) await worker.tell(primary);
    expect(pointOf((await primary.reader.metrics()).get('seen'), {})?.value).toBe(100);
  });

  it('give the value that was told last, where they are gauges', async () => {
    const [one, other, primary] = [new TestWorker(), new TestWorker(), new TestPrimary()];
    one.meter.createGauge('level').record(3);
    other.meter.createGauge('level').record(5);
    await one.tell(primary);
    await other.tell(primary);
    expect(pointOf((await primary.reader.metrics()).get('level'), {})?.value).toBe(5);
  });

  it('are left out where they are the package’s own, which are told otherwise', async () => {
    const [worker, primary] = [new TestWorker((name) => name === 'ours'), new TestPrimary()];
    worker.meter.createCounter('ours').add(1);
    worker.meter.createCounter('mine').add(1);
    await worker.tell(primary);
    expect([...(await primary.reader.metrics()).keys()]).toEqual(['mine']);
  });

  it('are told apart from metrics of the package that a view has renamed', async () => {
    const { recorder, realtime } = createRecording();
    const provider = new CellProvider({
      recorder,
      resource: createResource(undefined),
      views: [
        { instrumentName: 'realtime.latency', name: 'latency' },
        { instrumentName: 'mine', name: 'yours' },
      ],
      mainReader: new MemoryReader(),
      readers: [],
      isWorker: true,
      beforeCollect: () => Promise.resolve(),
    });
    realtime.recordLatency(5);
    provider.meter.createCounter('mine').add(1);
    expect((await provider.takeInstruments()).map(({ name }) => name)).toEqual(['yours']);
    await provider.shutdown(1000);
  });

  it('are told later where a callback of the application never ends', async () => {
    const [worker, primary] = [new TestWorker(), new TestPrimary()];
    const counter = worker.meter.createCounter('mine');
    let end = (): void => undefined;
    worker.meter.createObservableGauge('stuck').addCallback(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    counter.add(2);
    await worker.tell(primary);
    counter.add(3);
    end();
    await worker.tell(primary);
    end();
    expect(pointOf((await primary.reader.metrics()).get('mine'), {})?.value).toBe(5);
  });
});

function record(meter: Meter, what: 'count' | 'level' | 'observe', value: number, attributes: Attributes): void {
  if (what === 'count') meter.createCounter('counted').add(Math.abs(value), attributes);
  if (what === 'level') meter.createUpDownCounter('levels').add(value, attributes);
  if (what === 'observe') meter.createHistogram('observed', { advice }).record(value, attributes);
}

/** Levels that are 0 say nothing, and extremes are not known exactly. */
async function figuresOf({ reader }: TestPrimary): Promise<unknown> {
  const figures: Record<string, unknown> = {};
  for (const [name, { dataPoints }] of await reader.metrics()) {
    for (const { attributes, value } of dataPoints as DataPoint<number | Histogram>[]) {
      if (value === 0) continue;
      const told = typeof value === 'number' ? value : { ...value.buckets, sum: Number((value.sum ?? 0).toFixed(6)) };
      figures[`${name} ${String(attributes['name'])}`] = told;
    }
  }
  return figures;
}

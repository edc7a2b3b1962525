import { ValueType } from '@opentelemetry/api';
import type { Attributes, Meter } from '@opentelemetry/api';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import type { DataPoint, Histogram, MetricData, ViewOptions } from '@opentelemetry/sdk-metrics';
import { CellProvider } from '../../src/otel/provider.ts';
import { expose } from '../../src/otel/exposition.ts';
import { createResource } from '../../src/otel/resource.ts';
import { Scraper } from '../../src/otel/scraper.ts';
import { WorkerInstruments } from '../../src/otel/worker-instruments.ts';
import { MemoryReader } from './memory-reader.ts';
import { createRecording } from './recording.ts';
import type { TestRecording } from './recording.ts';

/** What a meter of a primary, a worker or a thread holds, and how it is told and read, without a process of its own. */
export class InstrumentedProcess {
  readonly recording: TestRecording = createRecording();
  readonly workers = new WorkerInstruments(this.recording.recorder);
  readonly delta = new MemoryReader(AggregationTemporality.DELTA);
  readonly cumulative = new MemoryReader();
  readonly provider: CellProvider;
  readonly meter: Meter;
  readonly #scraper = new Scraper(this.recording.recorder);

  constructor(views: readonly ViewOptions[] = []) {
    this.provider = new CellProvider({
      recorder: this.recording.recorder,
      resource: createResource(undefined),
      views,
      mainReader: this.#scraper.reader,
      readers: [this.cumulative, this.delta],
      workerInstruments: this.workers,
      isWorker: true,
      beforeCollect: () => Promise.resolve(),
    });
    this.meter = this.provider.meter;
  }

  get logged(): readonly string[] {
    return this.recording.log.lines;
  }

  /** As it comes over the channel of a cluster. */
  async tell(primary: InstrumentedProcess, isAll = false): Promise<void> {
    const told = JSON.parse(JSON.stringify(await this.provider.takeInstruments(isAll))) as unknown;
    primary.workers.add(this, told);
  }

  /** Its metrics by name, but for the package's own. @throws Error where two have one name */
  async metrics(reader = this.cumulative): Promise<Map<string, MetricData>> {
    const { resourceMetrics, errors } = await reader.collect();
    if (errors.length > 0) throw errors[0] as Error;
    const metrics = new Map<string, MetricData>();
    for (const metric of resourceMetrics.scopeMetrics.flatMap(({ metrics: all }) => all)) {
      const { name } = metric.descriptor;
      if (this.recording.recorder.family(name)) continue;
      if (metrics.has(name)) throw new Error(`${name} is there twice`);
      metrics.set(name, metric);
    }
    return metrics;
  }

  /** The value of one data point. */
  async value(name: string, attributes: Attributes = {}, reader = this.cumulative): Promise<unknown> {
    const points = ((await this.metrics(reader)).get(name)?.dataPoints ?? []) as DataPoint<unknown>[];
    return points.find((point) => JSON.stringify(point.attributes) === JSON.stringify(attributes))?.value;
  }

  /** The lines of `/metrics` that begin so. */
  async lines(start: string): Promise<string[]> {
    const { logger } = this.recording.recorder;
    const text = [...expose(await this.#scraper.collect(), { format: 'text', logger })].join('');
    return text.split('\n').filter((line) => line.startsWith(start));
  }
}

/** One instrument of each kind, observed ones by what stands here. */
export class Instruments {
  readonly #seen = new Map<string, number>();
  readonly #standing = new Map<string, number>();
  readonly record: Readonly<Record<'count' | 'unit' | 'level' | 'observe' | 'see' | 'stand', Act>>;

  constructor(meter: Meter) {
    const counter = meter.createCounter('counted');
    const units = meter.createCounter('units', { valueType: ValueType.INT });
    const levels = meter.createUpDownCounter('levels');
    const advice = { explicitBucketBoundaries: [1, 10, 100] };
    const histogram = meter.createHistogram('observed', { advice });
    const observe = (
      values: ReadonlyMap<string, number>,
    ): Parameters<ReturnType<Meter['createObservableCounter']>['addCallback']>[0] => {
      return (result) => {
        for (const [name, value] of values) result.observe(value, { name });
      };
    };
    meter.createObservableCounter('seen').addCallback(observe(this.#seen));
    meter.createObservableUpDownCounter('standing', { valueType: ValueType.INT }).addCallback(observe(this.#standing));
    this.record = {
      count: (value, name) => {
        counter.add(Math.abs(value) / 10, { name });
      },
      unit: (value, name) => {
        units.add(Math.abs(value), { name });
      },
      level: (value, name) => {
        levels.add(value, { name });
      },
      observe: (value, name) => {
        histogram.record(value, { name });
      },
      see: (value, name) => {
        this.#seen.set(name, (this.#seen.get(name) ?? 0) + Math.abs(value));
      },
      stand: (value, name) => {
        this.#standing.set(name, (this.#standing.get(name) ?? 0) + value);
      },
    };
  }
}

type Act = (value: number, name: string) => void;

/** What data points come to, by metric and the attribute `name`; of several collections together, where they are increases. */
export class Figures {
  readonly #all = new Map<string, number | Observed>();

  add(metrics: ReadonlyMap<string, MetricData>): void {
    for (const [metric, { dataPoints }] of metrics) {
      for (const { attributes, value } of dataPoints as DataPoint<number | Histogram>[]) {
        const key = `${metric} ${String(attributes['name'])}`;
        const before = this.#all.get(key);
        if (typeof value === 'number') {
          this.#all.set(key, rounded(((before as number | undefined) ?? 0) + value));
          continue;
        }
        const { counts = [], sum = 0 } = (before as Observed | undefined) ?? {};
        this.#all.set(key, {
          counts: value.buckets.counts.map((count, index) => count + (counts[index] ?? 0)),
          sum: rounded((value.sum ?? NaN) + sum),
          ...(value.min !== undefined && { min: value.min }),
          ...(value.max !== undefined && { max: value.max }),
        });
      }
    }
  }

  /** What is 0 says nothing. */
  get all(): Readonly<Record<string, number | Observed>> {
    return Object.fromEntries([...this.#all].filter(([, value]) => value !== 0));
  }

  get withoutExtremes(): Readonly<Record<string, unknown>> {
    const all = Object.entries(this.all).map(([key, value]): [string, unknown] =>
      typeof value === 'number' ? [key, value] : [key, { counts: value.counts, sum: value.sum }],
    );
    return Object.fromEntries(all);
  }
}

interface Observed {
  readonly counts: readonly number[];
  readonly sum: number;
  readonly min?: number;
  readonly max?: number;
}

function rounded(value: number): number {
  return Number(value.toFixed(6)) + 0;
}

import type { Attributes, Counter, Gauge, Histogram, Meter, UpDownCounter } from '@opentelemetry/api';
import { forEachLikely } from '../recording/histogram-increase.ts';
import type { HistogramIncrease } from '../recording/histogram-increase.ts';
import { pointKey } from './instrument-report.ts';
import type { InstrumentReport } from './instrument-report.ts';

/** Adds what workers tell of the instruments of `dashboard.meter` to instruments of the same names in their primary. */
export class InstrumentSums {
  readonly #meter: Meter;
  readonly #counters = new Map<string, Counter>();
  readonly #upDownCounters = new Map<string, UpDownCounter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  /** What an up-down counter holds of each worker. */
  readonly #standing = new Map<object, Map<string, Standing>>();

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  add(worker: object, reports: readonly InstrumentReport[]): void {
    for (const report of reports)
      for (const { attributes, value } of report.points) this.#add(worker, report, attributes, value);
  }

  /** The worker has ended: what it has counted up and not down again is gone with it. */
  forget(worker: object): void {
    for (const { counter, attributes, value } of this.#standing.get(worker)?.values() ?? [])
      counter.add(-value, attributes);
    this.#standing.delete(worker);
  }

  #add(worker: object, report: InstrumentReport, attributes: Attributes, value: number | HistogramIncrease): void {
    const { name, description, unit, kind } = report;
    const options = { description, unit };
    if (kind === 'histogram') {
      const boundaries = [...(report.boundaries ?? [])];
      const advice = { explicitBucketBoundaries: boundaries };
      const histogram = once(this.#histograms, name, () => this.#meter.createHistogram(name, { ...options, advice }));
      forEachLikely({ bounds: boundaries }, value as HistogramIncrease, (likely) => {
        histogram.record(likely, attributes);
      });
    } else if (kind === 'counter') {
      once(this.#counters, name, () => this.#meter.createCounter(name, options)).add(value as number, attributes);
    } else if (kind === 'gauge') {
      once(this.#gauges, name, () => this.#meter.createGauge(name, options)).record(value as number, attributes);
    } else {
      const counter = once(this.#upDownCounters, name, () => this.#meter.createUpDownCounter(name, options));
      counter.add(value as number, attributes);
      this.#stand(worker, `${name} ${pointKey(attributes)}`, { counter, attributes, value: value as number });
    }
  }

  #stand(worker: object, key: string, { counter, attributes, value }: Standing): void {
    const standing = once(this.#standing, worker, () => new Map<string, Standing>());
    standing.set(key, { counter, attributes, value: (standing.get(key)?.value ?? 0) + value });
  }
}

interface Standing {
  readonly counter: UpDownCounter;
  readonly attributes: Attributes;
  readonly value: number;
}

function once<Key, Value>(all: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = all.get(key);
  if (value === undefined) all.set(key, (value = create()));
  return value;
}

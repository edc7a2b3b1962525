import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { AnyFamily, CounterFamily, GaugeFamily, HistogramFamily } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';

/**
 * Makes families of a recorder visible as plain instruments of an OpenTelemetry meter: for metrics that a view changes, and for
 * providers that are not ours. Counters are brought up to date by `counter.add(increase)` and gauges are observed when a
 * reader collects, histograms are recorded value by value.
 */
export class SdkInstruments {
  readonly #meter: Meter;
  readonly #recorder: Recorder;
  readonly #gauges = new Map<Observable, GaugeFamily>();
  readonly #flushes: (() => void)[] = [];
  readonly #undo: (() => void)[] = [];
  readonly #anchor: Observable;

  constructor(meter: Meter, recorder: Recorder) {
    this.#meter = meter;
    this.#recorder = recorder;
    // A callback is only called for the sake of an observable; this one observes nothing and so never has a series.
    this.#anchor = meter.createObservableGauge('telemetry.anchor', { description: 'Never has a series' });
    this.#attach();
  }

  /** Adds a family, with all its series to come. */
  add(family: AnyFamily): void {
    const { name, description, unit } = family.spec;
    const options = { description, unit };
    switch (family.kind) {
      case 'counter':
        this.#addCounter(family as CounterFamily, this.#meter.createCounter(name, options));
        break;
      case 'histogram': {
        const advice = { explicitBucketBoundaries: [...(family.spec.buckets?.exported ?? [])] };
        this.#addHistogram(family as HistogramFamily, this.#meter.createHistogram(name, { ...options, advice }));
        break;
      }
      case 'gauge':
        this.#addGauge(family as GaugeFamily, this.#meter.createObservableGauge(name, options));
        break;
      case 'up_down_counter':
        this.#addGauge(family as GaugeFamily, this.#meter.createObservableUpDownCounter(name, options));
    }
  }

  /** Lets go of the recorder; the instruments stay with the meter, unchanged from then on. */
  close(): void {
    this.#meter.removeBatchObservableCallback(this.#collect, this.#observables());
    for (const undo of this.#undo) undo();
  }

  #addCounter(family: CounterFamily, counter: { add(value: number, attributes?: object): void }): void {
    const flushed: number[] = [];
    this.#flushes.push(() => {
      family.series.forEach(({ attributes, cell }, index) => {
        const before = flushed[index];
        if (cell.value === before) return;
        flushed[index] = cell.value;
        counter.add(cell.value - (before ?? 0), attributes);
      });
    });
  }

  #addHistogram(family: HistogramFamily, histogram: { record(value: number, attributes?: object): void }): void {
    this.#undo.push(
      family.forEachSeries(({ attributes, cell }) => {
        cell.tap = (value) => {
          histogram.record(value, attributes);
        };
        this.#undo.push(() => (cell.tap = undefined));
      }),
    );
  }

  #addGauge(family: GaugeFamily, gauge: Observable): void {
    this.#meter.removeBatchObservableCallback(this.#collect, this.#observables());
    this.#gauges.set(gauge, family);
    this.#attach();
  }

  #attach(): void {
    this.#meter.addBatchObservableCallback(this.#collect, this.#observables());
  }

  #observables(): Observable[] {
    return [this.#anchor, ...this.#gauges.keys()];
  }

  readonly #collect = (result: BatchObservableResult): void => {
    this.#recorder.refresh();
    for (const [gauge, family] of this.#gauges) {
      for (const { attributes, cell } of family.series) {
        if (cell.value !== null) result.observe(gauge, cell.value, attributes);
      }
    }
    for (const flush of this.#flushes) flush();
  };
}

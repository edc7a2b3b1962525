import { textOf } from '../base/errors.ts';
import type {
  Attributes,
  BatchObservableCallback,
  Meter,
  MeterProvider,
  MetricOptions,
  Observable,
} from '@opentelemetry/api';
import { cpus } from 'node:os';
import { createNoopMeter } from '@opentelemetry/api';
import { HostMetrics } from '@opentelemetry/host-metrics';
import { CPU_NUMBER, hostMetrics } from '../catalog/host.ts';
import type { AttributeSpec, MetricSpec } from '../catalog/metric.ts';
import type { Recorder } from '../recording/recorder.ts';

/** Writes one observation into a cell. */
type Write = (value: number, attributes: Attributes) => void;

/**
 * Samples the host with `@opentelemetry/host-metrics`, which keeps its previous CPU reading in one place for all readers. It is
 * therefore given a meter that observes into cells, once a sample, instead of one that observes at each reader's collection.
 */
export class HostSampler {
  readonly #recorder: Recorder;
  readonly #writers = new Map<Observable, Write>();
  readonly #callbacks: BatchObservableCallback[] = [];
  readonly #cpus: readonly string[];

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
    const noop = createNoopMeter();
    const create = (name: string, options?: MetricOptions): Observable => this.#observable(noop, name, options);
    const meter = {
      createObservableCounter: create,
      createObservableGauge: create,
      createObservableUpDownCounter: create,
      addBatchObservableCallback: (callback: BatchObservableCallback) => void this.#callbacks.push(callback),
    } as Partial<Meter> as Meter;
    const meterProvider: MeterProvider = { getMeter: () => meter };
    this.#cpus = cpus().map((_, index) => String(index));
    new HostMetrics({ meterProvider, metricGroups: ['system.cpu', 'system.memory'] }).start();
    // counters begin with what the host has counted; utilisations need a second sample to be any
    this.sample();
    for (const spec of hostMetrics) {
      if (spec.name === 'system.cpu.utilization') for (const { cell } of recorder.gauge(spec).series) cell.set(null);
    }
  }

  /** Takes one sample; the utilisations cover the time since the last one. */
  sample(): void {
    const result = {
      observe: (observable: Observable, value: number, attributes: Attributes = {}): void => {
        this.#writers.get(observable)?.(value, attributes);
      },
    };
    for (const callback of this.#callbacks) {
      // it observes before its first await; what it may reject with is no concern of the host's
      Promise.resolve(callback(result)).catch((error: unknown) => {
        this.#recorder.logger.warnOnce('host metrics', `host metrics could not be sampled: ${textOf(error)}`);
      });
    }
  }

  #observable(noop: Meter, name: string, options: MetricOptions = {}): Observable {
    const spec = hostMetrics.find((known) => known.name === name);
    // the no-op meter hands out one object for all: each needs its own identity
    const observable = Object.create(noop.createObservableGauge(name, options)) as Observable;
    if (spec) this.#writers.set(observable, this.#writerOf(spec));
    return observable;
  }

  /** The host's CPUs are as many as they are: no cap on values from outside applies. */
  #closed(attribute: AttributeSpec): AttributeSpec {
    return attribute.key === CPU_NUMBER ? { key: CPU_NUMBER, values: this.#cpus } : attribute;
  }

  #writerOf(spec: MetricSpec): Write {
    spec = { ...spec, attributes: spec.attributes.map((attribute) => this.#closed(attribute)) };
    const valuesOf = (attributes: Attributes): string[] => spec.attributes.map(({ key }) => String(attributes[key]));
    if (spec.kind === 'counter') {
      const family = this.#recorder.counter(spec);
      return (value, attributes) => {
        const cell = family.at(valuesOf(attributes));
        cell.add(Math.max(0, value - cell.value));
      };
    }
    const family = this.#recorder.gauge(spec);
    return (value, attributes) => {
      if (Number.isFinite(value)) family.at(valuesOf(attributes)).set(value);
    };
  }
}

import { describe, isAmount } from '../recording/amount.ts';
import type { CounterCell, GaugeCell, HistogramCell } from '../recording/cells.ts';
import type { Family } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';

/** Values of a custom metric's attributes. Keys are among those that the metric was declared with; any may be left out. */
export type CustomAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** One series of a {@link CustomCounter}; the fastest way to record. */
export interface BoundCounter {
  /** @param value how much to add: 0 to 2^53 − 1; default 1. Never throws; a wrong value is dropped and counted. */
  add(value?: number): void;
}

/** A counter of the application's own. */
export interface CustomCounter {
  /** @param value how much to add: 0 to 2^53 − 1. Never throws; a wrong value is dropped and counted. */
  add(value: number, attributes?: CustomAttributes): void;
  /** The series with these attributes, to record without looking it up. */
  bind(attributes: CustomAttributes): BoundCounter;
}

/** One series of a {@link CustomGauge}; the fastest way to record. */
export interface BoundGauge {
  /** @param value finite. Never throws; a wrong value is dropped and counted. */
  set(value: number): void;
}

/** A gauge of the application's own. */
export interface CustomGauge {
  /** @param value finite. Never throws; a wrong value is dropped and counted. */
  set(value: number, attributes?: CustomAttributes): void;
  /** The series with these attributes, to record without looking it up. */
  bind(attributes: CustomAttributes): BoundGauge;
}

/** One series of a {@link CustomHistogram}; the fastest way to record. */
export interface BoundHistogram {
  /** @param value in the metric's unit: 0 to 2^53 − 1. Never throws; a wrong value is dropped and counted. */
  record(value: number): void;
}

/** A histogram of the application's own. */
export interface CustomHistogram {
  /** @param value in the metric's unit: 0 to 2^53 − 1. Never throws; a wrong value is dropped and counted. */
  record(value: number, attributes?: CustomAttributes): void;
  /** The series with these attributes, to record without looking it up. */
  bind(attributes: CustomAttributes): BoundHistogram;
}

export function customCounter(recorder: Recorder, family: Family<CounterCell>): CustomCounter {
  const series = new SeriesLookup(recorder, family);
  const what = `${family.spec.name}.add(value)`;
  const add = (cell: CounterCell, value: unknown): void => {
    if (recorder.open && isAmount(recorder, value, what)) cell.add(value);
  };
  return {
    add(value, attributes) {
      if (recorder.open) add(series.cell(attributes), value);
    },
    bind(attributes) {
      const cell = series.cell(attributes);
      return {
        add(value = 1) {
          add(cell, value);
        },
      };
    },
  };
}

export function customGauge(recorder: Recorder, family: Family<GaugeCell>): CustomGauge {
  const series = new SeriesLookup(recorder, family);
  const what = `${family.spec.name}.set(value)`;
  const set = (cell: GaugeCell, value: unknown): void => {
    if (!recorder.open) return;
    if (typeof value === 'number' && Number.isFinite(value)) cell.set(value);
    else
      recorder.drop('not_a_number', what, `${what} takes a finite number, not ${describe(value)}; it was not recorded`);
  };
  return {
    set(value, attributes) {
      if (recorder.open) set(series.cell(attributes), value);
    },
    bind(attributes) {
      const cell = series.cell(attributes);
      return {
        set(value) {
          set(cell, value);
        },
      };
    },
  };
}

export function customHistogram(recorder: Recorder, family: Family<HistogramCell>): CustomHistogram {
  const series = new SeriesLookup(recorder, family);
  const what = `${family.spec.name}.record(value)`;
  const record = (cell: HistogramCell, value: unknown): void => {
    if (recorder.open && isAmount(recorder, value, what)) cell.record(value);
  };
  return {
    record(value, attributes) {
      if (recorder.open) record(series.cell(attributes), value);
    },
    bind(attributes) {
      const cell = series.cell(attributes);
      return {
        record(value) {
          record(cell, value);
        },
      };
    },
  };
}

/** Finds a family's cell by an attributes object, without keeping or copying the object. */
class SeriesLookup<Cell> {
  readonly #recorder: Recorder;
  readonly #family: Family<Cell>;
  readonly #keys: readonly string[];
  /** Handed to the family, which reads it before the next call. */
  readonly #values: (string | undefined)[];

  constructor(recorder: Recorder, family: Family<Cell>) {
    this.#recorder = recorder;
    this.#family = family;
    this.#keys = family.spec.attributes.map(({ key }) => key);
    this.#values = this.#keys.map(() => undefined);
  }

  /** Never throws, whatever `attributes` is. */
  cell(attributes: CustomAttributes | undefined): Cell {
    try {
      this.#read(attributes ?? {});
    } catch {
      this.#values.fill(undefined);
      this.#dropAttribute('unknown_value', 'an attribute could not be read');
    }
    return this.#family.at(this.#values);
  }

  #read(attributes: CustomAttributes): void {
    let given = 0;
    for (const key in attributes) if (Object.hasOwn(attributes, key) && attributes[key] !== undefined) given++;
    for (let index = 0; index < this.#keys.length; index++) {
      const key = this.#keys[index] as string;
      const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
      if (value !== undefined) given--;
      this.#values[index] = typeof value === 'string' ? value : this.#text(value);
    }
    if (given > 0) this.#dropAttribute('unknown_attribute', `its attributes are ${this.#keys.join(', ') || '(none)'}`);
  }

  #text(value: unknown): string | undefined {
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    this.#dropAttribute('unknown_value', `an attribute is a string, number or boolean, not ${describe(value)}`);
    return undefined;
  }

  #dropAttribute(reason: 'unknown_attribute' | 'unknown_value', why: string): void {
    const { name } = this.#family.spec;
    this.#recorder.drop(reason, name, `${name} was recorded without an attribute: ${why}`);
  }
}

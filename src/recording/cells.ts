import type { BucketLayout } from './bucket-layout.ts';

/** The running total of one series of a counter. Callers hand in only finite values that are not negative. */
export class CounterCell {
  value = 0;

  add(value: number): void {
    this.value += value;
  }
}

/** The current value of one series of a gauge or up-down counter. */
export class GaugeCell {
  /** `null` until a value is known: then there is no series. */
  value: number | null = null;

  set(value: number | null): void {
    this.value = value;
  }
}

// After the bucket counts, in the same array, so that a record touches one object and allocates nothing.
const SUM = 0;
const MIN = 1;
const MAX = 2;
const SLOT_MIN = 3;
const SLOT_MAX = 4;
const EXTRA = 5;

/** Receives what a histogram cell records, for an instrument of the SDK that wants every value. */
export type Tap = (value: number) => void;

/** The distribution of one series of a histogram. Callers hand in only finite values that are not negative. */
export class HistogramCell {
  /** Called with each value where an SDK instrument records this series too. */
  tap: Tap | undefined = undefined;
  readonly layout: BucketLayout;
  readonly #cells: Float64Array;
  readonly #extra: number;

  constructor(layout: BucketLayout) {
    this.layout = layout;
    this.#extra = layout.size;
    this.#cells = new Float64Array(layout.size + EXTRA);
    this.#cells[this.#extra + MIN] = this.#cells[this.#extra + SLOT_MIN] = Infinity;
    this.#cells[this.#extra + MAX] = this.#cells[this.#extra + SLOT_MAX] = -Infinity;
  }

  record(value: number): void {
    const cells = this.#cells;
    const extra = this.#extra;
    const index = this.layout.indexOf(value);
    cells[index] = (cells[index] as number) + 1;
    cells[extra + SUM] = (cells[extra + SUM] as number) + value;
    if (value < (cells[extra + SLOT_MIN] as number)) cells[extra + SLOT_MIN] = value;
    if (value > (cells[extra + SLOT_MAX] as number)) cells[extra + SLOT_MAX] = value;
    if (this.tap !== undefined) this.tap(value);
  }

  /** Recorded counts, bucket by bucket: a view that goes on changing. */
  get counts(): Float64Array {
    return this.#cells.subarray(0, this.#extra);
  }

  /** Exported counts, bucket by bucket: a new array. */
  get exportedCounts(): number[] {
    return this.layout.toExported(this.#cells);
  }

  get sum(): number {
    return this.#cells[this.#extra + SUM] as number;
  }

  get count(): number {
    let count = 0;
    for (let index = 0; index < this.#extra; index++) count += this.#cells[index] as number;
    return count;
  }

  /** Smallest value since the start; Infinity without one. */
  get min(): number {
    return Math.min(this.#cells[this.#extra + MIN] as number, this.slotMin);
  }

  /** Largest value since the start; -Infinity without one. */
  get max(): number {
    return Math.max(this.#cells[this.#extra + MAX] as number, this.slotMax);
  }

  /** Smallest value since {@link endSlot}; Infinity without one. */
  get slotMin(): number {
    return this.#cells[this.#extra + SLOT_MIN] as number;
  }

  /** Largest value since {@link endSlot}; -Infinity without one. */
  get slotMax(): number {
    return this.#cells[this.#extra + SLOT_MAX] as number;
  }

  /** Adds the counts to `target`, which has at least as many places. */
  addCountsTo(target: Float64Array): void {
    for (let index = 0; index < this.#extra; index++) {
      target[index] = (target[index] as number) + (this.#cells[index] as number);
    }
  }

  /** Starts new extremes; what they were stays part of {@link min} and {@link max}. */
  endSlot(): void {
    this.#cells[this.#extra + MIN] = this.min;
    this.#cells[this.#extra + MAX] = this.max;
    this.#cells[this.#extra + SLOT_MIN] = Infinity;
    this.#cells[this.#extra + SLOT_MAX] = -Infinity;
  }
}

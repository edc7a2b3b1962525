import type { Aggregator } from '../catalog/metric.ts';
import type { BucketLayout } from './bucket-layout.ts';
import { forEachLikely } from './histogram-increase.ts';
import type { HistogramIncrease } from './histogram-increase.ts';

/** The running total of one series of a counter. Callers hand in only finite values that are not negative. */
export class CounterCell {
  value = 0;

  add(value: number): void {
    this.value += value;
  }
}

/** The current value of one series of a gauge or up-down counter: this process's, and what its workers tell. */
export class GaugeCell {
  readonly #aggregator: Aggregator;
  #own: number | null = null;
  /** By worker, the latest last; for `last` this process's own is among them, by this cell. */
  #told: Map<object, number> | undefined;
  #changes = 0;

  constructor(aggregator: Aggregator = 'sum') {
    this.#aggregator = aggregator;
  }

  /** `null` until a value is known: then there is no series. */
  get value(): number | null {
    if (this.#told === undefined || this.#told.size === 0 || this.#aggregator === 'own') return this.#own;
    let value = this.#aggregator === 'last' ? null : this.#own;
    for (const told of this.#told.values()) {
      if (value === null || this.#aggregator === 'last') value = told;
      else value = this.#aggregator === 'max' ? Math.max(value, told) : value + told;
    }
    return value;
  }

  /** How often a value was taken, be it the same again: of the same values of two workers, one was set last. */
  get changes(): number {
    return this.#changes;
  }

  /** Takes this process's value. */
  set(value: number | null): void {
    this.#own = value;
    if (this.#aggregator === 'last' && this.#told !== undefined) this.tell(this, value);
    else this.#changes++;
  }

  /** Takes a worker's value in place of its last one; null: it has none any more. */
  tell(worker: object, value: number | null): void {
    this.#changes++;
    if (this.#told === undefined) {
      this.#told = new Map();
      if (this.#aggregator === 'last' && this.#own !== null) this.#told.set(this, this.#own);
    }
    this.#told.delete(worker);
    if (value !== null) this.#told.set(worker, value);
  }
}

// After the bucket counts, in the same array, so that a record touches one object and allocates nothing.
const SUM = 0;
const MIN = 1;
const MAX = 2;
const SLOT_MIN = 3;
const SLOT_MAX = 4;
const UNTOLD_MIN = 5;
const UNTOLD_MAX = 6;
/** Not yet taken into the others, so that a record has one pair of extremes to look at. */
const NEW_MIN = 7;
const NEW_MAX = 8;
const EXTRA = 9;

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
    for (const min of [MIN, SLOT_MIN, UNTOLD_MIN, NEW_MIN]) this.#cells[this.#extra + min] = Infinity;
    for (const max of [MAX, SLOT_MAX, UNTOLD_MAX, NEW_MAX]) this.#cells[this.#extra + max] = -Infinity;
  }

  record(value: number): void {
    const cells = this.#cells;
    const extra = this.#extra;
    const index = this.layout.indexOf(value);
    cells[index] = (cells[index] as number) + 1;
    cells[extra + SUM] = (cells[extra + SUM] as number) + value;
    if (value < (cells[extra + NEW_MIN] as number)) cells[extra + NEW_MIN] = value;
    if (value > (cells[extra + NEW_MAX] as number)) cells[extra + NEW_MAX] = value;
    if (this.tap !== undefined) this.tap(value);
  }

  /** Takes what a cell of the same layout has recorded elsewhere. An instrument of the SDK gets values of the same buckets and sum. */
  add({ sum, min, max, buckets }: HistogramIncrease): void {
    const cells = this.#cells;
    const extra = this.#extra;
    for (let place = 0; place < buckets.length; place += 2) {
      const index = buckets[place] as number;
      cells[index] = (cells[index] as number) + (buckets[place + 1] as number);
    }
    cells[extra + SUM] = (cells[extra + SUM] as number) + sum;
    cells[extra + NEW_MIN] = Math.min(cells[extra + NEW_MIN] as number, min);
    cells[extra + NEW_MAX] = Math.max(cells[extra + NEW_MAX] as number, max);
    if (this.tap !== undefined) forEachLikely(this.layout, { sum, min, max, buckets }, this.tap);
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
    return this.#at(SUM);
  }

  get count(): number {
    let count = 0;
    for (let index = 0; index < this.#extra; index++) count += this.#cells[index] as number;
    return count;
  }

  /** Smallest value since the start; Infinity without one. */
  get min(): number {
    return Math.min(this.#at(MIN), this.slotMin);
  }

  /** Largest value since the start; -Infinity without one. */
  get max(): number {
    return Math.max(this.#at(MAX), this.slotMax);
  }

  /** Smallest value since {@link endSlot}; Infinity without one. */
  get slotMin(): number {
    return Math.min(this.#at(SLOT_MIN), this.#at(NEW_MIN));
  }

  /** Largest value since {@link endSlot}; -Infinity without one. */
  get slotMax(): number {
    return Math.max(this.#at(SLOT_MAX), this.#at(NEW_MAX));
  }

  /** Adds the counts to `target`, which has at least as many places. */
  addCountsTo(target: Float64Array): void {
    for (let index = 0; index < this.#extra; index++) {
      target[index] = (target[index] as number) + (this.#cells[index] as number);
    }
  }

  /** Starts new extremes; what they were stays part of {@link min} and {@link max}. */
  endSlot(): void {
    this.#settle();
    this.#set(MIN, Math.min(this.#at(MIN), this.#at(SLOT_MIN)));
    this.#set(MAX, Math.max(this.#at(MAX), this.#at(SLOT_MAX)));
    this.#set(SLOT_MIN, Infinity);
    this.#set(SLOT_MAX, -Infinity);
  }

  /** The extremes since the last call, or null where nothing was recorded. */
  takeExtremes(): { readonly min: number; readonly max: number } | null {
    this.#settle();
    const extremes = { min: this.#at(UNTOLD_MIN), max: this.#at(UNTOLD_MAX) };
    this.#set(UNTOLD_MIN, Infinity);
    this.#set(UNTOLD_MAX, -Infinity);
    return extremes.min > extremes.max ? null : extremes;
  }

  #settle(): void {
    this.#set(SLOT_MIN, Math.min(this.#at(SLOT_MIN), this.#at(NEW_MIN)));
    this.#set(SLOT_MAX, Math.max(this.#at(SLOT_MAX), this.#at(NEW_MAX)));
    this.#set(UNTOLD_MIN, Math.min(this.#at(UNTOLD_MIN), this.#at(NEW_MIN)));
    this.#set(UNTOLD_MAX, Math.max(this.#at(UNTOLD_MAX), this.#at(NEW_MAX)));
    this.#set(NEW_MIN, Infinity);
    this.#set(NEW_MAX, -Infinity);
  }

  #at(place: number): number {
    return this.#cells[this.#extra + place] as number;
  }

  #set(place: number, value: number): void {
    this.#cells[this.#extra + place] = value;
  }
}

import type { BucketLayout } from './bucket-layout.ts';
import type { CounterFamily, HistogramFamily } from './family.ts';
import { quantile } from './quantile.ts';

/** Slots that a window is divided into. It begins with a whole one: what is older than it by less than a slot is still in it. */
export const SLOTS = 60;

/** What a histogram holds of the last window, in the metric's unit; null where nothing was observed. */
export interface WindowStatistics {
  readonly count: number;
  readonly avg: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** A sliding window that is moved on by one slot at a time. */
interface Window {
  /** Ends `count` slots; what was recorded since the last call belongs to the last of them. */
  advance(count: number): void;
}

/** The increase of a counter, over all its series or some of them, within the window. */
export class CounterWindow implements Window {
  /** At the end of each slot, and of the one before them all. */
  readonly #totals = new Float64Array(SLOTS + 1);
  readonly #total: () => number;
  #slot = 0;

  /** @param total reads the running total */
  constructor(total: () => number) {
    this.#total = total;
    this.#totals.fill(total());
  }

  advance(count: number): void {
    const places = this.#totals.length;
    const previous = this.#totals[(this.#slot + places - 1) % places] as number;
    for (let ended = 1; ended <= Math.min(count, places); ended++) {
      // slots that passed unseen hold nothing; the increase belongs to the last
      this.#totals[this.#slot] = ended === Math.min(count, places) ? this.#total() : previous;
      this.#slot = (this.#slot + 1) % places;
    }
  }

  /** The increase within the window. */
  get increase(): number {
    return this.#total() - (this.#totals[this.#slot] as number);
  }
}

/** Sums a counter's series; `matches` chooses among them by their attribute values. */
export function totalOf(
  family: CounterFamily,
  matches: (values: readonly (string | undefined)[]) => boolean = () => true,
): number {
  let total = 0;
  for (const series of family.series) if (matches(series.values)) total += series.cell.value;
  return total;
}

/** The distribution of a histogram, over all its series, within the window. */
export class HistogramWindow implements Window {
  readonly #family: HistogramFamily;
  readonly #layout: BucketLayout;
  readonly #ring: Uint32Array[];
  readonly #sums = new Float64Array(SLOTS);
  readonly #mins = new Float64Array(SLOTS).fill(Infinity);
  readonly #maxs = new Float64Array(SLOTS).fill(-Infinity);
  /** Sum of the ring. */
  readonly #ended: Float64Array;
  /** All series together at the end of the last slot, and now. */
  readonly #last: Float64Array;
  readonly #now: Float64Array;
  #lastSum = 0;
  #slot = 0;

  constructor(family: HistogramFamily, layout: BucketLayout) {
    this.#family = family;
    this.#layout = layout;
    this.#ring = Array.from({ length: SLOTS }, () => new Uint32Array(layout.size));
    this.#ended = new Float64Array(layout.size);
    this.#last = new Float64Array(layout.size);
    this.#now = new Float64Array(layout.size);
    this.#lastSum = this.#readNow().sum;
    this.#last.set(this.#now);
  }

  advance(count: number): void {
    for (let ended = 1; ended <= Math.min(count, SLOTS); ended++) this.#endSlot(ended === Math.min(count, SLOTS));
  }

  /** The figures of the window that ends now. */
  get statistics(): WindowStatistics {
    const { sum, min: newest, max: largest } = this.#readNow();
    const counts = this.#now;
    let count = 0;
    for (let index = 0; index < counts.length; index++) {
      counts[index] = (counts[index] as number) - (this.#last[index] as number) + (this.#ended[index] as number);
      count += counts[index] as number;
    }
    if (count === 0) return { count: 0, avg: null, min: null, max: null, p50: null, p95: null, p99: null };
    let total = sum - this.#lastSum;
    let min = newest;
    let max = largest;
    for (let slot = 0; slot < SLOTS; slot++) {
      total += this.#sums[slot] as number;
      min = Math.min(min, this.#mins[slot] as number);
      max = Math.max(max, this.#maxs[slot] as number);
    }
    const at = (q: number): number | null => quantile(this.#layout, counts, count, q, min, max);
    // sums are differences of running totals: rounding must not move the mean out of what was observed
    const avg = Math.min(max, Math.max(min, total / count));
    return { count, avg, min, max, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }

  #endSlot(withRecords: boolean): void {
    const ring = this.#ring[this.#slot] as Uint32Array;
    for (let index = 0; index < ring.length; index++) {
      this.#ended[index] = (this.#ended[index] as number) - (ring[index] as number);
    }
    ring.fill(0);
    this.#sums[this.#slot] = 0;
    this.#mins[this.#slot] = Infinity;
    this.#maxs[this.#slot] = -Infinity;
    if (withRecords) this.#fillSlot(ring);
    this.#slot = (this.#slot + 1) % SLOTS;
  }

  #fillSlot(ring: Uint32Array): void {
    const { sum, min, max } = this.#readNow();
    for (let index = 0; index < ring.length; index++) {
      const increase = (this.#now[index] as number) - (this.#last[index] as number);
      ring[index] = increase;
      this.#ended[index] = (this.#ended[index] as number) + increase;
    }
    this.#last.set(this.#now);
    this.#sums[this.#slot] = sum - this.#lastSum;
    this.#lastSum = sum;
    this.#mins[this.#slot] = min;
    this.#maxs[this.#slot] = max;
    for (const { cell } of this.#family.series) cell.endSlot();
  }

  /** Adds all series up into {@link #now}. */
  #readNow(): { sum: number; min: number; max: number } {
    let sum = 0;
    let min = Infinity;
    let max = -Infinity;
    this.#now.fill(0);
    for (const { cell } of this.#family.series) {
      cell.addCountsTo(this.#now);
      sum += cell.sum;
      min = Math.min(min, cell.slotMin);
      max = Math.max(max, cell.slotMax);
    }
    return { sum, min, max };
  }
}

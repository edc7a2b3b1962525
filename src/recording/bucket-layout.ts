import type { BucketSpec } from '../catalog/metric.ts';

// A double seen as two 32-bit words: the high one holds sign, exponent and the first 20 bits of the mantissa.
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

const EXPONENT_SHIFT = 20;
/** So many that a slot of the table seldom holds a bound: the steps from there are then seldom mispredicted. */
const MANTISSA_BITS = 6;
const SHIFT = EXPONENT_SHIFT - MANTISSA_BITS;
/** Above the key of every positive number. */
const NO_KEY = 1 << 24;

/**
 * Finds a value's bucket by a table over the top bits of its double, then at most a few steps up: constant time, whatever
 * the number of bounds. Bucket `i` holds values above bound `i - 1` up to and including bound `i`; the last is open.
 */
export class BucketLayout {
  /** Upper bounds of the recorded buckets, ascending. */
  readonly bounds: Float64Array;
  /** Upper bounds of the exported buckets, ascending: a subset of {@link bounds}. */
  readonly exportedBounds: readonly number[];
  /** Number of recorded buckets: one more than there are bounds. */
  readonly size: number;
  readonly #firstKey: number;
  readonly #starts: Uint16Array;
  readonly #exportedEnds: Uint16Array;

  constructor(spec: BucketSpec) {
    this.bounds = Float64Array.from(spec.fine);
    this.exportedBounds = Object.freeze([...spec.exported]);
    this.size = this.bounds.length + 1;
    const positive = spec.fine.filter((bound) => bound > 0);
    this.#firstKey = positive.length === 0 ? NO_KEY : keyOf(positive[0] as number);
    const lastKey = positive.length === 0 ? NO_KEY - 1 : keyOf(positive[positive.length - 1] as number);
    this.#starts = new Uint16Array(lastKey - this.#firstKey + 1);
    let start = 0;
    for (let slot = 0; slot < this.#starts.length; slot++) {
      const smallest = valueOf(this.#firstKey + slot);
      while (start < this.bounds.length && (this.bounds[start] as number) < smallest) start++;
      this.#starts[slot] = start;
    }
    this.#exportedEnds = Uint16Array.from([...spec.exported.map((bound) => this.bounds.indexOf(bound)), this.size - 1]);
  }

  /** @param value not negative, not NaN */
  indexOf(value: number): number {
    const bounds = this.bounds;
    double[0] = value + 0; // turns -0 into 0
    const slot = ((words[HIGH] as number) >>> SHIFT) - this.#firstKey;
    if (slot >= this.#starts.length) return bounds.length;
    let index = slot < 0 ? 0 : (this.#starts[slot] as number);
    while (index < bounds.length && value > (bounds[index] as number)) index++;
    return index;
  }

  /**
   * Sums recorded counts into a new array of exported counts; exact, since each exported bound is a recorded one.
   *
   * @param counts {@link size} places, or more: the others are not read
   */
  toExported(counts: Float64Array): number[] {
    const exported = new Array<number>(this.#exportedEnds.length);
    let index = 0;
    for (let bucket = 0; bucket < exported.length; bucket++) {
      const end = this.#exportedEnds[bucket] as number;
      let sum = 0;
      for (; index <= end; index++) sum += counts[index] as number;
      exported[bucket] = sum;
    }
    return exported;
  }
}

function keyOf(value: number): number {
  double[0] = value;
  return (words[HIGH] as number) >>> SHIFT;
}

/** The smallest double whose key is `key`. */
function valueOf(key: number): number {
  words[HIGH] = key << SHIFT;
  words[1 - HIGH] = 0;
  return double[0] as number;
}

import type { Attributes } from '@opentelemetry/api';
import type { MetricKind } from '../catalog/metric.ts';
import { addTotals, increaseOf } from './histogram-totals.ts';
import type { HistogramTotals } from './histogram-totals.ts';

/** What one worker has told of one series last. */
export interface Part<Value = number | HistogramTotals> {
  value: Value | undefined;
}

/** One series of what workers have told: the parts of all, in one. */
export interface InstrumentSeries<Value = number | HistogramTotals> {
  /** Always the same object. */
  readonly attributes: Attributes;
  /** Whether nothing is left of it. */
  readonly isGone: boolean;
  /** What all parts come to. */
  readonly value: Value;
  tell(part: Part<Value>, value: Value): void;
  /** The part's worker is gone, or its series there. */
  leave(part: Part<Value>): void;
}

export function createSeries(kind: MetricKind, attributes: Attributes): InstrumentSeries {
  switch (kind) {
    case 'counter':
      return new CounterSeries(attributes);
    case 'histogram':
      return new HistogramSeries(attributes);
    case 'up_down_counter':
      return new LevelSeries(attributes);
    case 'gauge':
      return new GaugeSeries(attributes);
  }
}

/** What was counted stays. Increases are added up, so that rounding cannot make it smaller either. */
class CounterSeries implements InstrumentSeries<number> {
  readonly attributes: Attributes;
  readonly isGone = false;
  value = 0;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  tell(part: Part<number>, value: number): void {
    const before = part.value ?? 0;
    // what is less than before has begun anew
    this.value += value < before ? value : value - before;
    part.value = value;
  }

  leave(part: Part<number>): void {
    part.value = undefined;
  }
}

/** What was observed stays. */
class HistogramSeries implements InstrumentSeries<HistogramTotals> {
  readonly attributes: Attributes;
  readonly isGone = false;
  #value: HistogramTotals | undefined;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  get value(): HistogramTotals {
    return this.#value ?? { counts: [] };
  }

  tell(part: Part<HistogramTotals>, value: HistogramTotals): void {
    const increase = increaseOf(value, part.value);
    this.#value = this.#value ? addTotals(this.#value, increase) : increase;
    part.value = value;
  }

  leave(part: Part<HistogramTotals>): void {
    part.value = undefined;
  }
}

/** The sum of what stands now. */
class LevelSeries implements InstrumentSeries<number> {
  readonly attributes: Attributes;
  readonly #parts = new Set<Part<number>>();

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  get isGone(): boolean {
    return this.#parts.size === 0;
  }

  get value(): number {
    let sum = 0;
    for (const { value = 0 } of this.#parts) sum += value;
    return sum;
  }

  tell(part: Part<number>, value: number): void {
    this.#parts.add(part);
    part.value = value;
  }

  leave(part: Part<number>): void {
    this.#parts.delete(part);
  }
}

/** The value told last, of the workers that are there and of the primary itself. */
export class GaugeSeries implements InstrumentSeries<number> {
  readonly attributes: Attributes;
  /** In the order in which they were told. */
  readonly #parts = new Set<Part<number>>();
  #own: number | undefined;
  #isOwnLast = false;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  get isGone(): boolean {
    return this.#parts.size === 0;
  }

  get value(): number {
    return (this.#isOwnLast ? this.#own : [...this.#parts].at(-1)?.value) ?? 0;
  }

  /**
   * The primary's own gauge stands at `own`. The SDK does not tell since when: since now, where it has changed, and since before
   * the workers' where it is seen for the first time.
   */
  see(own: number): void {
    if (Object.is(own, this.#own)) return;
    this.#isOwnLast = this.#own !== undefined;
    this.#own = own;
  }

  tell(part: Part<number>, value: number): void {
    this.#parts.delete(part);
    this.#parts.add(part);
    this.#isOwnLast = false;
    part.value = value;
  }

  leave(part: Part<number>): void {
    this.#parts.delete(part);
  }
}

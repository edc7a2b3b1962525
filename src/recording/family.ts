import type { MetricKind, MetricSpec } from '../catalog/metric.ts';
import type { CounterCell, GaugeCell, HistogramCell } from './cells.ts';

/** An attribute's value at the place its key has in {@link MetricSpec.attributes}; undefined: the series has no such attribute. */
export type AttributeValues = readonly (string | undefined)[];

/** Attributes of a series as OpenTelemetry takes them. Frozen, and the same object as long as the series lives. */
type SeriesAttributes = Readonly<Record<string, string | boolean>>;

/** One label set of a metric and what was recorded under it. */
export interface Series<Cell> {
  readonly attributes: SeriesAttributes;
  readonly values: AttributeValues;
  readonly cell: Cell;
}

/** Caps that keep label values from outside from filling the memory. */
export interface SeriesLimits {
  /** Distinct values of one attribute of one metric. */
  readonly attributeValues: number;
  /** Series of one metric. */
  readonly series: number;
}

/** Longest attribute value in UTF-16 units; a longer one is treated as a value beyond the cap. */
const MAX_VALUE_LENGTH = 256;

/** As the OpenTelemetry specification names it; here a series keeps the attributes that are within the cap. */
export const OVERFLOW_ATTRIBUTE = 'otel.metric.overflow';

/** A place in the tree of attribute values: a further level, or a series at the last one. */
type Node<Cell> = Map<string | undefined, Node<Cell> | Series<Cell>>;

/** All series of one metric, found by their attribute values without allocating or hashing a label set. */
export class Family<Cell = CounterCell | GaugeCell | HistogramCell> {
  readonly spec: MetricSpec;
  readonly kind: MetricKind;
  /** In the order in which they appeared; only ever grows. */
  readonly series: Series<Cell>[] = [];
  readonly #createCell: () => Cell;
  readonly #limits: SeriesLimits;
  readonly #onOverflow: (metric: string) => void;
  readonly #onSeries: ((series: Series<Cell>) => void)[] = [];
  readonly #root: Node<Cell> = new Map();
  readonly #overflowRoot: Node<Cell> = new Map();
  readonly #distinct: (Set<string> | undefined)[];

  constructor(spec: MetricSpec, createCell: () => Cell, limits: SeriesLimits, onOverflow: (metric: string) => void) {
    this.spec = spec;
    this.kind = spec.kind;
    this.#createCell = createCell;
    this.#limits = limits;
    this.#onOverflow = onOverflow;
    this.#distinct = spec.attributes.map((attribute) => (attribute.values ? undefined : new Set<string>()));
  }

  /** The cell of the series with these values, made if it is new. Never throws. */
  at(values: AttributeValues): Cell {
    return this.seriesAt(values).cell;
  }

  /** {@link at}, with the series around the cell. */
  seriesAt(values: AttributeValues): Series<Cell> {
    let place: Node<Cell> | Series<Cell> | undefined = this.#root;
    for (let index = 0; index < this.spec.attributes.length; index++) {
      place = (place as Node<Cell>).get(values[index]);
      if (place === undefined) return this.#create(values);
    }
    return this.spec.attributes.length === 0 ? this.#single() : (place as Series<Cell>);
  }

  /** The series for what has lost an attribute elsewhere, with those of these values that are within the cap here too. */
  overflowSeriesAt(values: AttributeValues): Series<Cell> {
    return this.#overflowAt(values.map((value, index) => (this.#admits(index, value) ? value : undefined)));
  }

  /** The series with exactly these values, or undefined; makes none. */
  find(values: AttributeValues): Series<Cell> | undefined {
    return this.series.find((series) => values.every((value, index) => series.values[index] === value));
  }

  /** Calls `listener` with each series there is and each that will be. */
  forEachSeries(listener: (series: Series<Cell>) => void): () => void {
    this.series.forEach(listener);
    this.#onSeries.push(listener);
    return () => {
      this.#onSeries.splice(this.#onSeries.indexOf(listener), 1);
    };
  }

  #single(): Series<Cell> {
    return this.series[0] ?? this.#add([], false);
  }

  #create(values: AttributeValues): Series<Cell> {
    const kept = this.spec.attributes.map((_, index) =>
      this.#admits(index, values[index]) ? values[index] : undefined,
    );
    let overflowed = kept.some((value, index) => value !== values[index]);
    if (!overflowed && this.series.length >= this.#limits.series) {
      overflowed = true;
      for (let index = 0; index < kept.length; index++) if (this.#distinct[index]) kept[index] = undefined;
    }
    if (!overflowed) return this.#add(kept, false);
    this.#onOverflow(this.spec.name);
    return this.#overflowAt(kept);
  }

  #overflowAt(kept: (string | undefined)[]): Series<Cell> {
    const known = lookUp(this.#overflowRoot, kept);
    if (known) return known;
    if (this.series.length >= this.#limits.series) {
      for (let index = 0; index < kept.length; index++) if (this.#distinct[index]) kept[index] = undefined;
      const folded = lookUp(this.#overflowRoot, kept);
      if (folded) return folded;
    }
    return this.#add(kept, true);
  }

  #admits(index: number, value: string | undefined): boolean {
    const distinct = this.#distinct[index];
    if (value === undefined || distinct === undefined) return true;
    if (value.length > MAX_VALUE_LENGTH) return false;
    return distinct.has(value) || distinct.size < this.#limits.attributeValues;
  }

  #add(values: (string | undefined)[], overflowed: boolean): Series<Cell> {
    const pairs: [string, string | boolean][] = [];
    this.spec.attributes.forEach(({ key }, index) => {
      const value = values[index];
      if (value === undefined) return;
      pairs.push([key, value]);
      this.#distinct[index]?.add(value);
    });
    if (overflowed) pairs.push([OVERFLOW_ATTRIBUTE, true]);
    // fromEntries defines own properties, so that even a key named __proto__ is data
    const series = { attributes: Object.freeze(Object.fromEntries(pairs)), values, cell: this.#createCell() };
    if (values.length > 0) insert(overflowed ? this.#overflowRoot : this.#root, values, series);
    this.series.push(series);
    for (const listener of this.#onSeries) listener(series);
    return series;
  }
}

function lookUp<Cell>(root: Node<Cell>, values: AttributeValues): Series<Cell> | undefined {
  let place: Node<Cell> | Series<Cell> | undefined = root;
  for (const value of values) {
    place = (place as Node<Cell>).get(value);
    if (place === undefined) return undefined;
  }
  return place as Series<Cell>;
}

function insert<Cell>(root: Node<Cell>, values: AttributeValues, series: Series<Cell>): void {
  let place = root;
  for (const value of values.slice(0, -1)) {
    let next = place.get(value) as Node<Cell> | undefined;
    if (!next) place.set(value, (next = new Map()));
    place = next;
  }
  place.set(values[values.length - 1], series);
}

/** A family whose cells are {@link CounterCell}s. */
export type CounterFamily = Family<CounterCell>;
/** A family whose cells are {@link GaugeCell}s: a gauge or an up-down counter. */
export type GaugeFamily = Family<GaugeCell>;
/** A family whose cells are {@link HistogramCell}s. */
export type HistogramFamily = Family<HistogramCell>;
/** A family of any kind; its `kind` tells which. */
export type AnyFamily = CounterFamily | GaugeFamily | HistogramFamily;

/** Gives a counter of which all attributes are closed sets its series, so that a first increase is seen as one. */
export function startAtZero(family: AnyFamily): void {
  if (family.kind !== 'counter') return;
  let combinations: string[][] = [[]];
  for (const { values } of family.spec.attributes) {
    if (!values) return;
    combinations = combinations.flatMap((combination) => values.map((value) => [...combination, value]));
  }
  for (const combination of combinations) family.at(combination);
}

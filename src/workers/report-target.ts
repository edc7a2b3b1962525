import type { MetricSpec } from '../catalog/metric.ts';
import { CounterCell, GaugeCell, HistogramCell } from '../recording/cells.ts';
import type { BucketLayout } from '../recording/bucket-layout.ts';
import type { AnyFamily } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { HistogramReport, Report } from './report.ts';

type Cell = CounterCell | GaugeCell | HistogramCell;

/** Where a series of the worker goes. */
interface Place {
  readonly cell: Cell;
  /** Of a histogram: the worker's bounds, where it has others than the recorder. */
  readonly bounds: readonly number[] | undefined;
}

/** Adds what one worker reports into a recorder. */
export class ReportTarget {
  readonly #recorder: Recorder;
  /** Those that are another metric here are left out. */
  readonly #families = new Map<number, { readonly family: AnyFamily; readonly bounds: Place['bounds'] }>();
  readonly #places = new Map<number, Place>();
  readonly #gauges = new Set<GaugeCell>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  add({ families, series, counters, gauges, histograms, tallies }: Report): void {
    for (const { id, spec } of families) {
      const family = this.#familyOf(spec);
      if (family) this.#families.set(id, { family, bounds: otherBounds(spec, family.spec) });
    }
    for (const { id, family: familyId, values, overflow } of series) {
      const known = this.#families.get(familyId);
      if (!known) continue;
      const { family, bounds } = known;
      const own = values.map((value) => value ?? undefined);
      // looked up once: beyond a cap each look-up counts as a measurement that lost an attribute
      const { cell } = overflow ? family.overflowSeriesAt(own) : family.seriesAt(own);
      this.#places.set(id, { cell, bounds });
    }
    for (const [id, increase] of counters) if (isIncrease(increase)) this.#cell(id, CounterCell)?.add(increase);
    for (const [id, value] of gauges) this.#tell(this.#cell(id, GaugeCell), Number.isFinite(value) ? value : null);
    for (const histogram of histograms) {
      const cell = this.#cell(histogram.id, HistogramCell);
      const bounds = this.#places.get(histogram.id)?.bounds;
      if (!cell || !fits(histogram, bounds ? bounds.length + 1 : cell.layout.size)) continue;
      cell.add(bounds ? { ...histogram, buckets: inBucketsOf(cell.layout, bounds, histogram.buckets) } : histogram);
    }
    for (const [name, increase] of tallies) if (isIncrease(increase)) this.#recorder.tally(name).add(increase);
  }

  /** The worker has no gauges any more. What it has counted stays. */
  forgetGauges(): void {
    for (const cell of this.#gauges) cell.tell(this, null);
    this.#gauges.clear();
  }

  #tell(cell: GaugeCell | undefined, value: number | null): void {
    if (!cell) return;
    this.#gauges.add(cell);
    cell.tell(this, value);
  }

  #cell<Kind extends Cell>(id: number, kind: new (...args: never[]) => Kind): Kind | undefined {
    const cell = this.#places.get(id)?.cell;
    return cell instanceof kind ? cell : undefined;
  }

  #familyOf(spec: MetricSpec): AnyFamily | undefined {
    const known = this.#recorder.family(spec.name);
    if (!known) return this.#created(spec);
    if (shapeOf(known.spec) === shapeOf(spec)) return known;
    this.#recorder.logger.warnOnce(
      `worker ${spec.name}`,
      `${spec.name} is declared otherwise in a worker than in its primary; the worker's is left out of the sum`,
    );
    return undefined;
  }

  #created(spec: MetricSpec): AnyFamily {
    this.#recorder.makeGiveWay(spec.name);
    return this.#recorder.familyOf(spec);
  }
}

/** What must be the same for values to be added up. */
function shapeOf({ kind, unit, attributes, aggregator = 'sum' }: MetricSpec): string {
  return JSON.stringify([kind, unit, attributes.map(({ key }) => key), aggregator]);
}

/** A threshold that was changed makes other buckets, at the next start of a worker before the primary's. */
function otherBounds(theirs: MetricSpec, ours: MetricSpec): readonly number[] | undefined {
  const [fine, own] = [theirs.buckets?.fine, ours.buckets?.fine];
  const isSame = fine?.length === own?.length && fine?.every((bound, index) => bound === own?.[index]);
  return isSame === false ? fine : undefined;
}

/** Each bucket goes into the one that its upper bound is in. */
function inBucketsOf(layout: BucketLayout, bounds: readonly number[], buckets: readonly number[]): number[] {
  return buckets.map((value, place) => (place % 2 === 0 ? layout.indexOf(bounds[value] ?? Infinity) : value));
}

function isIncrease(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/** Whether it can be added: a wrong place would be another figure of the cell. */
function fits({ sum, min, max, buckets }: HistogramReport, size: number): boolean {
  return (
    [sum, min, max].every(isIncrease) &&
    buckets.every((value, place) =>
      place % 2 === 0 ? Number.isInteger(value) && value >= 0 && value < size : isIncrease(value),
    ) &&
    buckets.length % 2 === 0
  );
}

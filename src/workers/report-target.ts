import type { MetricSpec } from '../catalog/metric.ts';
import { CounterCell, GaugeCell, HistogramCell } from '../recording/cells.ts';
import type { AnyFamily } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { HistogramReport, Report } from './report.ts';

type Cell = CounterCell | GaugeCell | HistogramCell;

/** Adds what one worker reports into a recorder. */
export class ReportTarget {
  readonly #recorder: Recorder;
  /** Undefined: what it is called here is another metric. */
  readonly #families = new Map<number, AnyFamily | undefined>();
  readonly #cells = new Map<number, Cell>();
  readonly #gauges = new Set<GaugeCell>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  add({ families, series, counters, gauges, histograms, tallies }: Report): void {
    for (const { id, spec } of families) this.#families.set(id, this.#familyOf(spec));
    for (const { id, family, values, overflow } of series) {
      const known = this.#families.get(family);
      if (!known) continue;
      const own = values.map((value) => value ?? undefined);
      // looked up once: beyond a cap each look-up counts as a measurement that lost an attribute
      this.#cells.set(id, (overflow ? known.overflowSeriesAt(own) : known.seriesAt(own)).cell);
    }
    for (const [id, increase] of counters) if (isIncrease(increase)) this.#cell(id, CounterCell)?.add(increase);
    for (const [id, value] of gauges) this.#tell(this.#cell(id, GaugeCell), Number.isFinite(value) ? value : null);
    for (const histogram of histograms) {
      const cell = this.#cell(histogram.id, HistogramCell);
      if (cell && fits(histogram, cell)) cell.add(histogram);
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
    const cell = this.#cells.get(id);
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
    if (spec.kind === 'counter') return this.#recorder.counter(spec);
    if (spec.kind === 'histogram') return this.#recorder.histogram(spec);
    return this.#recorder.gauge(spec);
  }
}

/** What must be the same for values to be added up. */
function shapeOf({ kind, unit, attributes, buckets }: MetricSpec): string {
  return JSON.stringify([kind, unit, attributes.map(({ key }) => key), buckets?.fine]);
}

function isIncrease(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/** Whether it can be added: a wrong place would be another figure of the cell. */
function fits({ sum, min, max, buckets }: HistogramReport, { layout }: HistogramCell): boolean {
  return (
    [sum, min, max].every(isIncrease) &&
    buckets.every((value, place) =>
      place % 2 === 0 ? Number.isInteger(value) && value >= 0 && value < layout.size : isIncrease(value),
    ) &&
    buckets.length % 2 === 0
  );
}

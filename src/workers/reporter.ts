import type { CounterCell, GaugeCell, HistogramCell } from '../recording/cells.ts';
import { OVERFLOW_ATTRIBUTE } from '../recording/family.ts';
import type { AnyFamily, CounterFamily, GaugeFamily, HistogramFamily, Series } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { FamilyDefinition, HistogramReport, Report, SeriesDefinition } from './report.ts';

/** What the primary knows of a histogram. */
interface ToldHistogram {
  readonly counts: Float64Array;
  sum: number;
}

/** A report while it is written. */
interface Draft {
  readonly families: FamilyDefinition[];
  readonly series: SeriesDefinition[];
  readonly counters: [number, number][];
  readonly gauges: [number, number | null][];
  readonly histograms: HistogramReport[];
  readonly tallies: [string, number][];
}

/** Writes what a recorder holds as reports, each of which begins where the last one ended. */
export class Reporter {
  readonly #recorder: Recorder;
  readonly #isThread: boolean;
  readonly #familyIds = new Map<AnyFamily, number>();
  readonly #seriesIds = new Map<Series<unknown>, number>();
  readonly #counters = new Map<CounterCell, number>();
  /** Their values; of those of which the last one counts, how often they were set. */
  readonly #gauges = new Map<GaugeCell, number | null>();
  readonly #histograms = new Map<HistogramCell, ToldHistogram>();

  /** @param isThread leaves out what a process has, not each of its threads */
  constructor(recorder: Recorder, isThread: boolean) {
    this.#recorder = recorder;
    this.#isThread = isThread;
  }

  /** Who is told now knows nothing yet of metrics, series and gauges; increases go on where they are. */
  introduce(): void {
    this.#familyIds.clear();
    this.#seriesIds.clear();
    this.#gauges.clear();
  }

  /**
   * What has come since the last report.
   *
   * @param withGauges what is observed is read too; that takes longer
   * @returns null where there is nothing to tell
   */
  take(withGauges: boolean): Report | null {
    if (withGauges) this.#recorder.refresh();
    const draft: Draft = { families: [], series: [], counters: [], gauges: [], histograms: [], tallies: [] };
    for (const family of this.#recorder.families) {
      if (family.spec.aggregator === 'own' || (this.#isThread && family.spec.ofProcess === true)) continue;
      if (family.kind === 'counter') this.#takeCounter(family as CounterFamily, draft);
      else if (family.kind === 'histogram') this.#takeHistogram(family as HistogramFamily, draft);
      else if (withGauges) this.#takeGauge(family as GaugeFamily, draft);
    }
    for (const [name, cell] of this.#recorder.tallies) {
      const increase = this.#increaseOf(cell);
      if (increase > 0) draft.tallies.push([name, increase]);
    }
    return Object.values(draft).some((part: readonly unknown[]) => part.length > 0) ? draft : null;
  }

  #takeCounter(family: CounterFamily, draft: Draft): void {
    for (const series of family.series) {
      const isKnown = this.#seriesIds.has(series);
      const increase = this.#increaseOf(series.cell);
      // that it begins at 0 shall be seen too
      if (increase > 0 || !isKnown) draft.counters.push([this.#idOf(family, series, draft), increase]);
    }
  }

  #takeGauge(family: GaugeFamily, draft: Draft): void {
    const isLast = family.spec.aggregator === 'last';
    for (const series of family.series) {
      const { value, changes } = series.cell;
      const state = isLast ? changes : value;
      if (state === (this.#gauges.get(series.cell) ?? (isLast ? 0 : null))) continue;
      this.#gauges.set(series.cell, state);
      draft.gauges.push([this.#idOf(family, series, draft), value]);
    }
  }

  #takeHistogram(family: HistogramFamily, draft: Draft): void {
    for (const series of family.series) {
      const extremes = series.cell.takeExtremes();
      if (!extremes) continue;
      draft.histograms.push({ id: this.#idOf(family, series, draft), ...extremes, ...this.#increaseIn(series.cell) });
    }
  }

  #increaseOf(cell: CounterCell): number {
    const increase = cell.value - (this.#counters.get(cell) ?? 0);
    this.#counters.set(cell, cell.value);
    return increase;
  }

  #increaseIn(cell: HistogramCell): { sum: number; buckets: number[] } {
    const { counts, sum } = cell;
    let told = this.#histograms.get(cell);
    if (!told) this.#histograms.set(cell, (told = { counts: new Float64Array(counts.length), sum: 0 }));
    const buckets: number[] = [];
    for (let index = 0; index < counts.length; index++) {
      const increase = (counts[index] as number) - (told.counts[index] as number);
      if (increase > 0) buckets.push(index, increase);
    }
    const increase = { sum: sum - told.sum, buckets };
    told.counts.set(counts);
    told.sum = sum;
    return increase;
  }

  #idOf(family: AnyFamily, series: Series<unknown>, draft: Draft): number {
    let id = this.#seriesIds.get(series);
    if (id !== undefined) return id;
    this.#seriesIds.set(series, (id = this.#seriesIds.size));
    draft.series.push({
      id,
      family: this.#familyIdOf(family, draft),
      values: series.values.map((value) => value ?? null),
      overflow: OVERFLOW_ATTRIBUTE in series.attributes,
    });
    return id;
  }

  #familyIdOf(family: AnyFamily, draft: Draft): number {
    let id = this.#familyIds.get(family);
    if (id !== undefined) return id;
    this.#familyIds.set(family, (id = this.#familyIds.size));
    draft.families.push({ id, spec: family.spec });
    return id;
  }
}

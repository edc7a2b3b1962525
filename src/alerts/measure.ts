import { webSocketMetrics } from '../catalog/websocket.ts';
import { windowErrorRate } from '../recording/error-rate.ts';
import type { AnyFamily, CounterFamily, GaugeFamily, HistogramFamily, Series } from '../recording/family.ts';
import type { GaugeCell } from '../recording/cells.ts';
import type { Recorder } from '../recording/recorder.ts';
import { totalOf } from '../recording/window.ts';
import type { WindowStatistics } from '../recording/window.ts';
import type { Measure } from './rule.ts';
import { seriesLabels } from './series-labels.ts';
import type { Labels } from './series-labels.ts';

/** One value that a rule compares. */
export interface Reading {
  /** The series' attributes; none where all series are taken together. */
  readonly labels: Labels;
  /** Tells the series of one measure apart. */
  readonly key: string;
  /** In the unit of the metric; null without an observation. */
  readonly value: number | null;
  /** How many observations the value is made of; Infinity where none are counted. */
  readonly observations: number;
  /** The window does not have its full length yet, so that a count is smaller than it will be. */
  readonly partial: boolean;
}

/** The kinds of metrics that a measure can be read from. */
const KINDS: Readonly<Record<'histogram' | 'counter' | 'gauge', readonly string[]>> = {
  histogram: ['histogram'],
  counter: ['counter'],
  gauge: ['gauge', 'up_down_counter'],
};

/** What a counter's window holds. */
interface CounterFigures {
  readonly increase: number;
  readonly rate: number;
  readonly partial: boolean;
}

const NO_LABELS: Labels = Object.freeze({});
const MESSAGES = webSocketMetrics('server').messages;

/** Reads measures from a recorder. What rules have in common is read once for each instant. */
export class MeasureReader {
  readonly #recorder: Recorder;
  readonly #messages: CounterFamily;
  readonly #windowed = new Set<string>();
  readonly #stopListening: () => void;
  readonly #statistics = new Map<HistogramFamily, WindowStatistics>();
  readonly #counts = new Map<CounterFamily, CounterFigures>();
  readonly #gauges = new Map<GaugeFamily, GaugeReadings>();
  #lastTotal = 0;
  #lastMessageMs: number;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
    this.#messages = recorder.counter(MESSAGES);
    this.#lastMessageMs = recorder.startMonotonicMs;
    this.#stopListening = recorder.forEachFamily((family) => {
      if (this.#windowed.has(family.spec.name)) this.#beginWindow(family);
    });
  }

  /** Begins the windows that these measures need; of a metric that is not there yet, as soon as it is. */
  watch(measures: readonly Measure[]): void {
    this.#windowed.clear();
    for (const measure of measures) {
      if (measure.kind === 'error_rate') windowErrorRate(this.#recorder);
      if (measure.kind !== 'histogram' && measure.kind !== 'counter') continue;
      this.#windowed.add(measure.metric);
      const family = this.#recorder.family(measure.metric);
      if (family) this.#beginWindow(family);
    }
  }

  /** Brings everything up to now. Called before the measures are read. */
  refresh(): void {
    this.#recorder.refresh();
    this.#statistics.clear();
    this.#counts.clear();
    const total = totalOf(this.#messages);
    if (total === this.#lastTotal) return;
    this.#lastTotal = total;
    this.#lastMessageMs = this.#recorder.clock.monotonicMs();
  }

  /** The current values of a measure: none where there is no such metric, or one of another kind. */
  read(measure: Measure): readonly Reading[] {
    switch (measure.kind) {
      case 'histogram':
        return this.#readHistogram(measure);
      case 'counter':
        return this.#readCounter(measure);
      case 'gauge':
        return this.#readGauge(measure);
      case 'error_rate': {
        const { ratio, observations } = windowErrorRate(this.#recorder);
        return [ofAllSeries(ratio, observations)];
      }
      case 'silence':
        return [ofAllSeries((this.#recorder.clock.monotonicMs() - this.#lastMessageMs) / 1000)];
    }
  }

  /** Forgets everything, and begins no more windows. */
  close(): void {
    this.#stopListening();
    this.#windowed.clear();
    this.#statistics.clear();
    this.#counts.clear();
    this.#gauges.clear();
  }

  #readHistogram({ kind, metric, statistic }: Extract<Measure, { kind: 'histogram' }>): Reading[] {
    const family = this.#familyOf(kind, metric, statistic) as HistogramFamily | undefined;
    if (!family) return [];
    let statistics = this.#statistics.get(family);
    if (!statistics) {
      this.#statistics.set(family, (statistics = this.#recorder.histogramWindow(family).statistics));
    }
    return [ofAllSeries(statistics[statistic], statistics.count)];
  }

  #readCounter({ kind, metric, statistic }: Extract<Measure, { kind: 'counter' }>): Reading[] {
    const family = this.#familyOf(kind, metric, statistic) as CounterFamily | undefined;
    if (!family) return [];
    let figures = this.#counts.get(family);
    if (!figures) this.#counts.set(family, (figures = figuresOf(this.#recorder, family)));
    return [ofAllSeries(figures[statistic], figures.increase, figures.partial)];
  }

  #readGauge({ kind, metric }: Extract<Measure, { kind: 'gauge' }>): readonly Reading[] {
    const family = this.#familyOf(kind, metric, 'value') as GaugeFamily | undefined;
    if (!family) return [];
    let readings = this.#gauges.get(family);
    if (!readings) this.#gauges.set(family, (readings = new GaugeReadings(family)));
    return readings.current;
  }

  #familyOf(kind: keyof typeof KINDS, metric: string, statistic: string): AnyFamily | undefined {
    const family = this.#recorder.family(metric);
    if (!family || KINDS[kind].includes(family.kind)) return family;
    this.#recorder.logger.warnOnce(
      `alert of another kind ${metric} ${statistic}`,
      `alert rules for the ${statistic} of ${metric} find no value: it is a ${family.kind}, which has none (alerts.rules)`,
    );
    return undefined;
  }

  #beginWindow(family: AnyFamily): void {
    if (family.kind === 'histogram') this.#recorder.histogramWindow(family as HistogramFamily);
    if (family.kind === 'counter') this.#recorder.counterWindow(family as CounterFamily);
  }
}

function figuresOf(recorder: Recorder, family: CounterFamily): CounterFigures {
  return {
    increase: recorder.counterWindow(family).increase,
    rate: recorder.ratePerSecond(family),
    partial: recorder.coveredMsOf(family) < recorder.windowMs,
  };
}

function ofAllSeries(value: number | null, observations = Infinity, partial = false): Reading {
  return { labels: NO_LABELS, key: '', value, observations, partial };
}

/** Readings of a gauge's series, made once for each: an evaluation then allocates nothing for them. */
class GaugeReadings {
  readonly #family: GaugeFamily;
  readonly #readings: SeriesReading[] = [];
  readonly #keys = new Set<string>();
  #seen = 0;

  constructor(family: GaugeFamily) {
    this.#family = family;
  }

  get current(): readonly Reading[] {
    const { series } = this.#family;
    for (; this.#seen < series.length; this.#seen++) {
      const reading = new SeriesReading(series[this.#seen] as Series<GaugeCell>);
      // what has the same labels is one series to everybody outside
      if (this.#keys.has(reading.key)) continue;
      this.#keys.add(reading.key);
      this.#readings.push(reading);
    }
    return this.#readings;
  }
}

/** The current value of one series of a gauge, whenever it is asked for. */
class SeriesReading implements Reading {
  readonly labels: Labels;
  readonly key: string;
  readonly observations = Infinity;
  readonly partial = false;
  readonly #cell: GaugeCell;

  constructor({ attributes, cell }: Series<GaugeCell>) {
    this.labels = seriesLabels(attributes);
    const pairs = Object.entries(this.labels).sort(([one], [other]) => (one < other ? -1 : 1));
    this.key = pairs.length === 0 ? '' : JSON.stringify(pairs);
    this.#cell = cell;
  }

  get value(): number | null {
    return this.#cell.value;
  }
}

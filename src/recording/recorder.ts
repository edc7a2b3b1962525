import type { Clock } from '../base/clock.ts';
import type { OnceLogger } from '../base/logger.ts';
import type { BucketSpec, MetricSpec } from '../catalog/metric.ts';
import { selfMetrics } from '../catalog/self.ts';
import type { DropReason } from '../catalog/self.ts';
import { BucketLayout } from './bucket-layout.ts';
import { CounterCell, GaugeCell, HistogramCell } from './cells.ts';
import { Family, startAtZero } from './family.ts';
import type { AnyFamily, CounterFamily, GaugeFamily, HistogramFamily, SeriesLimits } from './family.ts';
import { CounterWindow, HistogramWindow, SLOTS, totalOf } from './window.ts';

/** What a {@link Recorder} needs to know. */
export interface RecorderOptions {
  readonly clock: Clock;
  readonly logger: OnceLogger;
  readonly limits: SeriesLimits;
  /** Length of the sliding window of the live figures, in ms. */
  readonly windowMs: number;
}

/** A rate over a shorter time than this would be noise. */
const SHORTEST_RATE_SECONDS = 1;

/** Holds the families of all metrics: where every figure is written, and where every reader starts. */
export class Recorder {
  readonly clock: Clock;
  readonly logger: OnceLogger;
  readonly windowMs: number;
  /** {@link Clock.epochMs} and {@link Clock.monotonicMs} of the start. */
  readonly startEpochMs: number;
  readonly startMonotonicMs: number;
  readonly #limits: SeriesLimits;
  readonly #families = new Map<string, AnyFamily>();
  readonly #layouts = new Map<BucketSpec, BucketLayout>();
  readonly #tallies = new Map<string, CounterCell>();
  readonly #givingWay = new Set<string>();
  readonly #windows = new Map<CounterFamily | HistogramFamily, CounterWindow | HistogramWindow>();
  /** Monotonic milliseconds at which each window was first asked for. */
  readonly #windowStartsMs = new Map<CounterFamily | HistogramFamily, number>();
  readonly #refreshers = new Set<() => void>();
  readonly #familyListeners = new Set<(family: AnyFamily) => void>();
  readonly #dropped: CounterFamily;
  readonly #overflow: CounterFamily;
  #slotEndMs: number;
  #open = true;

  constructor(options: RecorderOptions) {
    this.clock = options.clock;
    this.logger = options.logger;
    this.windowMs = options.windowMs;
    this.#limits = options.limits;
    this.startEpochMs = this.clock.epochMs();
    this.startMonotonicMs = this.clock.monotonicMs();
    this.#slotEndMs = this.startMonotonicMs + this.slotMs;
    this.#dropped = this.counter(selfMetrics.dropped);
    this.#overflow = this.counter(selfMetrics.overflow);
  }

  /** False once the recorder was closed: recording methods then do nothing. */
  get open(): boolean {
    return this.#open;
  }

  /** Length of one slot of the windows, in ms. */
  get slotMs(): number {
    return this.windowMs / SLOTS;
  }

  /** Time that the windows cover now, in ms: their length and what has passed of the next slot, or the time since the start. */
  get coveredMs(): number {
    const nowMs = this.clock.monotonicMs();
    return Math.min(nowMs - this.startMonotonicMs, this.windowMs + this.slotMs - (this.#slotEndMs - nowMs));
  }

  /** All families, in the order in which they were made. */
  get families(): Iterable<AnyFamily> {
    return this.#families.values();
  }

  /** The family of this OpenTelemetry name, or undefined. */
  family(name: string): AnyFamily | undefined {
    return this.#families.get(name);
  }

  /** @returns the family of this spec's name: the one there is, or a new one. */
  familyOf(spec: MetricSpec): AnyFamily {
    const known = this.#families.get(spec.name);
    if (known) return known;
    const family = this.detached(spec);
    this.#families.set(spec.name, family);
    startAtZero(family);
    for (const listener of this.#familyListeners) listener(family);
    return family;
  }

  /** Likewise for a counter. */
  counter(spec: MetricSpec): CounterFamily {
    return this.familyOf(spec) as CounterFamily;
  }

  /** Likewise for a gauge or an up-down counter. */
  gauge(spec: MetricSpec): GaugeFamily {
    return this.familyOf(spec) as GaugeFamily;
  }

  /** Likewise for a histogram; the spec has buckets. */
  histogram(spec: MetricSpec): HistogramFamily {
    return this.familyOf(spec) as HistogramFamily;
  }

  /** A family that no reader sees. */
  detached(spec: MetricSpec): AnyFamily {
    const family = new Family(
      spec,
      () => this.#createCell(spec),
      this.#limits,
      (metric) => {
        this.#countOverflow(metric);
      },
    );
    return family as AnyFamily;
  }

  /** This family, which is not there yet, is a worker's: a declaration of this process's own need not be like it. */
  makeGiveWay(name: string): void {
    this.#givingWay.add(name);
  }

  /** Whether a family is there for the sake of a worker alone. */
  givesWay(name: string): boolean {
    return this.#givingWay.has(name);
  }

  /** Counts that are no metric, but of which the workers of a service have a sum too. */
  get tallies(): Iterable<readonly [name: string, cell: CounterCell]> {
    return this.#tallies;
  }

  /** @returns the tally of this name: the one there is, or a new one. */
  tally(name: string): CounterCell {
    let cell = this.#tallies.get(name);
    if (!cell) this.#tallies.set(name, (cell = new CounterCell()));
    return cell;
  }

  /** The sliding window over all series of a counter. */
  counterWindow(family: CounterFamily): CounterWindow {
    return this.#windowOf(family, () => new CounterWindow(() => totalOf(family))) as CounterWindow;
  }

  /** The sliding window over all series of a histogram. */
  histogramWindow(family: HistogramFamily): HistogramWindow {
    return this.#windowOf(family, () => new HistogramWindow(family, this.#layoutOf(family.spec))) as HistogramWindow;
  }

  /** Time that the counter's window covers now, in ms: {@link coveredMs}, at most the time since the window was first asked for. */
  coveredMsOf(family: CounterFamily): number {
    this.counterWindow(family);
    const startMs = this.#windowStartsMs.get(family) ?? this.startMonotonicMs;
    return Math.min(this.coveredMs, this.clock.monotonicMs() - startMs);
  }

  /** A counter's increase per second, over all its series, within its window; over one second at least. */
  ratePerSecond(family: CounterFamily): number {
    return this.counterWindow(family).increase / Math.max(SHORTEST_RATE_SECONDS, this.coveredMsOf(family) / 1000);
  }

  /** Moves the windows on to now; called on a timer and before every read, in any rhythm. */
  advance(): void {
    const behindMs = this.clock.monotonicMs() - this.#slotEndMs;
    if (behindMs < 0) return;
    const count = 1 + Math.floor(behindMs / this.slotMs);
    this.#slotEndMs += count * this.slotMs;
    for (const window of this.#windows.values()) window.advance(count);
  }

  /** Brings the gauges that are observed up to date; called before every read. */
  refresh(): void {
    this.advance();
    for (const refresher of this.#refreshers) refresher();
  }

  /** Calls `refresher` before every read. It must not throw. Returns how to stop. */
  onRefresh(refresher: () => void): () => void {
    this.#refreshers.add(refresher);
    return () => void this.#refreshers.delete(refresher);
  }

  /** Calls `listener` with each family there is and each that will be. Returns how to stop. */
  forEachFamily(listener: (family: AnyFamily) => void): () => void {
    for (const family of this.#families.values()) listener(family);
    this.#familyListeners.add(listener);
    return () => void this.#familyListeners.delete(listener);
  }

  /** Counts a measurement that was wrong, and logs the first of its kind. Never throws. */
  drop(reason: DropReason, kind: string, message: string): void {
    this.#dropped.at([reason]).add(1);
    this.logger.warnOnce(`dropped ${reason} ${kind}`, message);
  }

  /** Ends recording; what was recorded stays readable. */
  close(): void {
    this.#open = false;
    this.#refreshers.clear();
  }

  #layoutOf(spec: MetricSpec): BucketLayout {
    if (!spec.buckets) throw new Error(`${spec.name} is no histogram`);
    let layout = this.#layouts.get(spec.buckets);
    if (!layout) this.#layouts.set(spec.buckets, (layout = new BucketLayout(spec.buckets)));
    return layout;
  }

  #windowOf(
    family: CounterFamily | HistogramFamily,
    create: () => CounterWindow | HistogramWindow,
  ): CounterWindow | HistogramWindow {
    let window = this.#windows.get(family);
    if (!window) {
      this.#windows.set(family, (window = create()));
      this.#windowStartsMs.set(family, this.clock.monotonicMs());
    }
    return window;
  }

  #createCell(spec: MetricSpec): CounterCell | GaugeCell | HistogramCell {
    if (spec.kind === 'counter') return new CounterCell();
    return spec.kind === 'histogram' ? new HistogramCell(this.#layoutOf(spec)) : new GaugeCell(spec.aggregator);
  }

  #countOverflow(metric: string): void {
    if (metric === selfMetrics.overflow.name) return;
    this.#overflow.at([metric]).add(1);
    this.logger.warnOnce(
      `overflow ${metric}`,
      `${metric} has reached its cap of attribute values or series; further values are folded into series with otel.metric.overflow="true" (limits.attribute_values, limits.series)`,
    );
  }
}

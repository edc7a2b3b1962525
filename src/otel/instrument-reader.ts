import type { Attributes } from '@opentelemetry/api';
import { AggregationTemporality, DataPointType, MetricReader } from '@opentelemetry/sdk-metrics';
import type { DataPoint, Histogram, IMetricReader, MetricData } from '@opentelemetry/sdk-metrics';
import type { OnceLogger } from '../base/logger.ts';
import { addTotals, countOf, totalsOf } from './histogram-totals.ts';
import type { HistogramTotals } from './histogram-totals.ts';
import { kindOf, metricKey, pointKey } from './instrument-report.ts';
import type { InstrumentPoint, InstrumentReport } from './instrument-report.ts';

/** A user's observable callback may take this long: a primary waits for the answer. */
const COLLECT_TIMEOUT_MS = 100;

type Value = number | HistogramTotals;

interface Standing {
  readonly attributes: Attributes;
  readonly value: Value;
}

/** What one metric stands at, by {@link pointKey}. */
interface MetricStanding {
  readonly head: Omit<InstrumentReport, 'points'>;
  readonly points: Map<string, Standing>;
}

/** Reads the instruments of `dashboard.meter` in a worker, for its primary: those that have changed since the last time. */
export class InstrumentReader {
  /** To hand to the provider, for what its instruments hold and nothing else. */
  readonly reader: IMetricReader;
  readonly #logger: OnceLogger;
  readonly #isOurs: (name: string) => boolean;
  /** By {@link metricKey} and boundaries. */
  #told = new Map<string, MetricStanding>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param isOurs whether a metric is one of the package's, which is told otherwise */
  constructor(logger: OnceLogger, isOurs: (name: string) => boolean) {
    this.#logger = logger;
    this.#isOurs = isOurs;
    this.reader = new CumulativeReader(() => this.#last);
  }

  /**
   * Never rejects: what cannot be collected now is told later.
   *
   * @param isAll tells what has not changed too
   */
  take(isAll: boolean): Promise<InstrumentReport[]> {
    // one after the other: figures that arrive late would look like ones that have begun anew
    const taken = this.#last.then(() => this.#take(isAll));
    this.#last = taken;
    return taken;
  }

  async #take(isAll: boolean): Promise<InstrumentReport[]> {
    if (isAll) this.#told = new Map();
    try {
      const { resourceMetrics } = await this.reader.collect({ timeoutMillis: COLLECT_TIMEOUT_MS });
      const standing = new Map<string, MetricStanding>();
      for (const { metrics } of resourceMetrics.scopeMetrics)
        for (const metric of metrics) this.#read(metric, standing);
      const before = this.#told;
      this.#told = standing;
      for (const [key, { head }] of before) if (!standing.has(key)) standing.set(key, { head, points: new Map() });
      return [...standing].flatMap(([key, now]) => changesOf(now, before.get(key)));
    } catch {
      return [];
    }
  }

  #read(metric: MetricData, standing: Map<string, MetricStanding>): void {
    const { name, description, unit } = metric.descriptor;
    if (this.#isOurs(name)) return;
    if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) {
      this.#logger.warnOnce(
        `instrument ${name}`,
        `${name} is an exponential histogram: a worker's is left out of the sum of its primary`,
      );
      return;
    }
    const boundaries =
      metric.dataPointType === DataPointType.HISTOGRAM ? (metric.dataPoints[0]?.value.buckets.boundaries ?? []) : [];
    const kind = kindOf(metric);
    const key = `${metricKey(metric.descriptor, kind)} ${boundaries.join()}`;
    let own = standing.get(key);
    if (!own) {
      own = { head: { name, description, unit, kind, boundaries }, points: new Map() };
      standing.set(key, own);
    }
    for (const { attributes, value } of metric.dataPoints as DataPoint<number | Histogram>[]) {
      const told = typeof value === 'number' ? value : finiteTotalsOf(value);
      if (!isTellable(told)) continue;
      const point = pointKey(attributes);
      // the SDK keeps instruments of one name apart that differ in what a sum does not care about, such as INT and DOUBLE
      const other = kind === 'gauge' ? undefined : own.points.get(point)?.value;
      own.points.set(point, { attributes, value: other === undefined ? told : sumOf(told, other) });
    }
  }
}

function changesOf({ head, points }: MetricStanding, before: MetricStanding | undefined): InstrumentReport[] {
  const changes: InstrumentPoint[] = [];
  for (const [key, { attributes, value }] of points) {
    const told = before?.points.get(key)?.value;
    if (told === undefined || !areSame(value, told)) changes.push({ attributes, value });
  }
  for (const [key, { attributes }] of before?.points ?? [])
    if (!points.has(key)) changes.push({ attributes, value: null });
  return changes.length === 0 ? [] : [{ ...head, points: changes }];
}

/** JSON has no other numbers. */
function finiteTotalsOf(histogram: Histogram): HistogramTotals {
  const { counts, sum, min, max } = totalsOf(histogram);
  const finite = (value: number | undefined): number | undefined => (Number.isFinite(value) ? value : undefined);
  return { counts, sum: finite(sum), min: finite(min), max: finite(max) };
}

function isTellable(value: Value): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : countOf(value.counts) > 0;
}

function sumOf(one: Value, other: Value): Value {
  if (typeof one === 'number' || typeof other === 'number') return (one as number) + (other as number);
  return addTotals(one, other);
}

function areSame(one: Value, other: Value): boolean {
  if (typeof one === 'number' || typeof other === 'number') return one === other;
  return one.counts.every((count, index) => count === other.counts[index]);
}

/** Collects when it is asked to. */
class CumulativeReader extends MetricReader {
  readonly #collecting: () => Promise<unknown>;

  /** @param collecting ends when all that was asked for is there: until then it is not shut down */
  constructor(collecting: () => Promise<unknown>) {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
    this.#collecting = collecting;
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override async onShutdown(): Promise<void> {
    await this.#collecting();
  }
}

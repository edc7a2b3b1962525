import type { Meter } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { IMetricReader, MetricData, ViewOptions } from '@opentelemetry/sdk-metrics';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';
import { SdkInstruments } from '../instruments/sdk-instruments.ts';
import type { AnyFamily } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';
import { CellMetrics } from './cell-metrics.ts';
import { CellReader } from './cell-reader.ts';
import { InstrumentMerge } from './instrument-merge.ts';
import { InstrumentReader } from './instrument-reader.ts';
import type { InstrumentReport } from './instrument-report.ts';
import { createViewProbe } from './view-probe.ts';
import type { WorkerInstruments } from './worker-instruments.ts';

export interface ProviderOptions {
  readonly recorder: Recorder;
  readonly resource: Resource;
  readonly views: readonly ViewOptions[];
  /** The reader behind `/metrics`; cumulative. */
  readonly mainReader: IMetricReader;
  /** The user's own. */
  readonly readers: readonly IMetricReader[];
  /** What workers of this process tell of their instruments: merged into what each reader collects. */
  readonly workerInstruments: WorkerInstruments;
  /** In a worker: what comes to instruments of {@link CellProvider.meter} is there for {@link CellProvider.takeInstruments}. */
  readonly isWorker: boolean;
  /** Called before each collection of any reader, and waited for; must not reject. */
  readonly beforeCollect: () => Promise<void>;
}

/** How long a reader that waits to be asked may rest while another one collects; see {@link CellProvider}. */
const LONGEST_REST_MS = 30_000;

/**
 * The package's own meter provider, never registered globally. Its readers get every metric of the recorder: straight from the
 * cells, or, where a view changes a metric, from the SDK's own instrument.
 */
export class CellProvider {
  readonly meter: Meter;
  readonly #provider: MeterProvider;
  readonly #instruments: SdkInstruments;
  readonly #produced: AnyFamily[] = [];
  readonly #recorder: Recorder;
  readonly #hasViews: boolean;
  readonly #stopListening: () => void;
  readonly #instrumentReader: InstrumentReader | undefined;
  /** Readers that wait to be asked, and when they collected last. */
  readonly #collectedMs: Map<IMetricReader, number>;

  /** @throws Error where a view is wrong, as the SDK words it */
  constructor(options: ProviderOptions) {
    const { recorder, resource, views, mainReader, readers, workerInstruments, isWorker, beforeCollect } = options;
    this.#recorder = recorder;
    this.#hasViews = views.length > 0;
    const isOurs = (name: string): boolean =>
      [name, ...originalNames(name, views)].some((own) => recorder.family(own) !== undefined);
    this.#instrumentReader = isWorker ? new InstrumentReader(recorder.logger, isOurs) : undefined;
    const own = this.#instrumentReader ? [this.#instrumentReader.reader] : [];
    this.#collectedMs = new Map([mainReader, ...own].map((reader) => [reader, recorder.clock.monotonicMs()]));
    const isViewed = createViewProbe(views, readers);
    this.#provider = new MeterProvider({
      resource,
      views: [...views],
      readers: [
        ...[mainReader, ...readers].map((reader) => {
          const merge = new InstrumentMerge(workerInstruments, reader);
          const cells = new CellMetrics(recorder, () => this.#produced, reader);
          const complete = (metrics: MetricData[]): void => {
            merge.addTo(metrics);
            metrics.push(...cells.collect());
            this.#collected(reader);
          };
          return new CellReader(reader, { beforeCollect, complete });
        }),
        ...own.map((reader) => {
          const merge = new InstrumentMerge(workerInstruments, reader);
          const complete = (metrics: MetricData[]): void => {
            merge.addTo(metrics);
            this.#collected(reader);
          };
          return new CellReader(reader, { complete });
        }),
      ],
    });
    this.meter = this.#provider.getMeter(PACKAGE_NAME, VERSION);
    this.#instruments = new SdkInstruments(this.meter, recorder);
    this.#stopListening = recorder.forEachFamily((family) => {
      if (isViewed(family)) this.#instruments.add(family);
      else this.#produced.push(family);
    });
  }

  /**
   * In a worker: what has changed of the instruments of {@link meter}, its own workers' included. Never rejects.
   *
   * @param isAll tells all that there is
   */
  takeInstruments(isAll: boolean): Promise<InstrumentReport[]> {
    return this.#instrumentReader?.take(isAll) ?? Promise.resolve([]);
  }

  /** Flushes all readers, within `timeoutMillis`. */
  forceFlush(timeoutMillis: number): Promise<void> {
    return this.#provider.forceFlush({ timeoutMillis });
  }

  /** Flushes and ends all readers, within `timeoutMillis`. */
  async shutdown(timeoutMillis: number): Promise<void> {
    this.#stopListening();
    try {
      await this.#provider.shutdown({ timeoutMillis });
    } finally {
      this.#instruments.close();
    }
  }

  // The SDK keeps, for each reader of a view's storage, every other reader's collections until it collects itself: one that
  // nobody asks would fill the memory while another one works.
  #collected(reader: IMetricReader): void {
    const nowMs = this.#recorder.clock.monotonicMs();
    if (this.#collectedMs.has(reader)) this.#collectedMs.set(reader, nowMs);
    if (!this.#hasViews) return;
    for (const [resting, collectedMs] of this.#collectedMs) {
      if (nowMs - collectedMs <= LONGEST_REST_MS) continue;
      this.#collectedMs.set(resting, nowMs);
      resting.collect().catch(() => undefined);
    }
  }
}

/** What the instruments are called that views name so. */
function originalNames(name: string, views: readonly ViewOptions[]): string[] {
  return views.flatMap((view) =>
    view.name === name && view.instrumentName !== undefined ? [view.instrumentName] : [],
  );
}

import type { Meter } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { IMetricReader, ViewOptions } from '@opentelemetry/sdk-metrics';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';
import { SdkInstruments } from '../instruments/sdk-instruments.ts';
import type { AnyFamily } from '../recording/family.ts';
import type { Recorder } from '../recording/recorder.ts';
import { CellMetrics } from './cell-metrics.ts';
import { CellReader } from './cell-reader.ts';
import { createViewProbe } from './view-probe.ts';

export interface ProviderOptions {
  readonly recorder: Recorder;
  readonly resource: Resource;
  readonly views: readonly ViewOptions[];
  /** The reader behind `/metrics`; cumulative. */
  readonly mainReader: IMetricReader;
  /** The user's own. */
  readonly readers: readonly IMetricReader[];
}

/** How long the main reader may rest while another one collects; see {@link CellProvider}. */
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
  readonly #mainReader: IMetricReader;
  readonly #hasViews: boolean;
  readonly #stopListening: () => void;
  #mainCollectedMs: number;

  /** @throws Error where a view is wrong, as the SDK words it */
  constructor({ recorder, resource, views, mainReader, readers }: ProviderOptions) {
    this.#recorder = recorder;
    this.#mainReader = mainReader;
    this.#hasViews = views.length > 0;
    this.#mainCollectedMs = recorder.clock.monotonicMs();
    const isViewed = createViewProbe(views, readers);
    this.#provider = new MeterProvider({
      resource,
      views: [...views],
      readers: [mainReader, ...readers].map((reader) => {
        const metrics = new CellMetrics(recorder, () => this.#produced, reader);
        return new CellReader(
          reader,
          () => metrics.collect(),
          () => {
            this.#collected(reader);
          },
        );
      }),
    });
    this.meter = this.#provider.getMeter(PACKAGE_NAME, VERSION);
    this.#instruments = new SdkInstruments(this.meter, recorder);
    this.#stopListening = recorder.forEachFamily((family) => {
      if (isViewed(family)) this.#instruments.add(family);
      else this.#produced.push(family);
    });
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

  // The SDK keeps, for each reader of a view's storage, every other reader's collections until it collects itself: a main
  // reader that nobody scrapes would fill the memory while another one works.
  #collected(reader: IMetricReader): void {
    const nowMs = this.#recorder.clock.monotonicMs();
    if (reader === this.#mainReader) {
      this.#mainCollectedMs = nowMs;
    } else if (this.#hasViews && nowMs - this.#mainCollectedMs > LONGEST_REST_MS) {
      this.#mainCollectedMs = nowMs;
      this.#mainReader.collect().catch(() => undefined);
    }
  }
}

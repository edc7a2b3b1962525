import type {
  CollectionResult,
  IMetricReader,
  MetricCollectOptions,
  MetricData,
  MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';

export interface CellReaderOptions {
  /** Waited for before each collection; must not reject. */
  readonly beforeCollect?: () => Promise<void>;
  /** Puts into the metrics that the provider's instruments hold what there is besides. */
  readonly complete: (metrics: MetricData[]) => void;
}

/**
 * Stands between a provider and a reader: what the reader collects is what the provider's instruments hold and what the cells
 * hold. Needs nothing of a reader but that it is one, so a user's own readers get all metrics too.
 */
export class CellReader implements IMetricReader {
  readonly #target: IMetricReader;
  readonly #options: CellReaderOptions;

  constructor(target: IMetricReader, options: CellReaderOptions) {
    this.#target = target;
    this.#options = options;
  }

  setMetricProducer(instruments: MetricProducer): void {
    const { beforeCollect, complete } = this.#options;
    this.#target.setMetricProducer({
      collect: async (options?: MetricCollectOptions) => {
        await beforeCollect?.();
        const result = await instruments.collect(options);
        complete(metricsOf(result));
        return result;
      },
    });
  }

  selectAggregation: IMetricReader['selectAggregation'] = (type) => this.#target.selectAggregation(type);

  selectAggregationTemporality: IMetricReader['selectAggregationTemporality'] = (type) =>
    this.#target.selectAggregationTemporality(type);

  selectCardinalityLimit: IMetricReader['selectCardinalityLimit'] = (type) => this.#target.selectCardinalityLimit(type);

  collect: IMetricReader['collect'] = (options) => this.#target.collect(options);

  shutdown: IMetricReader['shutdown'] = (options) => this.#target.shutdown(options);

  forceFlush: IMetricReader['forceFlush'] = (options) => this.#target.forceFlush(options);
}

/** Those of the package's scope, to which all instruments belong. */
function metricsOf({ resourceMetrics: { scopeMetrics } }: CollectionResult): MetricData[] {
  let own = scopeMetrics.find(({ scope: { name, version } }) => name === PACKAGE_NAME && version === VERSION);
  if (!own) scopeMetrics.push((own = { scope: { name: PACKAGE_NAME, version: VERSION }, metrics: [] }));
  return own.metrics;
}

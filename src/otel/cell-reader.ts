import type {
  CollectionResult,
  IMetricReader,
  MetricCollectOptions,
  MetricData,
  MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';

/**
 * Stands between a provider and a reader: what the reader collects is what the provider's instruments hold and what the cells
 * hold. Needs nothing of a reader but that it is one, so a user's own readers get all metrics too.
 */
export class CellReader implements IMetricReader {
  readonly #target: IMetricReader;
  readonly #collectCells: () => MetricData[];
  readonly #onCollect: () => void;
  readonly #beforeCollect: () => Promise<void>;

  /** @param beforeCollect waited for; must not reject */
  constructor(
    target: IMetricReader,
    collectCells: () => MetricData[],
    onCollect: () => void,
    beforeCollect: () => Promise<void>,
  ) {
    this.#target = target;
    this.#beforeCollect = beforeCollect;
    this.#collectCells = collectCells;
    this.#onCollect = onCollect;
  }

  setMetricProducer(instruments: MetricProducer): void {
    this.#target.setMetricProducer({
      collect: async (options?: MetricCollectOptions) => {
        await this.#beforeCollect();
        const result = await instruments.collect(options);
        addToScope(result, this.#collectCells());
        this.#onCollect();
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

function addToScope({ resourceMetrics }: CollectionResult, metrics: MetricData[]): void {
  const scope = resourceMetrics.scopeMetrics.find(
    ({ scope: { name, version } }) => name === PACKAGE_NAME && version === VERSION,
  );
  if (scope) scope.metrics.push(...metrics);
  else resourceMetrics.scopeMetrics.push({ scope: { name: PACKAGE_NAME, version: VERSION }, metrics });
}

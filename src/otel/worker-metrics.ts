import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import type { DataPoint, MetricData, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Attributes } from '@opentelemetry/api';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';
import type { Recorder } from '../recording/recorder.ts';
import { CellMetrics } from './cell-metrics.ts';

/** What one worker has recorded. */
export interface WorkerRecorder {
  readonly name: string;
  readonly recorder: Recorder;
}

/** The same metrics of several workers, each with its name in the attribute `worker`. */
export class WorkerMetrics {
  readonly #scopes = new WeakMap<Recorder, WorkerScope>();

  collect(workers: readonly WorkerRecorder[]): ScopeMetrics[] {
    const scope = { name: PACKAGE_NAME, version: VERSION };
    return workers.map((worker) => ({ scope, metrics: this.#scopeOf(worker).collect() }));
  }

  #scopeOf({ name, recorder }: WorkerRecorder): WorkerScope {
    let scope = this.#scopes.get(recorder);
    if (!scope) this.#scopes.set(recorder, (scope = new WorkerScope(name, recorder)));
    return scope;
  }
}

/** One worker's. */
class WorkerScope {
  readonly #name: string;
  readonly #cells: CellMetrics;
  /** By those of the series, which stay the same objects: their label texts are cached by the object. */
  readonly #attributes = new WeakMap<Attributes, Attributes>();

  constructor(name: string, recorder: Recorder) {
    this.#name = name;
    this.#cells = new CellMetrics(recorder, () => recorder.families, {
      selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    });
  }

  collect(): MetricData[] {
    return this.#cells.collect().map((metric) => ({
      ...metric,
      dataPoints: (metric.dataPoints as DataPoint<unknown>[]).map((point) => ({
        ...point,
        attributes: this.#attributesOf(point.attributes),
      })),
    })) as MetricData[];
  }

  #attributesOf(own: Attributes): Attributes {
    let attributes = this.#attributes.get(own);
    if (!attributes) this.#attributes.set(own, (attributes = labelled(own, this.#name)));
    return attributes;
  }
}

/** An attribute `worker` of the application's own gets out of the way, as Prometheus does it with labels of its own. */
function labelled({ worker: own, ...others }: Attributes, worker: string): Attributes {
  return { ...others, ...(own !== undefined && { exported_worker: own }), worker };
}

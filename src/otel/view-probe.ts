import { AggregationTemporality, AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import type { IMetricReader, ViewOptions } from '@opentelemetry/sdk-metrics';
import { PACKAGE_NAME, VERSION } from '../base/version.ts';
import type { AnyFamily } from '../recording/family.ts';
import { INSTRUMENT_TYPES } from './cell-metrics.ts';

/**
 * Tells whether the SDK would treat a family's instrument in any way of the user's: by a view that matches, or by a reader that
 * chooses another aggregation for its kind. Asks the SDK itself instead of copying its rules: a provider asks its readers
 * for an instrument's aggregation just when no view matches.
 *
 * @throws Error where a view is wrong, as the SDK words it
 */
export function createViewProbe(
  views: readonly ViewOptions[],
  readers: readonly IMetricReader[],
): (family: AnyFamily) => boolean {
  let asked = false;
  const probe: IMetricReader = {
    selectAggregation: () => {
      asked = true;
      return { type: AggregationType.DEFAULT };
    },
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
    selectCardinalityLimit: () => 1,
    setMetricProducer: () => undefined,
    collect: () => Promise.reject(new Error('a probe has nothing to collect')),
    shutdown: () => Promise.resolve(),
    forceFlush: () => Promise.resolve(),
  };
  const meter = new MeterProvider({ views: [...views], readers: [probe] }).getMeter(PACKAGE_NAME, VERSION);

  const isViewed = ({ kind, spec: { name, unit } }: AnyFamily): boolean => {
    asked = false;
    const options = { unit };
    if (kind === 'counter') meter.createCounter(name, options);
    else if (kind === 'histogram') meter.createHistogram(name, options);
    else if (kind === 'gauge') meter.createObservableGauge(name, options);
    else meter.createObservableUpDownCounter(name, options);
    return !asked;
  };
  return (family) =>
    readers.some(
      (reader) => reader.selectAggregation(INSTRUMENT_TYPES[family.kind]).type !== AggregationType.DEFAULT,
    ) ||
    (views.length > 0 && isViewed(family));
}

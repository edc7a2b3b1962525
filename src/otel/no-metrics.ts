import type { MetricProducer } from '@opentelemetry/sdk-metrics';
import { createResource } from './resource.ts';

/** What a dashboard that is disabled or was shut down has to tell. */
export function noMetrics(): ReturnType<MetricProducer['collect']> {
  return Promise.resolve({ resourceMetrics: { resource: createResource(), scopeMetrics: [] }, errors: [] });
}

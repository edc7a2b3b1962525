import { randomUUID } from 'node:crypto';
import type { Attributes } from '@opentelemetry/api';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';

/**
 * Describes this process to whoever reads its metrics. Later ones win: defaults, `OTEL_RESOURCE_ATTRIBUTES` and
 * `OTEL_SERVICE_NAME`, the configured service name, the attributes handed in.
 */
export function createResource(serviceName: string | undefined, attributes: Attributes = {}): Resource {
  return resourceFromAttributes({
    'service.name': 'unknown_service:node',
    'service.instance.id': randomUUID(),
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.language': 'nodejs',
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
  })
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(serviceName === undefined ? {} : { 'service.name': serviceName }))
    .merge(resourceFromAttributes(attributes));
}

import { randomUUID } from 'node:crypto';
import type { Attributes } from '@opentelemetry/api';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';

/** What is known of the process, the later over the earlier. */
export interface ResourceSources {
  /** What could be seen: of host, container, the application's `package.json`. */
  readonly detected?: Attributes;
  /** As configured. */
  readonly serviceName?: string | undefined;
  readonly serviceVersion?: string | undefined;
  /** Handed in by code. */
  readonly attributes?: Attributes | undefined;
}

/**
 * Describes this process to whoever reads its metrics. Later ones win: defaults, what was detected, `OTEL_RESOURCE_ATTRIBUTES` and
 * `OTEL_SERVICE_NAME`, the configured service name and version, the attributes handed in.
 */
export function createResource({ detected, serviceName, serviceVersion, attributes }: ResourceSources = {}): Resource {
  return resourceFromAttributes({
    'service.name': 'unknown_service:node',
    'service.instance.id': randomUUID(),
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.language': 'nodejs',
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    ...detected,
  })
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(
      resourceFromAttributes({
        ...(serviceName !== undefined && { 'service.name': serviceName }),
        ...(serviceVersion !== undefined && { 'service.version': serviceVersion }),
      }),
    )
    .merge(resourceFromAttributes(attributes ?? {}));
}

import type { ResolvedConfig } from '../../config/schema.ts';
import { ownName } from '../identity.ts';

/** Long enough to be told from others, short enough for any file system. */
const MAX_NAME = 60;

/**
 * Where a file of rules, contact points or policies is. Those of a service with a name carry it, so that several services may write
 * into one folder.
 */
export function alertingPath(kind: 'rules' | 'contact-points' | 'policies', config: ResolvedConfig): string {
  const name = config.service_name === undefined ? kind : `${fileName(config)}-${kind}`;
  return `grafana/alerting/${name}.yml`;
}

/** What the other files of a service are called, without an ending: `telemetry-checkout`. */
export function fileName(config: ResolvedConfig): string {
  return ownName(config, MAX_NAME);
}

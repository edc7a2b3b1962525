import { createHash } from 'node:crypto';
import type { ResolvedConfig } from '../config/schema.ts';

/** What there are dashboards of. */
export const DASHBOARD_KINDS = ['service', 'websocket', 'runtime', 'fleet', 'custom'] as const;
export type DashboardKind = (typeof DASHBOARD_KINDS)[number];

/** Grafana refuses longer ones. */
const MAX_UID = 40;

/**
 * The `uid` of a dashboard, the same at each start: `telemetry-checkout-service`. Thresholds and custom metrics are a service's own, so
 * are its dashboards; without a `service_name` it is `telemetry-service`.
 */
export function dashboardUid(
  kind: DashboardKind,
  { service_name: service }: Pick<ResolvedConfig, 'service_name'>,
): string {
  return service === undefined ? `telemetry-${kind}` : `telemetry-${slug(service, MAX_UID - 20)}-${kind}`;
}

/** The `uid` of the folder: its title in letters, digits and `-`. */
export function folderUid({ grafana: { folder } }: Pick<ResolvedConfig, 'grafana'>): string {
  return slug(folder, MAX_UID);
}

/** Texts that differ have slugs that differ: what is lost of one is made up for by a hash. */
export function slug(text: string, maxLength: number): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  if (plain.length <= maxLength && plain === text.toLowerCase().replace(/[ _.]/g, '-')) return plain;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return plain === '' ? hash : `${plain.slice(0, maxLength - 9)}-${hash}`;
}

/**
 * The `uid` of an alert rule, the same at each start.
 *
 * @param alert its name, and what else tells it from others of that name
 */
export function alertRuleUid(
  { service_name: service = '' }: Pick<ResolvedConfig, 'service_name'>,
  alert: string,
  labels: Readonly<Record<string, string>>,
): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([service, alert, ...Object.entries(labels).sort()]))
    .digest('hex')
    .slice(0, 12);
  return `${slug(alert, MAX_UID - 13)}-${hash}`;
}

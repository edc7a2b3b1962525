import { createHash } from 'node:crypto';
import type { ResolvedConfig } from '../config/schema.ts';
import { DEFAULT_FOLDER } from '../config/sections/grafana.ts';

/** What there are dashboards of. */
export const DASHBOARD_KINDS = ['service', 'websocket', 'runtime', 'fleet', 'custom'] as const;
export type DashboardKind = (typeof DASHBOARD_KINDS)[number];

/** Grafana refuses longer ones. */
const MAX_UID = 40;

/** Its databases have no room for longer ones. */
const MAX_TAG = 50;

/** Each dashboard of ours has it. */
const TAG = 'telemetry-dashboard';

const PREFIX = 'telemetry-';

/** Stands for a service without a name. */
const UNNAMED = `${PREFIX}dashboard`;

/** What is told apart: a service, and its folder, since a service may run in several environments with one Grafana. */
type Identified = Pick<ResolvedConfig, 'service_name' | 'grafana'>;

/**
 * The `uid` of a dashboard, the same at each start: `telemetry-checkout-service`. Thresholds and custom metrics are a service's own, so
 * are its dashboards; without a `service_name` it is `telemetry-service`. With a folder of its own it gets a hash.
 */
export function dashboardUid(kind: DashboardKind, config: Identified): string {
  const { service_name: service } = config;
  const room = MAX_UID - 20;
  if (hasOwnFolder(config)) return `${PREFIX}${ended(service ?? '', hashOf(identityOf(config), 8), room)}-${kind}`;
  return service === undefined ? PREFIX + kind : `${PREFIX}${slug(service, room)}-${kind}`;
}

/** Whose something in Grafana is, for people too: `checkout`, `checkout in Staging`; empty without a name and a folder of its own. */
export function ownerOf(config: Identified): string {
  const { service_name: service = '', grafana } = config;
  return hasOwnFolder(config) ? `${service} in ${grafana.folder}`.trim() : service;
}

function hasOwnFolder({ grafana: { folder } }: Identified): boolean {
  return folder !== DEFAULT_FOLDER;
}

function identityOf(config: Identified): string {
  return JSON.stringify([config.service_name ?? '', ...(hasOwnFolder(config) ? [config.grafana.folder] : [])]);
}

/** The `uid` of the folder: `on-call` of a title that is so, else one like it with a hash. */
export function folderUid({ grafana: { folder } }: Pick<ResolvedConfig, 'grafana'>): string {
  return slug(folder, MAX_UID);
}

/**
 * What tells the files, rule group and contact points of a service from those of others: `telemetry-checkout`, without a
 * `service_name` `telemetry-dashboard`.
 *
 * @param maxLength 20 or more
 */
export function ownName({ service_name: service }: Pick<ResolvedConfig, 'service_name'>, maxLength: number): string {
  if (service === undefined) return UNNAMED;
  const room = maxLength - PREFIX.length;
  const name = PREFIX + slug(service, room);
  return name === UNNAMED ? PREFIX + hashed(service, room) : name;
}

/** The tags of a service's dashboards: one that all have, and its name, by which they find each other. */
export function tagsOf({ service_name: service }: Pick<ResolvedConfig, 'service_name'>): string[] {
  if (service === undefined) return [TAG];
  return [TAG, service === TAG || service.length > MAX_TAG ? hashed(service, MAX_TAG) : service];
}

/**
 * Letters, digits and `-`. Texts that differ have slugs that differ: a text that is a slug is its own, and any other gets a hash, as
 * does a slug that looks like one with a hash.
 */
export function slug(text: string, maxLength: number): string {
  const isSlug = text !== '' && text === plain(text) && text.length <= maxLength;
  return isSlug && !/(?:^|-)[0-9a-f]{8}$/.test(text) ? text : hashed(text, maxLength);
}

function hashed(text: string, maxLength: number): string {
  return ended(text, hashOf(text, 8), maxLength);
}

/** What can be read of a text, as far as there is room before its end. */
function ended(text: string, end: string, maxLength: number): string {
  const start = plain(plain(text).slice(0, maxLength - end.length - 1));
  return start === '' ? end : `${start}-${end}`;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function hashOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/**
 * The `uid` of an alert rule, the same at each start.
 *
 * @param alert its name, and what else tells it from others of that name
 */
export function alertRuleUid(config: Identified, alert: string, labels: Readonly<Record<string, string>>): string {
  const identity = JSON.stringify([identityOf(config), alert, ...Object.entries(labels).sort()]);
  return ended(alert, hashOf(identity, 12), MAX_UID);
}

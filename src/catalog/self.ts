import { DURATION_BUCKETS } from './buckets.ts';
import type { MetricSpec } from './metric.ts';

/** Why a value was not recorded. */
const DROP_REASONS = ['not_a_number', 'out_of_range', 'unknown_value', 'unknown_attribute'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** How urgent an alert is. */
export const ALERT_SEVERITIES = ['warning', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** Ways of a notification on which it can be lost. */
const ALERT_CHANNELS = ['email', 'alertmanager'] as const;
export type LossyChannel = (typeof ALERT_CHANNELS)[number];

/** What the package tells of itself. */
export const selfMetrics = {
  overflow: {
    name: 'telemetry.overflow',
    kind: 'counter',
    unit: '{measurement}',
    description: 'Measurements that lost an attribute because the metric had reached its cap on values or series',
    attributes: [{ key: 'metric' }],
  },
  dropped: {
    name: 'telemetry.dropped',
    kind: 'counter',
    unit: '{measurement}',
    description: 'Measurements that were not recorded, or not with all their attributes, because they were wrong',
    attributes: [{ key: 'reason', values: DROP_REASONS }],
  },
  collectDuration: {
    name: 'telemetry.collect.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Time that a scrape takes from the request to the last byte handed to the socket',
    attributes: [],
    buckets: DURATION_BUCKETS,
  },
  alertActive: {
    name: 'telemetry.alert.active',
    kind: 'gauge',
    unit: '{alert}',
    description: 'Alerts of this name that are firing',
    attributes: [{ key: 'alert' }, { key: 'severity', values: ALERT_SEVERITIES }],
    aggregator: 'own',
  },
  alertNotificationsLost: {
    name: 'telemetry.alert.notifications.lost',
    kind: 'counter',
    unit: '{notification}',
    description: 'Notifications of alerts that could not be delivered and were given up',
    attributes: [{ key: 'channel', values: ALERT_CHANNELS }],
  },
  workerAge: {
    name: 'telemetry.worker.age',
    kind: 'gauge',
    unit: 's',
    description: 'Time since a cluster worker or worker thread last told its figures; they stay in the sum meanwhile',
    // as many as the application starts: no cap on values from outside applies
    attributes: [{ key: 'worker', values: [] }],
    aggregator: 'own',
  },
} satisfies Record<string, MetricSpec>;

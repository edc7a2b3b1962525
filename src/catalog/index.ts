import { hostMetrics } from './host.ts';
import type { MetricSpec } from './metric.ts';
import { processMetrics } from './process.ts';
import { realtimeMetrics } from './realtime.ts';
import { selfMetrics } from './self.ts';
import { webSocketMetrics } from './websocket.ts';

/** Every metric of the package with its default buckets, in the order in which it is documented. */
export const CATALOG: readonly MetricSpec[] = [
  ...specs(webSocketMetrics('server')),
  ...specs(webSocketMetrics('client')),
  ...specs(realtimeMetrics()),
  ...specs(processMetrics),
  ...hostMetrics,
  ...specs(selfMetrics),
];

function specs(group: object): MetricSpec[] {
  return Object.values(group) as MetricSpec[];
}

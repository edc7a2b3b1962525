import type { AttributeSpec, MetricSpec } from './metric.ts';

/** Key of a logical CPU's number, `0` to one less than the host has. */
export const CPU_NUMBER = 'system.cpu.logical_number';

const cpu: readonly AttributeSpec[] = [
  { key: 'system.cpu.state', values: ['user', 'system', 'idle', 'interrupt', 'nice'] },
  { key: CPU_NUMBER },
];
const memory: readonly AttributeSpec[] = [{ key: 'system.memory.state', values: ['used', 'free'] }];

/** What `@opentelemetry/host-metrics` observes; it names and describes them, the units are ours where it has none. */
export const hostMetrics: readonly MetricSpec[] = [
  spec('system.cpu.time', 'counter', 's', 'CPU time of the host by logical CPU and state', cpu),
  spec('system.cpu.utilization', 'gauge', '1', 'CPU time of the host per second since the last sample', cpu),
  spec('system.memory.usage', 'gauge', 'By', "The host's memory by state", memory),
  spec('system.memory.utilization', 'gauge', '1', "The host's memory by state as a share of all", memory),
];

function spec(
  name: string,
  kind: MetricSpec['kind'],
  unit: string,
  description: string,
  attributes: readonly AttributeSpec[],
): MetricSpec {
  // every worker sees the same host
  return { name, kind, unit, description, attributes, aggregator: 'own' };
}

/** Names of the alerts that the thresholds make; a rule of the user's has another. */
const BUILT_IN_ALERTS: readonly string[] = [
  'high_latency',
  'critical_latency',
  'high_error_rate',
  'critical_error_rate',
  'high_memory',
  'critical_memory',
  'high_event_loop_delay',
  'critical_event_loop_delay',
  'high_queue_size',
  'critical_queue_size',
  'no_traffic',
  'critical_no_traffic',
];

/** What a warning and its critical have in common: the label by which one gives way to the other. */
const BUILT_IN_RULES: readonly string[] = [
  'latency',
  'error_rate',
  'memory',
  'event_loop_delay',
  'queue_size',
  'no_traffic',
];

/** Whether an alert or a pair of this name is built in, here or in the generated Prometheus rules (`fleet_…`, `instance_down`). */
export function isBuiltInAlert(name: string): boolean {
  return (
    [...BUILT_IN_ALERTS, ...BUILT_IN_RULES].includes(name) || name.startsWith('fleet_') || name === 'instance_down'
  );
}

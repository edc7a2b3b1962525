import type { AlertRule } from '../../src/alerts/rule.ts';

/** A rule that fires at once for each queue above 100, unless said otherwise. */
export function aRule(more: Partial<AlertRule>): AlertRule {
  return {
    name: 'queue_is_long',
    rule: 'queue_is_long',
    severity: 'warning',
    measure: { kind: 'gauge', metric: 'realtime.queue.size' },
    comparison: '>',
    threshold: 100,
    display: { scale: 1, unit: '' },
    forMs: 0,
    keepFiringForMs: 0,
    hysteresisRatio: 0,
    minObservations: 0,
    labels: {},
    summary: 'A queue is long',
    ...more,
  };
}

import type { AlertsConfig } from '../../config/schema.ts';
import type { FieldConfig } from '../schema.ts';

/** From when on a value is a warning and critical, in the unit of the panel; null: there is no such alert. */
export interface Limits {
  readonly warning: number | null;
  readonly critical: number | null;
}

/** What the configuration has thresholds for, in seconds, items and shares of 1. */
export interface ConfiguredLimits {
  readonly latency: Limits;
  readonly errorRatio: Limits;
  readonly memoryRatio: Limits;
  readonly eventLoopDelay: Limits;
  readonly queueSize: Limits;
}

type Steps = NonNullable<FieldConfig['thresholds']>;

/** Colours of what is well, a warning, and critical. */
export const COLOURS = { good: 'green', warning: 'orange', critical: 'red', plain: 'blue' } as const;

/** The thresholds of the section `alerts`; none where alerts are off. */
export function limitsOf({ enabled, thresholds }: Pick<AlertsConfig, 'enabled' | 'thresholds'>): ConfiguredLimits {
  const scaled = (value: number | null, scale: number): number | null =>
    value === null || !enabled ? null : Number((value / scale).toPrecision(12));
  const limits = (warning: number | null, critical: number | null, scale = 1): Limits => ({
    warning: scaled(warning, scale),
    critical: scaled(critical, scale),
  });
  return {
    latency: limits(thresholds.high_latency_ms, thresholds.critical_latency_ms, 1000),
    errorRatio: limits(thresholds.error_rate_warning, thresholds.error_rate_critical),
    memoryRatio: limits(thresholds.memory_warning_percent, thresholds.memory_critical_percent, 100),
    eventLoopDelay: limits(thresholds.event_loop_delay_warning_ms, thresholds.event_loop_delay_critical_ms, 1000),
    queueSize: limits(thresholds.queue_size_warning, thresholds.queue_size_critical),
  };
}

/** No alert is about it. */
export const NO_LIMITS: Limits = { warning: null, critical: null };

/** Whether there is a threshold at all. */
export function hasLimit({ warning, critical }: Limits): boolean {
  return warning !== null || critical !== null;
}

/** What a description says where there is a threshold, and where there is none. */
export function told(limits: Limits, withLimit: string, without = ''): string {
  return hasLimit(limits) ? withLimit : without;
}

/** What a description says of the lines of {@link Limits}. */
export function dashed(limits: Limits): string {
  return told(limits, '; dashed: thresholds of the alerts');
}

/** Green below, orange from the warning on, red from the critical value on; blue where there is neither. */
export function thresholdSteps(limits: Limits = NO_LIMITS, good: string = COLOURS.good): Steps {
  const { warning, critical } = limits;
  return steps([
    { color: hasLimit(limits) ? good : COLOURS.plain, value: null },
    ...(warning === null ? [] : [{ color: COLOURS.warning, value: warning }]),
    ...(critical === null ? [] : [{ color: COLOURS.critical, value: critical }]),
  ]);
}

/** Steps as they are given, in ascending order. */
export function steps(list: Steps['steps']): Steps {
  return { mode: 'absolute', steps: list };
}

import type { Alert, AlertNotice } from '../../src/alerts/alert.ts';
import { AlertEngine } from '../../src/alerts/engine.ts';
import { NoticeBook } from '../../src/alerts/notices.ts';
import type { AlertRule } from '../../src/alerts/rule.ts';
import { rulesOf } from '../../src/alerts/rules.ts';
import { selfMetrics } from '../../src/catalog/self.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { createRecording } from './recording.ts';
import type { TestRecording } from './recording.ts';

/** An engine on a clock that is moved by hand, evaluated each second of it. */
export interface TestAlerting extends TestRecording {
  readonly engine: AlertEngine;
  /** What people were told, as `high_latency firing`. */
  readonly told: string[];
  /** The alerts as `high_latency firing`, in their order. */
  states(): string[];
  /** The one alert of this name. */
  alert(name: string): Alert | undefined;
  /** Calls `each`, then evaluates, then lets a second pass; so many times. Returns what people were told. */
  pass(seconds: number, each?: () => void): string[];
  /** Takes the rules of this section `alerts`. */
  configure(section: Readonly<Record<string, unknown>>): void;
}

export const RUNBOOK = 'https://example.com/runbooks#{alert}';

/** The rules of a section `alerts`. */
export function rulesOfSection(section: Readonly<Record<string, unknown>>): AlertRule[] {
  return rulesOf(resolveConfig('test', { alerts: section }).alerts);
}

export function startAlerting(rules: readonly AlertRule[] = rulesOfSection({})): TestAlerting {
  const recording = createRecording();
  const engine = new AlertEngine(recording.recorder, { job: 'chat', instance: 'host-1' });
  engine.configure(rules, RUNBOOK);
  const book = new NoticeBook();
  const told: string[] = [];
  return {
    ...recording,
    engine,
    told,
    states: () => engine.alerts.map(({ name, state }) => `${name} ${state}`),
    alert: (wanted) => engine.alerts.find(({ name }) => name === wanted),
    pass(seconds, each = () => undefined) {
      const before = told.length;
      for (let second = 0; second < seconds; second++) {
        each();
        engine.evaluate();
        told.push(...book.update(engine.alerts, recording.clock.monotonicMs(), 14_400_000).map(nameOf));
        recording.clock.advance(1000);
      }
      return told.slice(before);
    },
    configure(section) {
      engine.configure(rulesOfSection(section), RUNBOOK);
    },
  };
}

function nameOf({ name, state, repeated }: AlertNotice): string {
  return `${name} ${state}${repeated ? ' again' : ''}`;
}

/** `telemetry.alert.active`, as `name severity` → number. */
export function activeAlerts({ recorder }: Pick<TestAlerting, 'recorder'>): Record<string, number | null> {
  const { series } = recorder.gauge(selfMetrics.alertActive);
  return Object.fromEntries(
    series.map(({ values, cell }) => [values.map((value) => value ?? '-').join(' '), cell.value]),
  );
}

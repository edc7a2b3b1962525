import type { AlertRule } from '../../alerts/rule.ts';
import type { RuleWindow } from '../rule-window.ts';
import type { Level } from './level.ts';
import { stepsIn } from './signal.ts';

/** A course of levels, one for each step. */
export interface Scenario {
  /** What the rule does, as the name of a test. */
  readonly name: string;
  readonly levels: readonly Level[];
}

type Phase = readonly [level: Level, steps: number];

/** What every rule is put through; each phase long enough that the window holds nothing else and the alert can change. */
export function scenariosOf(rule: AlertRule, window: RuleWindow): Scenario[] {
  const windowSteps = stepsIn(rule.measure.kind === 'silence' ? rule.threshold * 1000 : window.rangeMs, window);
  const forSteps = stepsIn(rule.forMs, window);
  const keepSteps = stepsIn(rule.keepFiringForMs, window);
  const lead: Phase = ['calm', windowSteps + 2];
  const long = windowSteps + forSteps + keepSteps + 3;
  const fires: Scenario = {
    name: 'fires after its time, not before, and is over once the value is back',
    levels: course([lead, ['beyond', long], ['band', long], ['calm', long], ['beyond', long], ['calm', long]]),
  };
  const quiet: Scenario = { name: 'does not fire just below its threshold', levels: course([lead, ['near', long]]) };
  const { kind } = rule.measure;
  return [
    fires,
    quiet,
    ...(rule.hysteresisRatio > 0
      ? [{ name: 'does not begin within the band of its hysteresis', levels: course([lead, ['band', long]]) }]
      : []),
    ...(forSteps > 1 && kind === 'gauge'
      ? [
          {
            name: 'begins anew after an interruption',
            levels: course([
              lead,
              ['beyond', forSteps],
              ['calm', 1],
              ['beyond', forSteps],
              ['band', 2],
              ['beyond', long],
            ]),
          },
        ]
      : []),
    ...(rule.minObservations > 1 && (kind === 'histogram' || kind === 'counter' || kind === 'error_rate')
      ? [
          {
            name: 'does not fire on too few observations',
            levels: course([
              ['idle', windowSteps + 2],
              ['few', long],
            ]),
          },
        ]
      : []),
  ];
}

function course(phases: readonly Phase[]): Level[] {
  return phases.flatMap(([level, steps]) => Array.from({ length: steps }, () => level));
}

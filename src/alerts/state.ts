import type { AlertState } from './alert.ts';

// As Prometheus steps an alert of a rule (rules/alerting.go), with a hysteresis band added. Nothing here knows a clock.

/** How long a resolved alert is remembered, so that channels can tell of it again, in ms. */
export const RESOLVED_KEPT_MS = 300_000;

/** Where one rule stands for one label set. Times are milliseconds on the clock that is passed in. */
export interface RuleState {
  readonly phase: 'inactive' | AlertState;
  /** When the comparison began to hold; once it does not any more, when it had. */
  readonly activeAtMs: number;
  /** When this phase began. */
  readonly sinceMs: number;
  /** While it fires and is not held: since when. Null: it is held. */
  readonly backAtMs: number | null;
}

/** What one evaluation has found. */
export interface Finding {
  /** The value is beyond the threshold. */
  readonly breached: boolean;
  /** It is beyond the threshold or within the hysteresis band. */
  readonly held: boolean;
}

/** How patient a rule is. */
export interface Patience {
  /** How long the comparison must hold without interruption before the alert fires; 0: at once. */
  readonly forMs: number;
  /** How long an alert that is not held any more goes on firing; 0: not at all. */
  readonly keepFiringForMs: number;
}

/** The state before the first evaluation. */
export const INACTIVE: RuleState = { phase: 'inactive', activeAtMs: 0, sinceMs: 0, backAtMs: null };

/** The finding where there is no value, or the rule is gone. */
export const NOTHING_FOUND: Finding = { breached: false, held: false };

/** The state after an evaluation at `nowMs`, which is not before the last one: the same object where nothing changed. */
export function nextState(state: RuleState, finding: Finding, nowMs: number, patience: Patience): RuleState {
  switch (state.phase) {
    case 'inactive':
      return finding.breached ? begin(nowMs, patience) : state;
    case 'pending':
      if (!finding.breached) return INACTIVE;
      return nowMs - state.activeAtMs >= patience.forMs ? fire(state.activeAtMs, nowMs) : state;
    case 'firing':
      return finding.breached || finding.held ? hold(state) : release(state, nowMs, patience);
    case 'resolved':
      if (finding.breached) return begin(nowMs, patience);
      return nowMs - state.sinceMs > RESOLVED_KEPT_MS ? INACTIVE : state;
  }
}

function begin(nowMs: number, { forMs }: Patience): RuleState {
  if (forMs <= 0) return fire(nowMs, nowMs);
  return { phase: 'pending', activeAtMs: nowMs, sinceMs: nowMs, backAtMs: null };
}

function fire(activeAtMs: number, nowMs: number): RuleState {
  return { phase: 'firing', activeAtMs, sinceMs: nowMs, backAtMs: null };
}

function hold(state: RuleState): RuleState {
  return state.backAtMs === null ? state : { ...state, backAtMs: null };
}

function release(state: RuleState, nowMs: number, { keepFiringForMs }: Patience): RuleState {
  const backAtMs = state.backAtMs ?? nowMs;
  if (nowMs - backAtMs >= keepFiringForMs) {
    return { phase: 'resolved', activeAtMs: state.activeAtMs, sinceMs: nowMs, backAtMs: null };
  }
  return state.backAtMs === null ? { ...state, backAtMs } : state;
}

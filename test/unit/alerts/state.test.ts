import fc from 'fast-check';
import { INACTIVE, RESOLVED_KEPT_MS, nextState } from '../../../src/alerts/state.ts';
import type { Finding, Patience, RuleState } from '../../../src/alerts/state.ts';

const BREACHED: Finding = { breached: true, held: true };
const IN_BAND: Finding = { breached: false, held: true };
const BACK: Finding = { breached: false, held: false };
const TEN: Patience = { forMs: 10_000, keepFiringForMs: 10_000 };
const AT_ONCE: Patience = { forMs: 0, keepFiringForMs: 0 };

interface Step {
  readonly atMs: number;
  readonly finding: Finding;
}

/** The state after each step. */
function run(steps: readonly Step[], patience: Patience): RuleState[] {
  const states: RuleState[] = [];
  for (const { atMs, finding } of steps) {
    states.push(nextState(states.at(-1) ?? INACTIVE, finding, atMs, patience));
  }
  return states;
}

/** `0 breached, 5 breached, …` in seconds, as phases. */
function phases(patience: Patience, ...steps: readonly (readonly [seconds: number, finding: Finding])[]): string[] {
  return run(
    steps.map(([seconds, finding]) => ({ atMs: seconds * 1000, finding })),
    patience,
  ).map(({ phase }) => phase);
}

describe('nextState', () => {
  it('fires once the comparison has held for the whole time', () => {
    expect(phases(TEN, [0, BREACHED], [9.999, BREACHED], [10, BREACHED], [11, BREACHED])).toEqual([
      'pending',
      'pending',
      'firing',
      'firing',
    ]);
  });

  it('fires at once where there is nothing to wait for', () => {
    expect(phases(AT_ONCE, [0, BREACHED], [1, BACK], [2, BREACHED])).toEqual(['firing', 'resolved', 'firing']);
  });

  it('starts anew when a pending one is interrupted, by a value within the band too', () => {
    expect(phases(TEN, [0, BREACHED], [9, BACK], [10, BREACHED], [19, BREACHED], [20, BREACHED])).toEqual([
      'pending',
      'inactive',
      'pending',
      'pending',
      'firing',
    ]);
    expect(phases(TEN, [0, BREACHED], [9, IN_BAND], [10, BREACHED])).toEqual(['pending', 'inactive', 'pending']);
  });

  it('does not begin within the band', () => {
    expect(phases(AT_ONCE, [0, IN_BAND], [60, IN_BAND])).toEqual(['inactive', 'inactive']);
  });

  it('goes on firing within the band, for ever', () => {
    expect(phases(AT_ONCE, [0, BREACHED], [1, IN_BAND], [100_000, IN_BAND])).toEqual(['firing', 'firing', 'firing']);
  });

  it('goes on firing for a while when the value is back, and longer when it was not back for good', () => {
    const steps = [
      [0, BREACHED],
      [10, BREACHED],
      [11, BACK],
      [20.999, BACK],
      [20.9995, IN_BAND],
      [21, BACK],
      [30.999, BACK],
      [31, BACK],
    ] as const;
    expect(phases(TEN, ...steps).slice(1)).toEqual([
      'firing',
      'firing',
      'firing',
      'firing',
      'firing',
      'firing',
      'resolved',
    ]);
  });

  it('remembers a resolved one for 5 minutes', () => {
    expect(phases(AT_ONCE, [0, BREACHED], [1, BACK], [301, BACK], [301.001, BACK])).toEqual([
      'firing',
      'resolved',
      'resolved',
      'inactive',
    ]);
  });

  it('begins a resolved one anew, only beyond the threshold', () => {
    const steps = [
      [0, BREACHED],
      [10, BREACHED],
      [11, BACK],
      [21, BACK],
      [22, IN_BAND],
      [23, BREACHED],
    ] as const;
    expect(phases(TEN, ...steps).slice(3)).toEqual(['resolved', 'resolved', 'pending']);
    expect(phases(TEN, ...steps, [24, BACK]).at(-1)).toBe('inactive');
  });

  it('says since when', () => {
    const [pending, firing, going, over] = run(
      [
        { atMs: 1000, finding: BREACHED },
        { atMs: 12_000, finding: BREACHED },
        { atMs: 20_000, finding: BACK },
        { atMs: 30_000, finding: BACK },
      ],
      TEN,
    );
    expect(pending).toEqual({ phase: 'pending', activeAtMs: 1000, sinceMs: 1000, backAtMs: null });
    expect(firing).toEqual({ phase: 'firing', activeAtMs: 1000, sinceMs: 12_000, backAtMs: null });
    expect(going).toEqual({ phase: 'firing', activeAtMs: 1000, sinceMs: 12_000, backAtMs: 20_000 });
    expect(over).toEqual({ phase: 'resolved', activeAtMs: 1000, sinceMs: 30_000, backAtMs: null });
  });

  it('takes the patience as it is now', () => {
    const pending = nextState(INACTIVE, BREACHED, 0, TEN);
    expect(nextState(pending, BREACHED, 1000, { ...TEN, forMs: 1000 }).phase).toBe('firing');
    const firing = nextState(pending, BREACHED, 10_000, TEN);
    expect(nextState(firing, BREACHED, 11_000, { ...TEN, forMs: 60_000 })).toBe(firing);
    const going = nextState(firing, BACK, 12_000, TEN);
    expect(nextState(going, BACK, 13_000, { ...TEN, keepFiringForMs: 500 }).phase).toBe('resolved');
  });
});

/** The phases of a whole history, found by looking for where each firing begins and ends rather than step by step. */
function plainPhases(steps: readonly Step[], { forMs, keepFiringForMs }: Patience): string[] {
  const at = (index: number): number => steps[index]?.atMs ?? NaN;
  const found: string[] = [];
  let endedAtMs = -Infinity;
  while (found.length < steps.length) {
    const from = found.length;
    let fires = from;
    /** First step of the run of breaches that ends with step `index`. */
    const runStart = (index: number): number => {
      let start = index;
      while (start > from && steps[start - 1]?.finding.breached) start--;
      return start;
    };
    while (fires < steps.length && !(steps[fires]?.finding.breached && at(fires) - at(runStart(fires)) >= forMs))
      fires++;
    const firstBreach = steps.findIndex(({ finding }, index) => index >= from && finding.breached);
    for (let index = from; index < fires; index++) {
      const untouched = firstBreach < 0 || index < firstBreach;
      if (steps[index]?.finding.breached) found.push('pending');
      else found.push(untouched && at(index) - endedAtMs <= RESOLVED_KEPT_MS ? 'resolved' : 'inactive');
    }
    if (fires >= steps.length) break;
    const backFor = (index: number): number => {
      let start = index;
      while (start - 1 > fires && !steps[start - 1]?.finding.held) start--;
      return at(index) - at(start);
    };
    let ends = fires + 1;
    while (ends < steps.length && (steps[ends]?.finding.held || backFor(ends) < keepFiringForMs)) ends++;
    while (found.length < ends) found.push('firing');
    if (ends >= steps.length) break;
    endedAtMs = at(ends);
    found.push('resolved');
  }
  return found;
}

describe('nextState over generated histories', () => {
  const findings = fc.constantFrom(BREACHED, BREACHED, IN_BAND, BACK);
  const gaps = fc.constantFrom(0, 1, 1000, 1000, 2500, 5000, 10_000, 299_999, 300_000, 300_001);
  const histories = fc
    .array(fc.record({ gapMs: gaps, finding: findings }), { minLength: 1, maxLength: 40 })
    .map((rows) => {
      let atMs = 0;
      return rows.map(({ gapMs, finding }): Step => ({ atMs: (atMs += gapMs), finding }));
    });
  const waits = fc.constantFrom(0, 1, 1000, 3000, 10_000, 60_000);
  const patiences = fc.record({ forMs: waits, keepFiringForMs: waits });

  it('agrees with a plain model', () => {
    fc.assert(
      fc.property(histories, patiences, (steps, patience) => {
        expect(run(steps, patience).map(({ phase }) => phase)).toEqual(plainPhases(steps, patience));
      }),
      { seed: 20_261_122, numRuns: 6000 },
    );
  });

  it('never fires without having waited, and is never over without being resolved, whatever is reconfigured between', () => {
    const reconfigured = fc.array(fc.tuple(gaps, findings, patiences), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(reconfigured, (rows) => {
        let state = INACTIVE;
        let nowMs = 0;
        let heldSinceMs: number | null = null;
        const wrong: string[] = [];
        for (const [gapMs, finding, patience] of rows) {
          nowMs += gapMs;
          heldSinceMs = finding.breached ? (heldSinceMs ?? nowMs) : null;
          const next = nextState(state, finding, nowMs, patience);
          const began = next.phase === 'firing' && state.phase !== 'firing';
          const waitedMs = heldSinceMs === null ? -1 : nowMs - heldSinceMs;
          const ended = state.phase === 'firing' && next.phase !== 'firing';
          const remembered =
            state.phase === 'resolved' && !finding.breached && nowMs - state.sinceMs <= RESOLVED_KEPT_MS;
          if (began && waitedMs < patience.forMs) wrong.push('fired without having waited');
          if (began && (next.activeAtMs !== heldSinceMs || next.sinceMs !== nowMs)) wrong.push('wrong times');
          if (ended && next.phase !== 'resolved') wrong.push('was over without being resolved');
          if (ended && finding.held) wrong.push('was over while it was held');
          if ((next.phase === 'resolved') !== (ended || remembered)) wrong.push('resolved out of turn');
          state = next;
        }
        expect(wrong).toEqual([]);
      }),
      { seed: 4711, numRuns: 4000 },
    );
  });
});

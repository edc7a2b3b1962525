import fc from 'fast-check';
import type { Alert, AlertNotice, AlertState } from '../../../src/alerts/alert.ts';
import { NoticeBook } from '../../../src/alerts/notices.ts';

type Severity = Alert['severity'];
/** `back`: fires, and its value is back. */
type Phase = AlertState | 'back';

/** Of one pair: the warning's labels but for name and severity are those of the critical. */
function labelsOf(severity: Severity, source: string): Alert['labels'] {
  return { alertname: `${severity}_latency`, severity, rule: 'latency', job: 'chat', source };
}

const LABELS: ReadonlyMap<string, Alert['labels']> = new Map(
  (['warning', 'critical'] as const).flatMap((severity) =>
    ['app', 'handler'].map((source) => [`${severity} ${source}`, labelsOf(severity, source)] as const),
  ),
);

function alertOf(id: string, phase: Phase): Alert {
  const labels = LABELS.get(id) ?? labelsOf('warning', id);
  return {
    name: labels['alertname'] ?? '',
    severity: labels['severity'] as Severity,
    state: phase === 'back' ? 'firing' : phase,
    startsAtMs: 0,
    sinceMs: 0,
    isBack: phase === 'back' || phase === 'resolved',
    value: 1,
    threshold: 0,
    unit: '',
    labels,
    fingerprint: id,
    summary: '',
    description: '',
    runbookUrl: '',
  };
}

const told = (notices: readonly AlertNotice[]): string[] =>
  notices.map(({ fingerprint, state, repeated }) => `${fingerprint} ${state}${repeated ? ' again' : ''}`);

const HOUR = 3_600_000;

/** Tells a book of alerts as `warning app` → state, an hour after the last time. */
function startBook(repeatIntervalMs = 4 * HOUR) {
  const book = new NoticeBook();
  let nowMs = 0;
  return (states: Record<string, Phase>, afterMs = HOUR): string[] => {
    nowMs += afterMs;
    const alerts = Object.entries(states).map(([id, state]) => alertOf(id, state));
    return told(book.update(alerts, nowMs, repeatIntervalMs));
  };
}

describe('NoticeBook', () => {
  it('tells each firing once and its end once', () => {
    const tell = startBook();
    expect(tell({ 'warning app': 'pending' })).toEqual([]);
    expect(tell({ 'warning app': 'firing' })).toEqual(['warning app firing']);
    expect(tell({ 'warning app': 'firing' })).toEqual([]);
    expect(tell({ 'warning app': 'resolved' })).toEqual(['warning app resolved']);
    expect(tell({ 'warning app': 'resolved' })).toEqual([]);
    expect(tell({ 'warning app': 'pending' })).toEqual([]);
    expect(tell({ 'warning app': 'firing' })).toEqual(['warning app firing']);
  });

  it('hands on the whole alert', () => {
    const alert = alertOf('warning app', 'firing');
    const [notice] = new NoticeBook().update([alert], 0, HOUR);
    expect(notice).toEqual({ ...alert, repeated: false });
    // channels and listeners share it
    expect(Object.isFrozen(notice)).toBe(true);
  });

  it('does not tell the end of what it never told', () => {
    expect(startBook()({ 'critical app': 'resolved' })).toEqual([]);
  });

  it('repeats what goes on firing', () => {
    const tell = startBook(2 * HOUR);
    const states = { 'critical app': 'firing' } as const;
    expect(tell(states)).toEqual(['critical app firing']);
    expect(tell(states, 2 * HOUR - 1)).toEqual([]);
    expect(tell(states, 1)).toEqual(['critical app firing again']);
    expect(tell(states, 2 * HOUR - 1)).toEqual([]);
    expect(tell(states, 2)).toEqual(['critical app firing again']);
  });

  it('holds a warning back while its critical fires, and tells it when that is over', () => {
    const tell = startBook();
    expect(tell({ 'warning app': 'firing', 'critical app': 'firing' })).toEqual(['critical app firing']);
    expect(tell({ 'warning app': 'firing', 'critical app': 'resolved' })).toEqual([
      'critical app resolved',
      'warning app firing',
    ]);
    expect(tell({ 'warning app': 'resolved', 'critical app': 'resolved' })).toEqual(['warning app resolved']);
  });

  it('says nothing of a warning that was over before its critical', () => {
    const tell = startBook();
    tell({ 'warning app': 'firing', 'critical app': 'firing' });
    expect(tell({ 'warning app': 'resolved', 'critical app': 'resolved' })).toEqual(['critical app resolved']);
  });

  it('does not tell a warning anew that was told before its critical fired, but tells that both are over', () => {
    const tell = startBook();
    expect(tell({ 'warning app': 'firing', 'critical app': 'pending' })).toEqual(['warning app firing']);
    expect(tell({ 'warning app': 'firing', 'critical app': 'firing' })).toEqual(['critical app firing']);
    expect(tell({ 'warning app': 'firing', 'critical app': 'resolved' })).toEqual(['critical app resolved']);
    expect(tell({ 'warning app': 'firing', 'critical app': 'firing' })).toEqual(['critical app firing']);
    expect(tell({ 'warning app': 'resolved', 'critical app': 'resolved' })).toEqual([
      'warning app resolved',
      'critical app resolved',
    ]);
  });

  it('does not repeat a warning while its critical fires, nor sooner than the interval after it', () => {
    const tell = startBook(2 * HOUR);
    tell({ 'warning app': 'firing' });
    tell({ 'warning app': 'firing', 'critical app': 'firing' });
    expect(tell({ 'warning app': 'firing', 'critical app': 'firing' }, 2 * HOUR)).toEqual([
      'critical app firing again',
    ]);
    expect(tell({ 'warning app': 'firing', 'critical app': 'resolved' })).toEqual(['critical app resolved']);
    expect(tell({ 'warning app': 'firing' })).toEqual(['warning app firing again']);
  });

  it('tells nobody of a warning that was held back and of which the value is back already', () => {
    const tell = startBook();
    tell({ 'warning app': 'firing', 'critical app': 'firing' });
    expect(tell({ 'warning app': 'back', 'critical app': 'resolved' })).toEqual(['critical app resolved']);
    expect(tell({ 'warning app': 'resolved', 'critical app': 'resolved' })).toEqual([]);
  });

  it('does not repeat what is back', () => {
    const tell = startBook(HOUR);
    tell({ 'critical app': 'firing' });
    expect(tell({ 'critical app': 'back' })).toEqual([]);
    expect(tell({ 'critical app': 'resolved' })).toEqual(['critical app resolved']);
  });

  it('does not hold a warning back for the critical of other labels', () => {
    const tell = startBook();
    expect(tell({ 'warning app': 'firing', 'critical handler': 'firing' })).toEqual([
      'warning app firing',
      'critical handler firing',
    ]);
  });

  it('never holds a critical back', () => {
    const tell = startBook();
    tell({ 'warning app': 'firing' });
    expect(tell({ 'critical app': 'firing', 'warning app': 'firing' })).toEqual(['critical app firing']);
  });

  it('takes the interval as it is now', () => {
    const book = new NoticeBook();
    const alerts = [alertOf('critical app', 'firing')];
    book.update(alerts, 0, HOUR);
    expect(book.update(alerts, 1000, 500)).toHaveLength(1);
  });

  it('knows what fires and was told, for those who come later', () => {
    const book = new NoticeBook();
    const alerts = [alertOf('warning app', 'firing'), alertOf('critical app', 'firing'), alertOf('alone', 'pending')];
    book.update(alerts, 0, HOUR);
    expect(told(book.standing(alerts))).toEqual(['critical app firing']);
  });

  it('forgets an alert that is gone', () => {
    const tell = startBook();
    tell({ 'critical app': 'firing' });
    tell({});
    expect(tell({ 'critical app': 'resolved' })).toEqual([]);
  });
});

/** What is to be told of one alert, found by looking at each of its firings as a whole. */
function plainNotices(
  states: readonly (Phase | null)[],
  heldBack: readonly boolean[],
  timesMs: readonly number[],
  repeatIntervalMs: number,
): (string | null)[] {
  const said: (string | null)[] = states.map(() => null);
  states.forEach((state, begin) => {
    const fires = (index: number): boolean => states[index] === 'firing' || states[index] === 'back';
    if (state !== 'firing' || fires(begin - 1)) return;
    let end = begin;
    while (fires(end + 1)) end++;
    let lastMs: number | null = null;
    for (let index = begin; index <= end; index++) {
      const nowMs = timesMs[index] ?? NaN;
      const isNews = states[index] === 'firing';
      if (lastMs === null && (heldBack[index] || !isNews)) continue;
      if (lastMs === null) said[index] = 'firing';
      else if (!heldBack[index] && isNews && nowMs - lastMs >= repeatIntervalMs) said[index] = 'firing again';
      if (said[index] !== null || heldBack[index]) lastMs = nowMs;
    }
    if (lastMs !== null && states[end + 1] === 'resolved') said[end + 1] = 'resolved';
  });
  return said;
}

describe('NoticeBook over generated histories', () => {
  const IDS = [...LABELS.keys(), 'alone'];
  /** Where an alert may go from where it is; null is inactive. */
  const NEXT = new Map<Phase | null, readonly (Phase | null)[]>([
    [null, [null, 'pending', 'firing']],
    ['pending', [null, 'pending', 'firing', 'firing']],
    ['firing', ['firing', 'firing', 'back', 'resolved']],
    ['back', ['back', 'firing', 'back', 'resolved']],
    ['resolved', ['resolved', null, 'pending', 'firing']],
  ]);
  const rows = fc.array(
    fc.record({
      choices: fc.array(fc.nat(11), { minLength: IDS.length, maxLength: IDS.length }),
      gapMs: fc.constantFrom(1000, 2000, 10_000, 30_000),
    }),
    { minLength: 1, maxLength: 25 },
  );

  it('agrees with a plain model', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(1000, 5000, 30_000, 1e9), (steps, repeatIntervalMs) => {
        const history = new Map(IDS.map((id) => [id, [] as (Phase | null)[]]));
        const timesMs: number[] = [];
        const book = new NoticeBook();
        const actual: string[] = [];
        steps.forEach(({ choices, gapMs }, step) => {
          timesMs.push((timesMs.at(-1) ?? 0) + gapMs);
          IDS.forEach((id, index) => {
            const states = history.get(id) ?? [];
            const possible = NEXT.get(states.at(-1) ?? null) ?? [];
            states.push(possible[(choices[index] ?? 0) % possible.length] ?? null);
          });
          const alerts = IDS.flatMap((id) => {
            const state = history.get(id)?.at(-1) ?? null;
            return state === null ? [] : [alertOf(id, state)];
          });
          const notices = told(book.update(alerts, timesMs.at(-1) ?? 0, repeatIntervalMs));
          actual.push(...notices.sort().map((notice) => `${step} ${notice}`));
        });
        const expected = steps.flatMap((_, step) =>
          IDS.flatMap((id) => {
            const critical = id.startsWith('warning') ? history.get(id.replace('warning', 'critical')) : undefined;
            const heldBack = steps.map((__, index) => ['firing', 'back'].includes(critical?.[index] ?? ''));
            const said = plainNotices(history.get(id) ?? [], heldBack, timesMs, repeatIntervalMs)[step] ?? null;
            return said === null ? [] : [`${id} ${said}`];
          })
            .sort()
            .map((notice) => `${step} ${notice}`),
        );
        expect(actual).toEqual(expected);
      }),
      { seed: 42, numRuns: 3000 },
    );
  });
});

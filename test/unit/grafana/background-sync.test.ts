import { BackgroundSync } from '../../../src/grafana/background-sync.ts';
import { GrafanaError } from '../../../src/grafana/api/grafana-error.ts';
import type { GrafanaErrorKind } from '../../../src/grafana/api/grafana-error.ts';
import type { SyncItem } from '../../../src/grafana/sync/sync-item.ts';
import { LogLines } from '../../support/log-lines.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const ADDRESS = 'http://127.0.0.1:3000/';
const created: SyncItem = { kind: 'dashboard', uid: 'a', title: 'A', outcome: 'created' };

const failure = (kind: GrafanaErrorKind, retryAfterMs?: number): GrafanaError =>
  new GrafanaError(`GET /api/health: ${kind}`, { kind, advice: `mend ${kind}`, retryAfterMs });

/** Runs one with answers in turn, the last of them for ever. */
function backgroundSync(...answers: readonly (readonly SyncItem[] | Error)[]) {
  const log = new LogLines();
  const triedAtMs: number[] = [];
  const startMs = Date.now();
  const sync = (): Promise<readonly SyncItem[]> => {
    const answer = answers[Math.min(triedAtMs.length, answers.length - 1)]!;
    triedAtMs.push(Date.now() - startMs);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const clock = { monotonicMs: () => Date.now() - startMs, epochMs: () => Date.now() };
  const running = new BackgroundSync({ sync, address: ADDRESS, logger: log, clock, random: () => 0 });
  return { running, log, triedAtMs };
}

const MINUTE_MS = 60_000;

describe('a background sync', () => {
  it('comes once, when the application has had time to declare its metrics', async () => {
    const { log, triedAtMs } = backgroundSync([created]);
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(triedAtMs).toEqual([2500]);
    expect(log.lines).toEqual([`info Grafana (${ADDRESS}) is set up: 1 created`]);
  });

  it('tries again and again while Grafana is away, ever less often, and says each only once', async () => {
    const away = failure('unreachable');
    const { log, triedAtMs } = backgroundSync(away, away, away, failure('busy'), away, away, away, away, away, [
      created,
    ]);
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    const waits = triedAtMs.slice(1).map((atMs, index) => atMs - triedAtMs[index]!);
    expect(waits.map((ms) => ms / 1000)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    expect(log.lines).toEqual([
      `warn Grafana (${ADDRESS}): GET /api/health: unreachable; mend unreachable`,
      `warn Grafana (${ADDRESS}): GET /api/health: busy; mend busy`,
      `info Grafana (${ADDRESS}): works again after 1215 s`,
      `info Grafana (${ADDRESS}) is set up: 1 created`,
    ]);
  });

  it('waits as long as Grafana asks for', async () => {
    const { triedAtMs } = backgroundSync(failure('busy', 30_000), [created]);
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(triedAtMs).toEqual([2500, 32_500]);
  });

  it.each(['unauthorized', 'forbidden', 'too_old', 'not_grafana', 'tls'] as const)(
    'does not try again what no second try mends: %s',
    async (kind) => {
      const { log, triedAtMs } = backgroundSync(failure(kind));
      await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
      expect(triedAtMs).toHaveLength(1);
      expect(log.lines).toEqual([`warn Grafana (${ADDRESS}) is not set up: GET /api/health: ${kind}; mend ${kind}`]);
    },
  );

  it('survives what it does not expect', async () => {
    const { log, triedAtMs } = backgroundSync(new TypeError('odd\nindeed'));
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(triedAtMs).toHaveLength(1);
    expect(log.lines).toEqual([`warn Grafana (${ADDRESS}) is not set up: TypeError: odd indeed`]);
  });

  it('says what was left as it is, and what failed', async () => {
    const { log } = backgroundSync([
      { ...created, outcome: 'unchanged' },
      { ...created, title: 'B', outcome: 'kept', reason: 'mine' },
      { ...created, title: 'C', outcome: 'failed', reason: 'no' },
    ]);
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(log.lines).toEqual([
      `info Grafana (${ADDRESS}) is set up: 1 unchanged`,
      `info Grafana (${ADDRESS}): dashboard B is left as it is: mine`,
      `warn Grafana (${ADDRESS}): dashboard C is not set up: no`,
    ]);
  });

  it.each([0, 2500, 10_000])('does nothing more once it is closed after %d ms', async (afterMs) => {
    const { running, log, triedAtMs } = backgroundSync(failure('unreachable'));
    await jest.advanceTimersByTimeAsync(afterMs);
    const before = [triedAtMs.length, log.lines.length];
    running.close();
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect([triedAtMs.length, log.lines.length]).toEqual(before);
    expect(jest.getTimerCount()).toBe(0);
  });
});

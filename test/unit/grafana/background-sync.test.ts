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
    expect(triedAtMs).toEqual([2000]);
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
    expect(triedAtMs).toEqual([2000, 32_000]);
  });

  it.each(['unauthorized', 'forbidden', 'too_old', 'not_grafana', 'tls'] as const)(
    'says once what somebody has to mend, and looks again every five minutes: %s',
    async (kind) => {
      const { log, triedAtMs } = backgroundSync(failure(kind), failure(kind), [created]);
      await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
      expect(triedAtMs).toEqual([2000, 302_000, 602_000]);
      expect(log.lines).toEqual([
        `warn Grafana (${ADDRESS}): GET /api/health: ${kind}; mend ${kind}`,
        `info Grafana (${ADDRESS}): works again after 600 s`,
        `info Grafana (${ADDRESS}) is set up: 1 created`,
      ]);
    },
  );

  it('comes again while a part has failed, and says that once', async () => {
    const failed: SyncItem = { ...created, outcome: 'failed', reason: 'no' };
    const { log, triedAtMs } = backgroundSync([failed], [failed], [created]);
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(triedAtMs).toEqual([2000, 302_000, 602_000]);
    expect(log.lines).toEqual([
      `warn Grafana (${ADDRESS}): dashboard A is not set up: no`,
      `info Grafana (${ADDRESS}) is set up: 1 created`,
    ]);
  });

  it('comes at different moments in different replicas, and says nothing once it is closed', async () => {
    const { running, log, triedAtMs } = backgroundSync([created]);
    const late = new BackgroundSync({
      sync: () => new Promise((resolve) => setTimeout(() => resolve([created]), 1000)),
      address: ADDRESS,
      logger: log,
      clock: { monotonicMs: () => 0, epochMs: () => 0 },
      random: () => 1,
    });
    await jest.advanceTimersByTimeAsync(5500);
    expect(triedAtMs).toEqual([2000]);
    late.close();
    running.close();
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(log.lines).toEqual([`info Grafana (${ADDRESS}) is set up: 1 created`]);
  });

  it('survives what it does not expect', async () => {
    const { log, triedAtMs } = backgroundSync(new TypeError('odd\nindeed'));
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(triedAtMs).toHaveLength(1);
    expect(log.lines).toEqual([`error Grafana (${ADDRESS}) is not set up: TypeError: odd indeed`]);
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

  it.each([0, 2000, 10_000])('does nothing more once it is closed after %d ms', async (afterMs) => {
    const { running, log, triedAtMs } = backgroundSync(failure('unreachable'));
    await jest.advanceTimersByTimeAsync(afterMs);
    const before = [triedAtMs.length, log.lines.length];
    running.close();
    await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect([triedAtMs.length, log.lines.length]).toEqual(before);
    expect(jest.getTimerCount()).toBe(0);
  });
});

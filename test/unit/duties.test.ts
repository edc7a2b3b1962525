import { Duties } from '../../src/duties.ts';
import type { DutiesOptions } from '../../src/duties.ts';
import { resolveDocuments } from '../../src/config/resolve.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const { config } = resolveDocuments('test', [{ prometheus: { port: 9999 } }]);

/** Duties whose parts note what they are told. `refusals`: how many times the port is in use. */
function dutiesOf({ refusals = 0, hasWorkers = false } = {}): { duties: Duties; acts: string[]; alertsOn: boolean[] } {
  const acts: string[] = [];
  const alertsOn: boolean[] = [];
  const act = (name: string) => (): void => void acts.push(name);
  const parts = {
    grafana: { begin: act('grafana begins'), rest: act('grafana rests') },
    sampling: { leaveHost: act('host left') },
    alerting: {
      evaluate: act('evaluated'),
      configure: ({ enabled }: { enabled: boolean }) => void alertsOn.push(enabled),
    },
    http: {
      listen: () => {
        acts.push('listens');
        return acts.filter((name) => name === 'listens').length > refusals
          ? Promise.resolve()
          : Promise.reject(new Error('in use'));
      },
      close: () => Promise.resolve(acts.push('server closed')),
    },
  };
  const duties = new Duties({ config, hasWorkers: () => hasWorkers, ...parts } as unknown as DutiesOptions);
  return { duties, acts, alertsOn };
}

/** What came of it once all timers are over. */
async function outcomeOf(taking: Promise<void>): Promise<string> {
  const outcome = taking.then(
    () => 'taken',
    (error: unknown) => (error as Error).message,
  );
  await jest.advanceTimersByTimeAsync(5000);
  return outcome;
}

describe('what is done once for a service', () => {
  it('is taken up once: Grafana is set up, the port opened, alerts evaluated', async () => {
    const { duties, acts } = dutiesOf();
    duties.evaluateAlerts();
    await duties.take();
    await duties.take();
    duties.evaluateAlerts();
    expect([duties.areTaken, acts]).toEqual([true, ['grafana begins', 'listens', 'evaluated']]);
  });

  it("is left to a primary for good: what fires is over, the port is free, Grafana and the host are the primary's", async () => {
    const { duties, acts, alertsOn } = dutiesOf();
    await duties.take();
    acts.length = 0;
    duties.leave();
    expect([acts, alertsOn.at(-1)]).toEqual([['grafana rests', 'host left', 'evaluated', 'server closed'], false]);
    acts.length = 0;
    await duties.take();
    duties.evaluateAlerts();
    expect([duties.areTaken, acts]).toEqual([false, []]);
  });

  it('is left before it was taken up without a word of alerts, and without a server', () => {
    const { duties, acts, alertsOn } = dutiesOf();
    duties.leave();
    expect([acts, alertsOn]).toEqual([['grafana rests', 'host left'], [false]]);
  });

  it.each([
    { hasWorkers: false, tries: 5 },
    { hasWorkers: true, tries: 21 },
  ])('tries for a port that a worker may have to give up: %j', async ({ hasWorkers, tries }) => {
    const { duties, acts } = dutiesOf({ refusals: tries - 1, hasWorkers });
    await expect(outcomeOf(duties.take())).resolves.toBe('taken');
    expect(acts.filter((act) => act === 'listens')).toHaveLength(tries);
    const other = dutiesOf({ refusals: tries, hasWorkers });
    await expect(outcomeOf(other.duties.take())).resolves.toBe('in use');
  });

  it.each(['leave', 'end'] as const)('is not tried for any more after %s()', async (how) => {
    const { duties, acts } = dutiesOf({ refusals: Infinity });
    const outcome = outcomeOf(duties.take());
    duties[how]();
    await expect(outcome).resolves.toBe('taken');
    expect(acts.filter((act) => act === 'listens')).toHaveLength(1);
  });
});

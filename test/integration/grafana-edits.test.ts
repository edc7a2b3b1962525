import { DashboardEditor } from '../../src/grafana/api/edits.ts';
import { GrafanaError } from '../../src/grafana/api/grafana-error.ts';
import type { GrafanaDashboard } from '../../src/grafana/api/model.ts';
import type { Fault } from '../support/fake-grafana/fault.ts';
import { FakeGrafana } from '../support/fake-grafana/fake-grafana.ts';
import { clientOf } from '../support/grafana-client.ts';
import { closeLeftovers } from '../support/leftovers.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const RUNS = 1000;
/** Each with a dashboard of its own. */
const RUNS_AT_ONCE = 25;

/** Each client has one edit; in every fourth run one of them has two, which stand in line. */
const EDITS_OF = { a: (seed: number): number => (seed % 4 === 0 ? 2 : 1), b: (): number => 1 };
const EDITS = RUNS * 2.25;

const FAULTS: readonly Fault[] = [
  { kind: 'cut-before' },
  { kind: 'cut-amid' },
  { kind: 'cut-after' },
  { kind: 'cut-and-late', delayMs: 3 },
  { kind: 'slow', delayMs: 2 },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, retryAfter: '0' },
  { kind: 'status-after', status: 504 },
];

type Outcome = 'done' | 'failed' | 'unknown';

interface Tally {
  done: number;
  failed: number;
  unknown: number;
  byHand: number;
  conflicts: number;
  faults: number;
}

function write(mark: string): (dashboard: GrafanaDashboard) => void {
  return (dashboard) => {
    dashboard['marks'] = [...((dashboard['marks'] as string[] | undefined) ?? []), mark];
  };
}

/**
 * Two clients and a person edit one dashboard while requests go wrong.
 *
 * @returns checks that what came of it is seen in the dashboard, once nothing is put off any more
 */
async function interleave(grafana: FakeGrafana, seed: number, tally: Tally): Promise<() => void> {
  const random = new SeededRandom(seed);
  const uid = `run-${seed}`;
  const byHand: string[] = [];
  grafana.state.putDashboard({ uid, title: uid, panels: [] }, 'ours');
  const turns = random.below(3);
  people.set(uid, () => {
    if (byHand.length >= turns || random.next() > 0.3) return;
    byHand.push(`person-${byHand.length}`);
    grafana.state.editByHand(uid, write(byHand.at(-1)!));
  });
  const outcomes = new Map<string, Outcome>();
  const work = async (who: keyof typeof EDITS_OF): Promise<void> => {
    const client = clientOf(grafana, { retry: { tries: 8, firstMs: 1, longestMs: 4 } });
    const editor = new DashboardEditor(client, { patience: { tries: 20, firstMs: 1, longestMs: 4 } });
    const edits = Array.from({ length: EDITS_OF[who](seed) }, async (_, number) => {
      const mark = `${who}-${number}`;
      const outcome = await editor.updateDashboard(uid, write(mark)).then(
        () => 'done' as const,
        (error: unknown) => {
          if (!(error instanceof GrafanaError)) throw error;
          return error.mayHaveHappened ? ('unknown' as const) : ('failed' as const);
        },
      );
      outcomes.set(mark, outcome);
      tally[outcome] += 1;
    });
    await Promise.all(edits);
  };
  await Promise.all([work('a'), work('b')]);
  people.delete(uid);
  tally.byHand += byHand.length;
  return () => {
    const { marks } = grafana.state.dashboard(uid) as { marks: string[] };
    const times = (mark: string): number => marks.filter((one) => one === mark).length;
    for (const [mark, outcome] of outcomes) {
      const allowed = { done: [1], failed: [0], unknown: [0, 1] }[outcome];
      if (!allowed.includes(times(mark)))
        throw new Error(`seed ${seed}: ${mark} ${outcome}, but there ${times(mark)} times`);
    }
    for (const mark of byHand)
      if (times(mark) !== 1) throw new Error(`seed ${seed}: ${mark} there ${times(mark)} times`);
    expect(grafana.state.dashboards.all.get(uid)?.folderUid).toBe('ours');
  };
}

/** By uid of the dashboard: what a person may do when a request about it comes in. */
const people = new Map<string, () => void>();

describe('edits of one dashboard by two clients and a person', () => {
  it('are neither lost nor applied twice, whatever becomes of the requests', async () => {
    const grafana = await FakeGrafana.start({ version: '12.3.0', keepBodies: true });
    grafana.state.putFolder('ours');
    const random = new SeededRandom(0x6af);
    const tally: Tally = { done: 0, failed: 0, unknown: 0, byHand: 0, conflicts: 0, faults: 0 };
    grafana.faultOf = ({ path, body }) => {
      const uid = /uid\/(run-\d+)/.exec(path)?.[1] ?? (body?.['dashboard'] as { uid?: string } | undefined)?.uid;
      people.get(uid ?? '')?.();
      if (random.next() > 0.16) return undefined;
      tally.faults += 1;
      return random.pick(FAULTS);
    };
    const checks: (() => void)[] = [];
    let seeds = 0;
    const lane = async (): Promise<void> => {
      while (seeds < RUNS) checks.push(await interleave(grafana, (seeds += 1), tally));
    };
    await Promise.all(Array.from({ length: RUNS_AT_ONCE }, lane));
    // what was cut off may still come through
    await waitFor('requests that were put off', () => grafana.putOff === 0);
    expect(checks).toHaveLength(RUNS);
    for (const check of checks) check();
    tally.conflicts = grafana.requests.filter(({ status }) => status === 412).length;
    // it is only worth something if it was a scramble, and nearly all came through all the same
    expect(tally.done + tally.failed + tally.unknown).toBe(EDITS);
    expect(tally.done).toBeGreaterThan(EDITS * 0.99);
    expect(tally.byHand).toBeGreaterThan(RUNS / 2);
    expect(tally.conflicts).toBeGreaterThan(RUNS / 2);
    expect(tally.faults).toBeGreaterThan(RUNS);
  }, 240_000);
});

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
const EDITS_OF_EACH = 3;
const RUNS_AT_ONCE = 8;

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

/** Two clients and a person edit one dashboard while requests go wrong; what came of it must be seen in the dashboard. */
async function interleave(grafana: FakeGrafana, seed: number, tally: Tally): Promise<void> {
  const random = new SeededRandom(seed);
  const uid = `run-${seed}`;
  const byHand: string[] = [];
  grafana.state.putDashboard({ uid, title: uid, panels: [] }, 'ours');
  const turns = random.below(4);
  people.set(uid, () => {
    if (byHand.length >= turns || random.next() > 0.2) return;
    byHand.push(`person-${byHand.length}`);
    grafana.state.editByHand(uid, write(byHand.at(-1)!));
  });
  const outcomes = new Map<string, Outcome>();
  const work = async (who: string): Promise<void> => {
    const client = clientOf(grafana, { retry: { tries: 8, firstMs: 1, longestMs: 4 } });
    const editor = new DashboardEditor(client, { patience: { tries: 20, firstMs: 1, longestMs: 4 } });
    const edits = Array.from({ length: EDITS_OF_EACH }, async (_, number) => {
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
  // what was cut off may still come through
  await waitFor('requests that were put off', () => grafana.putOff === 0);
  const { marks } = grafana.state.dashboard(uid) as { marks: string[] };
  const times = (mark: string): number => marks.filter((one) => one === mark).length;
  for (const [mark, outcome] of outcomes) {
    const allowed = { done: [1], failed: [0], unknown: [0, 1] }[outcome];
    if (!allowed.includes(times(mark)))
      throw new Error(`seed ${seed}: ${mark} ${outcome}, but there ${times(mark)} times`);
  }
  for (const mark of byHand) if (times(mark) !== 1) throw new Error(`seed ${seed}: ${mark} there ${times(mark)} times`);
  tally.byHand += byHand.length;
  expect(grafana.state.dashboards.all.get(uid)?.folderUid).toBe('ours');
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
      if (random.next() > 0.25) return undefined;
      tally.faults += 1;
      return random.pick(FAULTS);
    };
    for (let seed = 0; seed < RUNS; seed += RUNS_AT_ONCE) {
      const seeds = Array.from({ length: Math.min(RUNS_AT_ONCE, RUNS - seed) }, (_, i) => seed + i);
      await Promise.all(seeds.map((one) => interleave(grafana, one, tally)));
    }
    tally.conflicts = grafana.requests.filter(({ status }) => status === 412).length;
    // it is only worth something if it was a scramble, and nearly all came through all the same
    expect(tally.done + tally.failed + tally.unknown).toBe(RUNS * 2 * EDITS_OF_EACH);
    expect(tally.done).toBeGreaterThan(RUNS * 2 * EDITS_OF_EACH * 0.99);
    expect(tally.byHand).toBeGreaterThan(RUNS / 2);
    expect(tally.conflicts).toBeGreaterThan(RUNS);
    expect(tally.faults).toBeGreaterThan(RUNS);
  }, 240_000);
});

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../support/child-process.ts';
import { expectedSums, isSame, messagesIn } from '../support/fleet-counts.ts';
import type { FleetCounts, Sums } from '../support/fleet-counts.ts';
import { counterHistories, storedSums } from '../support/fleet-store.ts';
import { Fleet } from '../support/fleet.ts';
import type { FleetOptions } from '../support/fleet.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { startShipped } from '../support/shipped-collector.ts';
import { startVictoriaMetrics } from '../support/stack-server.ts';
import type { StackServer } from '../support/stack-server.ts';
import { waitFor } from '../support/wait-for.ts';

const UNHANDLED = join(__dirname, '../fixtures/stack/unhandled-service.mjs');
/** What reaches the store then was pushed at the end. */
const NEVER_MS = 3_600_000;
const START_MS = 60_000;
const ARRIVAL_MS = 20_000;
const FEW_MESSAGES = 200;
/** By so much the clocks of two processes may differ. */
const CLOCKS_MS = 50;
/** Echoes that were on their way when a server was killed: connections to it times what a client leaves unanswered. */
const IN_FLIGHT = 15 * 32;

let store: StackServer;
let otlpUrl: string;

beforeAll(async () => {
  store = await startVictoriaMetrics();
  closeLater(() => store.stop());
  const { server: collector } = await startShipped('collector.yaml', `${store.url}/opentelemetry`);
  closeLater(() => collector.stop());
  otlpUrl = `${collector.url}/v1/metrics`;
}, START_MS);
afterAll(closeLeftovers, START_MS);

/** A fleet that has answered some messages at each of its servers. */
async function startBusy(options: Omit<FleetOptions, 'otlpUrl'>): Promise<Fleet> {
  const fleet = await Fleet.start({ ...options, otlpUrl });
  closeLater(() => fleet.stop());
  await waitFor(
    'all servers to be used',
    () => fleet.servers.every(({ name }) => messagesIn(fleet.counts, 'received', [name]) > FEW_MESSAGES),
    ARRIVAL_MS,
  );
  return fleet;
}

/** What the store holds of the servers that the clients counted, once that is the same or nothing more is to be expected. */
async function arrived(counts: FleetCounts): Promise<Sums> {
  const expected = expectedSums(counts);
  const ask = (): Promise<Sums> => storedSums(store, expected, Object.keys(counts));
  await waitFor('the same in the store', async () => isSame(await ask(), expected), ARRIVAL_MS).catch(() => undefined);
  return ask();
}

/** The last push of a server that the store has: when it was made, and how many messages had been sent by then; zeros without one. */
async function lastPush(name: string): Promise<{ epochMs: number; transmitted: number }> {
  const histories = (await counterHistories(store)).filter(
    ({ labels }) =>
      labels['service_instance_id'] === name &&
      labels['__name__'] === 'websocket_server_messages_total' &&
      labels['network_io_direction'] === 'transmit',
  );
  return {
    epochMs: Math.max(0, ...histories.map(({ epochsMs }) => epochsMs.at(-1) ?? 0)),
    transmitted: histories.reduce((sum, { values }) => sum + (values.at(-1) ?? 0), 0),
  };
}

/** For who looks at the run: the tests hold bounds only. */
function tell(what: string, answered: number, stored: number): void {
  process.stdout.write(`${what}: ${answered - stored} of ${answered} answered messages lost\n`);
}

test(
  'loses nothing where the application awaits shutdown() at SIGTERM, under load',
  async () => {
    const fleet = await startBusy({ name: 'awaiting', processes: 2, intervalMs: NEVER_MS });

    const endings = await Promise.all([fleet.signal(0, 'SIGTERM'), fleet.signal(1, 'SIGTERM')]);
    const counted = await fleet.finish();

    expect(endings).toEqual<Ending[]>([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ]);
    expect(await arrived(counted)).toEqual(expectedSums(counted));
  },
  START_MS,
);

test.each(['SIGTERM', 'SIGINT'] as const)(
  'loses nothing at rest where the application has no handler for %s',
  async (signal) => {
    const fleet = await startBusy({
      name: `unhandled-${signal}`,
      processes: 2,
      intervalMs: NEVER_MS,
      program: UNHANDLED,
    });
    const counted = await fleet.rest();

    const endings = await Promise.all([fleet.signal(0, signal), fleet.signal(1, signal)]);

    expect(endings).toEqual<Ending[]>([
      { code: null, signal },
      { code: null, signal },
    ]);
    expect(await arrived(counted)).toEqual(expectedSums(counted));
  },
  START_MS,
);

test(
  'loses under load, where the application has no handler for SIGTERM, nothing that was answered before it',
  async () => {
    const fleet = await startBusy({
      name: 'signalled',
      processes: 2,
      intervalMs: NEVER_MS,
      program: UNHANDLED,
      reportMs: 20,
    });

    const signalledMs = Date.now();
    const endings = await Promise.all([fleet.signal(0, 'SIGTERM'), fleet.signal(1, 'SIGTERM')]);
    const counted = await fleet.finish();

    expect(endings.map(({ signal }) => signal)).toEqual(['SIGTERM', 'SIGTERM']);
    for (const { name } of fleet.servers) {
      await waitFor(`a push of ${name}`, async () => (await lastPush(name)).epochMs > 0, ARRIVAL_MS);
      const { transmitted } = await lastPush(name);
      const answered = messagesIn(counted, 'received', [name]);
      tell('SIGTERM under load, without a handler', answered, transmitted);
      const answeredBefore = messagesIn(fleet.countsBy(signalledMs - CLOCKS_MS), 'received', [name]);
      expect(answeredBefore).toBeGreaterThan(0);
      expect(transmitted).toBeGreaterThanOrEqual(answeredBefore);
      expect(transmitted).toBeLessThanOrEqual(answered + IN_FLIGHT);
    }
  },
  START_MS,
);

test(
  'loses at SIGKILL just what was answered after the last push, an interval at most',
  async () => {
    const intervalMs = 2000;
    /** When each is killed, in intervals after its last push; the first lives. */
    const phases = [undefined, 0.1, 0.4, 0.7, 0.95];
    const fleet = await startBusy({ name: 'killed', processes: phases.length, intervalMs, reportMs: 20 });
    const newPush = async (name: string, afterMs: number): Promise<number> => {
      const isNew = async (): Promise<number | false> => {
        const { epochMs } = await lastPush(name);
        return epochMs > afterMs && epochMs;
      };
      return waitFor(`a push of ${name}`, isNew, ARRIVAL_MS);
    };

    const killedMs = await Promise.all(
      fleet.servers.map(async ({ name }, index) => {
        const phase = phases[index];
        if (phase === undefined) return 0;
        const pushedMs = await newPush(name, Date.now());
        // the push that is seen may be one or two intervals old
        const sinceMs = (Date.now() - pushedMs) % intervalMs;
        await sleep((phase * intervalMs - sinceMs + intervalMs) % intervalMs);
        const killMs = Date.now();
        await fleet.signal(index, 'SIGKILL');
        return killMs;
      }),
    );
    // the agent hands on in turn: what came before this has been handed on too
    await newPush(fleet.servers[0]!.name, Math.max(...killedMs));
    const counted = await fleet.finish();

    const losses = await Promise.all(
      fleet.servers.slice(1).map(async ({ name }, index) => {
        const { epochMs, transmitted } = await lastPush(name);
        return {
          name,
          killedAfterMs: killedMs[index + 1]! - epochMs,
          answered: messagesIn(counted, 'received', [name]),
          stored: transmitted,
          answeredBefore: messagesIn(fleet.countsBy(epochMs - CLOCKS_MS), 'received', [name]),
        };
      }),
    );
    for (const { killedAfterMs, answered, stored, answeredBefore } of losses) {
      tell(`SIGKILL ${killedAfterMs} ms after the last push of every ${intervalMs} ms`, answered, stored);
      expect(answeredBefore).toBeGreaterThan(0);
      expect(stored).toBeGreaterThanOrEqual(answeredBefore);
      expect(stored).toBeLessThanOrEqual(answered + IN_FLIGHT);
      // one interval, and another for a push that a busy machine delays
      expect(killedAfterMs).toBeLessThan(2 * intervalMs);
    }
  },
  START_MS,
);

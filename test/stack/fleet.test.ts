import { setTimeout as sleep } from 'node:timers/promises';
import { expectedSums, isSame, messagesIn } from '../support/fleet-counts.ts';
import type { FleetCounts, Sums } from '../support/fleet-counts.ts';
import { CounterWatch, counterHistories, storedSums } from '../support/fleet-store.ts';
import type { History } from '../support/fleet-store.ts';
import { Fleet } from '../support/fleet.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { startShipped } from '../support/shipped-collector.ts';
import { startVictoriaMetrics } from '../support/stack-server.ts';
import type { StackServer } from '../support/stack-server.ts';
import { waitFor } from '../support/wait-for.ts';

const PROCESSES = 8;
const INTERVAL_MS = 2000;
const OUTAGE_MS = 60_000;
/** A collector that has waited a while tries again in less than this. */
const RECOVERY_MS = 60_000;
const FEW_MESSAGES = 100;
const ALL_MS = 300_000;

describe('a fleet of 8 processes under load, with a collector and a store that are killed for a minute each', () => {
  let store: StackServer;
  let fleet: Fleet;
  let watch: CounterWatch;
  let counted: FleetCounts;
  let stored: Sums;
  let histories: History[];
  /** Messages that clients sent while something was away. */
  const sentDuring = { collector: 0, store: 0 };
  const names = new Set<string>();

  beforeAll(async () => {
    store = await startVictoriaMetrics();
    closeLater(() => store.stop());
    const { server: collector } = await startShipped('collector.yaml', `${store.url}/opentelemetry`);
    closeLater(() => collector.stop());
    fleet = await Fleet.start({
      name: 'fleet',
      processes: PROCESSES,
      clientProcesses: 2,
      messagesPerSecond: 1000,
      otlpUrl: `${collector.url}/v1/metrics`,
      intervalMs: INTERVAL_MS,
    });
    closeLater(() => fleet.stop());
    watch = new CounterWatch(store);
    closeLater(() => watch.stop());
    await untilUsed();
    await untilStored(fleet.counts);

    sentDuring.collector = await whileAway(collector, () => Promise.resolve());
    await untilStored(fleet.counts);

    // those that end meanwhile have their last word in the collector's queue
    sentDuring.store = await whileAway(store, async () => {
      await fleet.replace(0);
      await fleet.replace(1);
    });
    await untilUsed();
    await untilStored(fleet.counts);

    await fleet.replace(2);
    await fleet.replace(3);
    await untilUsed();
    counted = await fleet.finish();
    const expected = expectedSums(counted);
    stored = await waitFor(
      'the store to hold all that is at rest',
      async () => {
        const sums = await storedSums(store, expected);
        return isSame(sums, expected) && sums;
      },
      10 * INTERVAL_MS,
    ).catch(() => storedSums(store, expected));
    await watch.stop();
    histories = await counterHistories(store);
  }, ALL_MS);
  afterAll(closeLeftovers, ALL_MS);

  /** Until clients have had messages echoed by every server that is there. */
  async function untilUsed(): Promise<void> {
    const isUsed = (name: string): boolean => messagesIn(fleet.counts, 'received', [name]) > FEW_MESSAGES;
    await waitFor('all servers to be used', () => fleet.servers.every(({ name }) => isUsed(name)), RECOVERY_MS);
    for (const { name } of fleet.servers) names.add(name);
  }

  /** @returns messages that clients sent meanwhile */
  async function whileAway(server: StackServer, meanwhile: () => Promise<void>): Promise<number> {
    const before = messagesIn(fleet.counts, 'sent');
    await server.kill();
    if (server === store) watch.forget();
    await Promise.all([sleep(OUTAGE_MS), meanwhile()]);
    await server.restart();
    return messagesIn(fleet.counts, 'sent') - before;
  }

  /** Until the store knows of at least as many messages as clients had counted. */
  async function untilStored(counts: FleetCounts): Promise<void> {
    for (const direction of ['sent', 'received'] as const) {
      const like = expectedSums(counts);
      const label = direction === 'sent' ? 'receive' : 'transmit';
      const sumOf = (sums: Sums): number =>
        Object.entries(sums).reduce(
          (sum, [key, value]) =>
            sum + (key.startsWith('websocket_server_messages_total') && key.includes(label) ? value : 0),
          0,
        );
      await waitFor(
        `the store to hold what clients ${direction}`,
        async () => sumOf(await storedSums(store, like)) >= messagesIn(counts, direction),
        RECOVERY_MS,
      );
    }
  }

  test('goes on working while either is away', () => {
    expect(sentDuring.collector).toBeGreaterThan(PROCESSES * FEW_MESSAGES);
    expect(sentDuring.store).toBeGreaterThan(PROCESSES * FEW_MESSAGES);
  });

  test('has had half of its processes replaced, all of which clients used', () => {
    expect([...names].sort()).toEqual([
      ...['fleet-1.1', 'fleet-1.2', 'fleet-2.1', 'fleet-2.2', 'fleet-3.1', 'fleet-3.2', 'fleet-4.1', 'fleet-4.2'],
      ...['fleet-5.1', 'fleet-6.1', 'fleet-7.1', 'fleet-8.1'],
    ]);
    for (const name of names) expect(messagesIn(counted, 'sent', [name])).toBeGreaterThan(FEW_MESSAGES);
  });

  test('leaves sums in the store that are exactly what the clients counted: messages, bytes, histograms', () => {
    expect(stored).toEqual(expectedSums(counted));
  });

  test('leaves for each process, those that have ended included, exactly what the clients counted there', async () => {
    for (const name of names) {
      const expected = expectedSums(counted, [name]);
      expect([name, await storedSums(store, expected, [name])]).toEqual([name, expected]);
    }
  });

  test('shows no counter that goes down, whenever the store is asked', () => {
    expect(watch.answers).toBeGreaterThan(OUTAGE_MS / 1000);
    expect(watch.falls).toEqual([]);
  });

  test('leaves no counter in the store that goes down', () => {
    const instances = new Set(histories.map(({ labels }) => labels['service_instance_id']));
    expect([...instances].sort()).toEqual([...names].sort());
    const falling = histories.filter(({ values }) => values.some((value, index) => value < (values[index - 1] ?? 0)));
    expect(falling.map(({ key }) => key)).toEqual([]);
  });
});

import { resolve } from 'node:path';
import { Child } from '../support/child-process.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { startShipped } from '../support/shipped-collector.ts';
import type { ShippedCollector } from '../support/shipped-collector.ts';
import { startVictoriaMetrics } from '../support/stack-server.ts';
import type { StackServer } from '../support/stack-server.ts';
import { waitFor } from '../support/wait-for.ts';

const SERVICE = resolve(__dirname, '../fixtures/stack/pushes-on-demand.cjs');
const RELABELLING = resolve(__dirname, '../../otel-collector/victoria-metrics-relabel.yml');

/** Its values are the numbers of the pushes. */
const COUNTER = 'realtime_latency_seconds_count';

/** The collectors wait up to 15 s between two tries. */
const RECOVERY_MS = 60_000;
const PUSHED_MS = 20_000;
const LONG_MS = 120_000;

/** The smallest queue that a gateway takes. */
const SMALL_QUEUE_POINTS = 8000;

/** A dashboard that pushes through the agent and the gateway, as they are shipped, to a VictoriaMetrics. */
class Chain {
  readonly store: StackServer;
  readonly gateway: ShippedCollector;
  readonly agent: ShippedCollector;
  readonly #service: Child;
  #pushes = 0;
  #wanted = 0;

  private constructor(store: StackServer, agent: ShippedCollector, gateway: ShippedCollector) {
    this.store = store;
    this.agent = agent;
    this.gateway = gateway;
    this.#service = new Child(process.execPath, [SERVICE], {
      env: { OTLP_URL: `${agent.server.url}/v1/metrics`, SERVICE: 'chain', INSTANCE: 'first' },
      onMessage: (message) => (this.#pushes = (message as { pushes: number }).pushes),
    });
  }

  static async start(gatewayEnv: Readonly<Record<string, string>> = {}): Promise<Chain> {
    const store = await startVictoriaMetrics([`-relabelConfig=${RELABELLING}`, '-inmemoryDataFlushInterval=1s']);
    closeLater(() => store.stop());
    const gateway = await startShipped('gateway.yaml', `${store.url}/opentelemetry`, gatewayEnv);
    closeLater(() => gateway.server.stop());
    const agent = await startShipped('collector.yaml', gateway.server.url);
    closeLater(() => agent.server.stop());
    const chain = new Chain(store, agent, gateway);
    closeLater(() => chain.#service.stop());
    await chain.#service.waitForOutput(/(ready)/);
    return chain;
  }

  /** Pushes so many times, and waits until the agent has taken all of it. */
  async push(times: number): Promise<void> {
    this.#wanted += times;
    this.#service.send({ times });
    await waitFor('the service to have pushed', () => this.#pushes === this.#wanted, PUSHED_MS);
  }

  /** Waits for the last push to be in the store. */
  async arrived(): Promise<void> {
    const isThere = async (): Promise<boolean> => (await this.values(COUNTER)).at(-1) === this.#pushes;
    await waitFor('what was pushed last to be in the store', isThere, RECOVERY_MS);
  }

  /** Ends the store once it has all it has taken on its disk: what it holds in memory would be its own loss. */
  async killStore(): Promise<void> {
    await waitFor('the store to have written to its disk', async () => {
      const metrics = await this.store.getText('/metrics');
      return /^vm_rows\{type="storage\/inmemory"\} 0$/m.test(metrics);
    });
    await this.store.kill();
  }

  /** All values of a series in the store, by time. */
  async values(series: string): Promise<number[]> {
    const [found] = await this.#export(series);
    return found?.values ?? [];
  }

  async labels(series: string): Promise<Readonly<Record<string, string>> | undefined> {
    const [found] = await this.#export(series);
    return found?.metric;
  }

  async #export(series: string): Promise<{ metric: Record<string, string>; values: number[] }[]> {
    await this.store.getText('/internal/force_flush');
    const lines = await this.store.getText(`/api/v1/export?match[]=${encodeURIComponent(series)}`);
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { metric: Record<string, string>; values: number[] });
  }
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('a service that pushes to an agent, the agent to a gateway, the gateway to VictoriaMetrics', () => {
  afterEach(closeLeftovers);

  test(
    'has every push in the store, as of its own job and instance, with the right values',
    async () => {
      const chain = await Chain.start();
      await chain.push(5);
      await chain.arrived();
      expect(await chain.values(COUNTER)).toEqual(upTo(5));
      const sums = [1, 3, 6, 10, 15].map((milliseconds) => expect.closeTo(milliseconds / 1000) as number);
      expect(await chain.values('realtime_latency_seconds_sum')).toEqual(sums);
      expect(await chain.labels(COUNTER)).toMatchObject({ job: 'chain', instance: 'first' });
    },
    LONG_MS,
  );

  test(
    'loses no push while the store is away, nor while the gateway is',
    async () => {
      const chain = await Chain.start();
      await chain.push(2);
      await chain.arrived();

      await chain.killStore();
      await chain.push(10);
      const isWaiting = async (): Promise<boolean> => (await chain.gateway.metric('otelcol_exporter_queue_size')) > 0;
      await waitFor('something to wait at the gateway', isWaiting, PUSHED_MS);
      await chain.store.restart();
      await chain.push(2);
      await chain.arrived();
      expect(await chain.values(COUNTER)).toEqual(upTo(14));

      await chain.gateway.server.kill();
      await chain.push(10);
      await chain.gateway.server.restart();
      await chain.push(2);
      await chain.arrived();
      expect(await chain.values(COUNTER)).toEqual(upTo(26));
    },
    LONG_MS,
  );

  test(
    'loses no push when the queue of the gateway is full: the rest waits at the agent',
    async () => {
      const chain = await Chain.start({ QUEUE_POINTS: String(SMALL_QUEUE_POINTS) });
      await chain.push(1);
      await chain.arrived();
      await chain.killStore();
      const isFull = async (): Promise<boolean> => {
        await chain.push(50);
        return (await chain.gateway.metric('otelcol_exporter_enqueue_failed_metric_points')) > 0;
      };
      await waitFor('the gateway to refuse', isFull, RECOVERY_MS);
      await chain.store.restart();
      await chain.arrived();
      const values = await chain.values(COUNTER);
      expect(values).toEqual(upTo(values.length));
    },
    LONG_MS,
  );
});

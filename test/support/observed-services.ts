import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { MetricSpec } from '../../src/catalog/metric.ts';
import type { TelemetryConfig } from '../../src/index.ts';
import { Child } from './child-process.ts';
import { freePort } from './free-port.ts';
import { startPrometheus, startVictoriaMetrics } from './stack-server.ts';
import type { StackServer } from './stack-server.ts';

const FIXTURES = resolve(__dirname, '..', 'fixtures', 'stack');
const RELABELLING = resolve(__dirname, '../../otel-collector/victoria-metrics-relabel.yml');

/** The `job` of both services. */
export const JOB = 'chat';

/** The metrics that the second service has declared. */
export const SHOP_METRICS: readonly MetricSpec[] = [
  { name: 'shop.orders', kind: 'counter', unit: '{order}', description: 'Orders', attributes: [{ key: 'shop.name' }] },
  { name: 'shop.load', kind: 'gauge', unit: '1', description: 'Load of a shop', attributes: [{ key: 'shop.name' }] },
  {
    name: 'shop.wait',
    kind: 'histogram',
    unit: 's',
    description: 'Wait in a shop',
    attributes: [],
    buckets: { fine: [0.01, 0.1, 1, 10], exported: [0.01, 0.1, 1, 10] },
  },
];

/**
 * Two services of one job: the demo, and one in which happens what the demo spares. A Prometheus scrapes both, and both push to a
 * VictoriaMetrics, each second.
 */
export class ObservedServices {
  readonly prometheus: StackServer;
  readonly victoriaMetrics: StackServer;
  readonly #demo: Child;
  readonly #startSecond: () => Promise<Child>;
  readonly #folder: string;
  #second: Child;

  private constructor(
    stores: readonly [StackServer, StackServer],
    demo: Child,
    second: Child,
    startSecond: () => Promise<Child>,
    folder: string,
  ) {
    [this.prometheus, this.victoriaMetrics] = stores;
    this.#demo = demo;
    this.#second = second;
    this.#startSecond = startSecond;
    this.#folder = folder;
  }

  /** @param config of both, under what they set themselves */
  static async start(config: TelemetryConfig): Promise<ObservedServices> {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-observed-'));
    const file = join(folder, 'monitoring.json');
    writeFileSync(file, JSON.stringify(config));
    const [demoPort, secondPort] = [await freePort(), await freePort()];
    const ports = [demoPort, secondPort];
    const closers: (() => Promise<void>)[] = [];
    try {
      const victoriaMetrics = await startVictoriaMetrics([`-relabelConfig=${RELABELLING}`]);
      closers.push(() => victoriaMetrics.stop());
      const prometheus = await startPrometheus([
        { job: JOB, urls: ports.map((port) => `http://127.0.0.1:${port}/metrics`) },
      ]);
      closers.push(() => prometheus.stop());
      const launch = async (program: string, port: number, ready: RegExp, ...args: string[]): Promise<Child> => {
        const env = {
          TELEMETRY_DASHBOARD_CONFIG: file,
          OTLP_URL: `${victoriaMetrics.url}/opentelemetry/v1/metrics`,
          SERVICE: JOB,
          INSTANCE: `127.0.0.1:${port}`,
          PORT: String(port),
        };
        const child = new Child(process.execPath, [join(FIXTURES, program), ...args], { env });
        closers.push(() => child.stop());
        await child.waitForOutput(ready, 30_000);
        return child;
      };
      const demo = await launch('pushing-demo.cjs', demoPort, /(metrics {2}http)/, '--port', String(demoPort));
      const startSecond = () => launch('uneasy-service.cjs', secondPort, /ready on (\S+)/);
      return new ObservedServices([prometheus, victoriaMetrics], demo, await startSecond(), startSecond, folder);
    } catch (error) {
      for (const close of closers.reverse()) await close();
      rmSync(folder, { recursive: true });
      throw error;
    }
  }

  /** Ends the second service, and starts it again as the same instance. */
  async restart(): Promise<void> {
    await this.#second.stop();
    this.#second = await this.#startSecond();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#demo.stop(), this.#second.stop()]);
    await Promise.all([this.prometheus.stop(), this.victoriaMetrics.stop()]);
    rmSync(this.#folder, { recursive: true });
  }
}

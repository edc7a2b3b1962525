import { resolve } from 'node:path';
import { EXPORTED_DURATIONS } from '../../src/catalog/buckets.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { dashboardsOf } from '../../src/grafana/dashboards.ts';
import type { RealtimeMetrics, TelemetryConfig } from '../../src/index.ts';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { panelQueries, panelTitled } from '../support/panel-queries.ts';
import { Peer } from '../support/peer.ts';
import { latest, runQuery } from '../support/query-run.ts';
import type { QueryScope } from '../support/query-scope.ts';
import { Scrape } from '../support/scrape.ts';
import { startPrometheus, startVictoriaMetrics } from '../support/stack-server.ts';
import type { StackServer } from '../support/stack-server.ts';
import { waitFor } from '../support/wait-for.ts';

const JOB = 'scripted';
const RELABELLING = resolve(__dirname, '../../otel-collector/victoria-metrics-relabel.yml');
const START_MS = 60_000;
const SAMPLED_MS = 15_000;

/** The window is that of the panels, in which the whole run lies; a sample of process and host lasts some scrapes. */
const config = (port: number): TelemetryConfig => ({
  service_name: JOB,
  sampling_interval_ms: 4000,
  retention: { window_ms: 60_000 },
  websocket: { idle_after_ms: 200 },
  prometheus: { port, scrape_interval_ms: 1000 },
  alerts: { latency_statistic: 'avg' },
});

/** Half a day, which Grafana asks for by minutes: `$__rate_interval` is 61 s. */
const RANGE_MS = 12 * 3_600_000;

const [service, , runtime] = dashboardsOf(resolveConfig('test', config(0)), []);

describe('after a scripted run, at rest, what the panels of the dashboards show', () => {
  let peer: Peer<string>;
  let stores: Readonly<Record<string, StackServer>>;
  let metricsUrl: string;

  beforeAll(async () => {
    const port = await freePort();
    metricsUrl = `http://127.0.0.1:${port}/metrics`;
    const victoriaMetrics = await startVictoriaMetrics([`-relabelConfig=${RELABELLING}`]);
    closeLater(() => victoriaMetrics.stop());
    peer = await Peer.start('the scripted service', 'stack/scripted-service.cjs', {
      env: {
        CONFIG: JSON.stringify(config(port)),
        OTLP_URL: `${victoriaMetrics.url}/opentelemetry/v1/metrics`,
        SERVICE: JOB,
        INSTANCE: 'the-one',
      },
    });
    const prometheus = await startPrometheus([{ job: JOB, urls: [metricsUrl] }]);
    closeLater(() => prometheus.stop());
    stores = { Prometheus: prometheus, VictoriaMetrics: victoriaMetrics };
    await peer.ask({ run: 0 });
    await inBothStores('the first part', 'Errors since start', 1);
    await peer.ask({ run: 1 });
    await inBothStores('the second part', 'Errors since start', 12);
    await inBothStores('idle connections', 'Connections', 7, 'A');
  }, 2 * START_MS);
  afterAll(closeLeftovers);

  /** What a panel of the Service dashboard shows on a store, by the label that its series differ in; alone: ''. */
  async function shown(
    store: string,
    title: string,
    refId = 'A',
    dashboard = service!,
  ): Promise<Record<string, number>> {
    const query = panelQueries(dashboard, '', panelTitled(dashboard, title)).find((one) => one.refId === refId);
    const scope: QueryScope = { toMs: Date.now(), rangeMs: RANGE_MS, scrapeIntervalMs: 1000 };
    // whatever the panel's width: the window is to hold the whole run
    const asked = { ...query!, kind: 'instant', maxDataPoints: undefined } as const;
    const answer = await runQuery(stores[store]!.url, asked, scope);
    return Object.fromEntries(latest(answer).map(({ labels, value }) => [Object.values(labels).join(), value]));
  }

  async function inBothStores(what: string, title: string, value: number, refId?: string): Promise<void> {
    for (const store of Object.keys(stores)) {
      const arrived = async (): Promise<boolean> => (await shown(store, title, refId))[''] === value;
      await waitFor(`${what} to arrive in ${store}`, arrived, START_MS);
    }
  }

  const figures = (): Promise<RealtimeMetrics> => peer.ask({ figures: true });

  describe.each(['Prometheus', 'VictoriaMetrics'])('on %s', (store) => {
    test.each<[title: string, refId: string, figure: (metrics: RealtimeMetrics) => number]>([
      ['Open connections', 'A', ({ connections }) => connections.total],
      ['Connections', 'A', ({ connections }) => connections.active],
      ['Connections', 'B', ({ connections }) => connections.idle],
      ['Connections', 'C', ({ connections }) => connections.total],
      ['Connections since start', 'A', ({ connections }) => connections.opened],
      ['Messages in since start', 'A', ({ messages }) => messages.incoming],
      ['Messages out since start', 'A', ({ messages }) => messages.outgoing],
      ['Bytes in since start', 'A', ({ bandwidth }) => bandwidth.incoming],
      ['Bytes out since start', 'A', ({ bandwidth }) => bandwidth.outgoing],
      ['Errors since start', 'A', ({ errors }) => errors.total],
      ['Sessions since start', 'A', ({ sessions }) => sessions.total],
      ['Sessions', 'A', ({ sessions }) => sessions.active],
    ])('%s, query %s, is the figure of displayRealtimeMetrics()', async (title, refId, figure) => {
      expect(await shown(store, title, refId)).toEqual({ '': figure(await figures()) });
    });

    test('errors by component are equal', async () => {
      const { errors } = await figures();
      expect(await shown(store, 'Errors by component since start')).toEqual(errors.byComponent);
    });

    test('queues are equal', async () => {
      const { queues } = await figures();
      expect(await shown(store, 'Queues')).toEqual(queues);
    });

    test.each([
      ['Application latency', 'A', 'p50'],
      ['Application latency', 'B', 'p95'],
      ['Application latency', 'C', 'p99'],
      ['Latency avg', 'A', 'avg'],
    ] as const)('%s, query %s, is in the same exported bucket as %s', async (title, refId, statistic) => {
      const bucketOf = (seconds: number): number => EXPORTED_DURATIONS.findIndex((bound) => seconds <= bound);
      const { latency } = await figures();
      const { '': value } = await shown(store, title, refId);
      expect(bucketOf(value!)).toBe(bucketOf(latency[statistic]! / 1000));
    });

    test('the extremes of the window are equal', async () => {
      const { latency } = await figures();
      const title = 'Application latency, window extremes';
      expect((await shown(store, title, 'A'))['']! * 1000).toBeCloseTo(latency.min!, 6);
      expect((await shown(store, title, 'B'))['']! * 1000).toBeCloseTo(latency.max!, 6);
    });

    test('the error rate is equal', async () => {
      const { errors } = await figures();
      const { '': value } = await shown(store, 'Error rate');
      expect(value).toBeCloseTo(errors.rate!, 9);
    });

    /** What the scraped /metrics say of a metric with such labels, from the greatest down. */
    const scraped = async (name: string, labels: object): Promise<number[]> => {
      const { samples } = new Scrape(await (await fetch(metricsUrl, { headers: { connection: 'close' } })).text());
      const wanted = Object.entries(labels);
      return samples
        .filter((sample) => sample.name === name && wanted.every(([label, text]) => sample.labels[label] === text))
        .map(({ value }) => value)
        .sort((a, b) => b - a);
    };

    test.each<[title: string, refId: string, name: string, labels?: object, of?: (values: number[]) => number]>([
      ['CPU of the process', 'A', 'process_cpu_utilization_ratio'],
      ["Memory, share of the container's limit", 'A', 'process_memory_utilization_ratio'],
      ['JavaScript heap in use and limit', 'A', 'v8js_memory_heap_used_bytes'],
      ['JavaScript heap in use and limit', 'B', 'v8js_memory_heap_limit_bytes'],
      ['Event loop delay', 'A', 'nodejs_eventloop_delay_p50_seconds'],
      ['Event loop delay', 'B', 'nodejs_eventloop_delay_p99_seconds'],
      ['Event loop delay', 'C', 'nodejs_eventloop_delay_max_seconds'],
      ['Event loop delay p99 by instance', 'A', 'nodejs_eventloop_delay_p99_seconds'],
      ['Event loop utilisation', 'A', 'nodejs_eventloop_utilization_ratio'],
      ['CPU of the host', 'A', 'system_cpu_utilization_ratio', { system_cpu_state: 'idle' }, (idle) => 1 - mean(idle)],
      [
        'CPU of the host',
        'B',
        'system_cpu_utilization_ratio',
        { system_cpu_state: 'idle' },
        (idle) => 1 - idle.at(-1)!,
      ],
      ['Memory of the host', 'A', 'system_memory_usage_bytes', { system_memory_state: 'used' }],
      ['Memory of the host in use', 'A', 'system_memory_utilization_ratio', { system_memory_state: 'used' }],
    ])(
      '%s, query %s, is %s as scraped',
      async (title, refId, name, labels = {}, of = ([first]) => first!) => {
        const same = async (): Promise<boolean> => {
          const [value] = Object.values(await shown(store, title, refId, runtime));
          return isNear(value, of(await scraped(name, labels)));
        };
        expect(await waitFor('the same sample', same, SAMPLED_MS)).toBe(true);
      },
      2 * SAMPLED_MS,
    );

    test('uptime rises from the start, and nothing was restarted', async () => {
      const [before = 0] = await scraped('process_uptime_seconds', {});
      const arrived = async (): Promise<boolean> =>
        (await shown(store, 'Shortest uptime', 'A', runtime))['']! >= before;
      expect(await waitFor('an uptime of now', arrived, SAMPLED_MS)).toBe(true);
      const [after = 0] = await scraped('process_uptime_seconds', {});
      expect((await shown(store, 'Shortest uptime', 'A', runtime))['']).toBeLessThanOrEqual(after + 1);
      expect(await shown(store, 'Restarts', 'A', runtime)).toEqual({ '': 0 });
    });

    test(
      'memory and CPU are those of the same sample',
      async () => {
        const same = async (): Promise<boolean> => {
          const before = await figures();
          const [memory, cpu, bytes] = await Promise.all([
            shown(store, 'Memory'),
            shown(store, 'CPU'),
            shown(store, 'Memory of the process', 'A', runtime),
          ]).then((all) => all.map((one) => Object.values(one)[0]));
          const { memoryPercent, cpuPercent, memoryBytes } = before.resources;
          return isNear(memory, memoryPercent! / 100) && isNear(cpu, cpuPercent! / 100) && isNear(bytes, memoryBytes!);
        };
        expect(await waitFor('the same sample', same, SAMPLED_MS)).toBe(true);
      },
      2 * SAMPLED_MS,
    );
  });

  test('is what was done', async () => {
    const echoed = 1 + 12 * 50;
    const bytes = 100 + 50 * 1000 * ((12 * 13) / 2);
    expect(await figures()).toMatchObject({
      connections: { active: 7, idle: 5 + 7, opened: 13 },
      messages: { incoming: echoed, outgoing: echoed + 13 },
      bandwidth: { incoming: bytes, outgoing: bytes + 13 * 'welcome'.length },
      errors: { total: 12, byComponent: { storage: 7, auth: 4, websocket: 1 } },
      sessions: { active: 3, total: 11 },
      queues: { outbox: 17, inbox: 0 },
      latency: { source: 'app', count: 1101 },
    });
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** To the digits that every store keeps. */
function isNear(value: number | undefined, figure: number): boolean {
  return value !== undefined && Number(value.toPrecision(9)) === Number(figure.toPrecision(9));
}

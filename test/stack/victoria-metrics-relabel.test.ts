import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { resolveConfig } from '../../src/config/resolve.ts';
import { grafanaAlertRules } from '../../src/grafana/alert-rules.ts';
import { run } from '../support/child-process.ts';
import { FullDashboard } from '../support/full-dashboard.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { startVictoriaMetrics } from '../support/stack-server.ts';
import type { StackServer } from '../support/stack-server.ts';
import { waitFor } from '../support/wait-for.ts';

const RELABELLING = resolve(__dirname, '../../otel-collector/victoria-metrics-relabel.yml');
const PUSH = resolve(__dirname, '../fixtures/stack/push-metrics.cjs');

type Labels = Readonly<Record<string, string>>;

/** One series of an answer. */
interface Found {
  readonly metric: Labels;
  readonly value: readonly [number, string];
}

/** What an instant query gives now, as Grafana asks it. */
async function ask(store: StackServer, query: string): Promise<readonly Found[]> {
  const answer = await store.getText(`/api/v1/query?${new URLSearchParams({ query }).toString()}`);
  return (JSON.parse(answer) as { data: { result: readonly Found[] } }).data.result;
}

/** `job` and `instance` of a series; either may be missing. */
async function targetOf(store: StackServer, name: string): Promise<readonly (string | undefined)[]> {
  const [found] = await waitFor(`a series ${name}`, async () => {
    await store.getText('/internal/force_flush');
    const series = await ask(store, name);
    return series.length > 0 && series;
  });
  return [found!.metric['job'], found!.metric['instance']];
}

describe('in a VictoriaMetrics with our relabelling', () => {
  let store: StackServer;

  beforeAll(async () => {
    store = await startVictoriaMetrics([`-relabelConfig=${RELABELLING}`]);
    closeLater(() => store.stop());
  }, 60_000);
  afterAll(closeLeftovers);

  /** Pushes one gauge of a resource with these attributes over OTLP. */
  async function push(name: string, attributes: Labels): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-relabel-'));
    const time = [Math.floor(Date.now() / 1000), 0];
    const metric = {
      descriptor: { name, unit: '', description: '', valueType: 1 },
      aggregationTemporality: 1,
      dataPointType: 2,
      dataPoints: [{ startTime: time, endTime: time, attributes: {}, value: 1 }],
    };
    try {
      const file = join(folder, 'metrics.json');
      const scopeMetrics = [{ scope: { name: 'relabel' }, metrics: [metric] }];
      writeFileSync(file, JSON.stringify({ attributes, scopeMetrics }));
      await run(process.execPath, [PUSH, `${store.url}/opentelemetry/v1/metrics`, file]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test.each<[string, Labels, readonly (string | undefined)[]]>([
    ['the service', { 'service.name': 'checkout', 'service.instance.id': 'i-1' }, ['checkout', 'i-1']],
    [
      'the service in its namespace',
      { 'service.namespace': 'shop', 'service.name': 'checkout', 'service.instance.id': 'i-2' },
      ['shop/checkout', 'i-2'],
    ],
    ['the service, though nobody told its instance', { 'service.name': 'checkout' }, ['checkout', undefined]],
    ['a service whose name has a slash', { 'service.name': 'a/b', 'service.instance.id': 'i-3' }, ['a/b', 'i-3']],
    ['no job, where no service is told', { 'service.instance.id': 'i-4' }, [undefined, 'i-4']],
  ])('what is pushed over OTLP is of %s', async (what, attributes, target) => {
    const name = `pushed_${what.replace(/\W+/g, '_')}`;
    await push(name, attributes);
    expect(await targetOf(store, name)).toEqual(target);
  });

  test('what was scraped keeps its job and instance', async () => {
    const target = 'job="scraped",instance="10.0.0.1:9464"';
    const resource = 'service_namespace="shop",service_name="checkout",service_instance_id="i-5"';
    const response = await fetch(`${store.url}/api/v1/import/prometheus`, {
      method: 'POST',
      body: `target_info{${target},${resource}} 1\n`,
    });
    expect(response.status).toBe(204);
    expect(await targetOf(store, 'target_info')).toEqual(['scraped', '10.0.0.1:9464']);
  });

  test("Grafana's rules find what a dashboard pushes", async () => {
    const dashboard = await FullDashboard.start([], { endpoint: `${store.url}/opentelemetry/v1/metrics` });
    closeLater(() => dashboard.stop());
    await targetOf(store, 'process_uptime_seconds');
    const thresholds = { queue_size_warning: 1, no_traffic_warning_ms: 60_000 };
    const { rules } = grafanaAlertRules(resolveConfig('test', { alerts: { thresholds, min_observations: 0 } }));
    const found: Record<string, readonly string[]> = {};
    for (const { title, data } of rules) {
      const series = await ask(store, data[0]!.model['expr'] as string);
      const targets = series.map(({ metric }) => ['job', 'instance'].filter((label) => label in metric).join(' '));
      found[title] = [...new Set(targets)];
    }
    // one instance is no fleet, its messages are no silence, and nothing that was pushed has an `up`
    const isQuiet = (title: string): boolean => /^fleet_|no_traffic|^instance_down$/.test(title);
    expect(found).toEqual(
      Object.fromEntries(rules.map(({ title }) => [title, isQuiet(title) ? [] : ['job instance']])),
    );
  }, 60_000);
});

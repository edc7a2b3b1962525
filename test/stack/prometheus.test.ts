import { execFileSync, spawnSync } from 'node:child_process';
import { FullDashboard, ODD_METRICS, TIDY_METRICS, catalogNames, resting } from '../support/full-dashboard.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { valuesBySeries } from '../support/otlp-store.ts';
import type { StoredSeries } from '../support/otlp-store.ts';
import { scrape, scrapeText } from '../support/scrape.ts';
import { startPrometheus } from '../support/stack-server.ts';
import type { StackServer } from '../support/stack-server.ts';
import { waitFor } from '../support/wait-for.ts';

const START_MS = 60_000;
/** The first scrape comes 5 to 6 s after the start, more on a busy machine. */
const SCRAPED_MS = 30_000;

interface Target {
  readonly labels: { readonly job: string };
  readonly health: string;
  readonly lastError: string;
}

describe('a dashboard in which every metric of the catalogue has a series, and odd custom ones', () => {
  let dashboard: FullDashboard;

  beforeAll(async () => {
    dashboard = await FullDashboard.start(ODD_METRICS);
    closeLater(() => dashboard.stop());
  }, START_MS);
  afterAll(closeLeftovers);

  test('has a series of every metric of the catalogue', async () => {
    const { names } = await scrape(dashboard.metricsUrl);
    expect(catalogNames().filter((name) => !names.has(name))).toEqual([]);
  });

  // the linter objects to odd names and units: `use base unit "seconds" instead of "milliseconds"`
  test('with tidy custom metrics instead, passes `promtool check metrics` without a finding', async () => {
    const tidy = await FullDashboard.start(TIDY_METRICS);
    closeLater(() => tidy.stop());
    const input = await scrapeText(tidy.metricsUrl);
    expect(input).toContain('shop_wait_seconds_count');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  describe('scraped by a real Prometheus', () => {
    let prometheus: StackServer;

    const query = async (expression: string): Promise<StoredSeries[]> => {
      const text = await prometheus.getText(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      const { data } = JSON.parse(text) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return data.result.map(({ metric, value }) => {
        const { __name__: name = '', ...labels } = metric;
        const own = Object.entries(labels).filter(([label]) => label !== 'job' && label !== 'instance');
        return { name, labels: Object.fromEntries(own), value: Number(value[1]) };
      });
    };

    beforeAll(async () => {
      const url = dashboard.metricsUrl;
      prometheus = await startPrometheus([
        { job: 'default', urls: [url] },
        { job: 'text', urls: [url], protocols: ['PrometheusText0.0.4'] },
        { job: 'openmetrics', urls: [url], protocols: ['OpenMetricsText1.0.0'] },
      ]);
      closeLater(() => prometheus.stop());
      await waitFor('all jobs to be scraped', async () => (await query('up')).length === 3, SCRAPED_MS);
    }, START_MS);

    test.each(['default', 'text', 'openmetrics'])('the target of job %s is up, without a scrape error', async (job) => {
      expect((await query(`up{job="${job}"}`)).map(({ value }) => value)).toEqual([1]);
      const { data } = JSON.parse(await prometheus.getText('/api/v1/targets')) as {
        data: { activeTargets: Target[] };
      };
      const target = data.activeTargets.find(({ labels }) => labels.job === job);
      expect([target?.health, target?.lastError]).toEqual(['up', '']);
    });

    test.each(['default', 'text', 'openmetrics'])(
      'job %s has stored every series, with its value, as /metrics gives it',
      async (job) => {
        const { samples } = await scrape(dashboard.metricsUrl);
        const stored = await query(`{__name__!="",job="${job}"}`);
        expect(valuesBySeries(resting(stored.filter(({ name }) => !/^(up$|scrape_)/.test(name))))).toEqual(
          valuesBySeries(resting(samples)),
        );
        const names = new Set(stored.map(({ name }) => name));
        expect(catalogNames().filter((name) => !names.has(name))).toEqual([]);
      },
    );

    test('knows the units of the OpenMetrics scrape, and types and help of both', async () => {
      const metadata = async (job: string) => {
        const selector = encodeURIComponent(`{job="${job}"}`);
        const text = await prometheus.getText(
          `/api/v1/targets/metadata?match_target=${selector}&metric=realtime_latency_seconds`,
        );
        const { data } = JSON.parse(text) as { data: { type: string; help: string; unit: string }[] };
        return data.map(({ type, help, unit }) => ({ type, help: help !== '', unit }));
      };
      expect(await metadata('openmetrics')).toEqual([{ type: 'histogram', help: true, unit: 'seconds' }]);
      expect(await metadata('default')).toEqual([{ type: 'histogram', help: true, unit: 'seconds' }]);
      expect(await metadata('text')).toEqual([{ type: 'histogram', help: true, unit: '' }]);
    });
  });
});

test('promtool is the one of the Prometheus that scrapes', () => {
  const version = (program: string): string | undefined =>
    /version ([\d.]+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1];
  expect(version('promtool')).toBe(version('prometheus'));
});

import { freePort } from '../support/free-port.ts';
import { FullDashboard, ODD_METRICS, catalogNames, resting } from '../support/full-dashboard.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { storedSeries, valuesBySeries } from '../support/otlp-store.ts';
import type { StoredSeries } from '../support/otlp-store.ts';
import { scrape } from '../support/scrape.ts';
import type { ScrapedSample } from '../support/scrape.ts';
import { startCollector, startVictoriaMetrics } from '../support/stack-server.ts';
import type { StackServer } from '../support/stack-server.ts';
import { waitFor } from '../support/wait-for.ts';

const START_MS = 60_000;

describe.each([
  ['http/protobuf', 'straight to VictoriaMetrics'],
  ['http/protobuf', 'to a collector that hands on to VictoriaMetrics'],
  ['http/json', 'to a collector that hands on to VictoriaMetrics'],
  ['grpc', 'to a collector that hands on to VictoriaMetrics'],
] as const)('what a dashboard pushes by %s, %s,', (protocol, way) => {
  const endpointBefore = async (store: StackServer): Promise<string> => {
    if (way === 'straight to VictoriaMetrics') return `${store.url}/opentelemetry/v1/metrics`;
    const grpcPort = await freePort();
    const collector = await startCollector(store, grpcPort);
    closeLater(() => collector.stop());
    return protocol === 'grpc' ? `http://127.0.0.1:${grpcPort}` : `${collector.url}/v1/metrics`;
  };

  let stored: StoredSeries[];
  let scraped: readonly ScrapedSample[];

  beforeAll(async () => {
    const store = await startVictoriaMetrics();
    closeLater(() => store.stop());
    const endpoint = await endpointBefore(store);
    const dashboard = await FullDashboard.start(ODD_METRICS, { protocol, endpoint });
    closeLater(() => dashboard.stop());
    const { samples } = await scrape(dashboard.metricsUrl);
    const resource = samples.find(({ name }) => name === 'target_info');
    // VictoriaMetrics keeps the resource as labels and makes no target_info
    scraped = samples.filter((sample) => sample !== resource);
    const resourceLabels = Object.keys(resource?.labels ?? {});
    stored = await waitFor(
      'the store to have all metrics',
      async () => {
        const series = await storedSeries(store, resourceLabels);
        return series.some(({ name }) => name === 'telemetry_collect_duration_seconds_count') && series;
      },
      20_000,
    );
  }, START_MS);
  afterAll(closeLeftovers);

  test('has the names that /metrics gives', () => {
    const namesOf = (samples: readonly { name: string }[]): string[] => [...new Set(samples.map(({ name }) => name))];
    expect(namesOf(stored).sort()).toEqual(namesOf(scraped).sort());
    expect(namesOf(stored)).toEqual(expect.arrayContaining(catalogNames()));
  });

  test('has the labels that /metrics gives, metric by metric', () => {
    const labelsOf = (samples: readonly { name: string; labels: Readonly<Record<string, string>> }[]) => {
      const labels: Record<string, string[]> = {};
      for (const { name, labels: own } of samples) {
        labels[name] = [...new Set([...(labels[name] ?? []), ...Object.keys(own)])].sort();
      }
      return labels;
    };
    expect(labelsOf(stored)).toEqual(labelsOf(scraped));
  });

  test('has the series and values that /metrics gives', () => {
    expect(valuesBySeries(resting(stored))).toEqual(valuesBySeries(resting(scraped)));
  });
});

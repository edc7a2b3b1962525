import { resolveConfig } from '../../src/config/resolve.ts';
import { dashboardsOf } from '../../src/grafana/dashboards.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { JOB, ObservedServices, SHOP_METRICS } from '../support/observed-services.ts';
import { queriesOf } from '../support/panel-queries.ts';
import type { PanelQuery } from '../support/panel-queries.ts';
import { latest, runQuery } from '../support/query-run.ts';
import type { QueryScope } from '../support/query-scope.ts';
import type { StackServer } from '../support/stack-server.ts';
import { textTable } from '../support/text-table.ts';
import { waitFor } from '../support/wait-for.ts';
import type { TelemetryConfig } from '../../src/index.ts';

const START_MS = 60_000;
const SHOWN_MS = 60_000;

/** Thresholds that the two services are beyond, fewer labels than they need, and an Alertmanager that is not there. */
const CONFIG: TelemetryConfig = {
  service_name: JOB,
  sampling_interval_ms: 500,
  retention: { window_ms: 10_000 },
  limits: { attribute_values: 4 },
  websocket: { routes: ['/rooms/:room'], message_type: 'json:type', idle_after_ms: 1000 },
  prometheus: { scrape_interval_ms: 1000 },
  alerts: {
    thresholds: {
      high_latency_ms: 1,
      critical_latency_ms: 2,
      error_rate_warning: 0.000_1,
      error_rate_critical: 0.5,
      memory_warning_percent: 0.01,
      memory_critical_percent: 90,
      event_loop_delay_warning_ms: 0.01,
      queue_size_warning: 1,
      no_traffic_warning_ms: 60_000,
    },
    for_ms: 0,
    min_observations: 1,
    channels: { log: { enabled: false }, alertmanager: { enabled: true, urls: ['http://127.0.0.1:9'] } },
  },
};

/** What must have happened, that a panel of it does not only show zeros. */
const HAPPENED = [
  'telemetry_alert_active',
  'telemetry_overflow_total',
  'telemetry_dropped_total',
  'websocket_server_messages_dropped_total',
  'websocket_client_messages_dropped_total',
  'websocket_server_errors_total',
  'websocket_client_errors_total',
  'websocket_server_handshake_duration_seconds_count{http_response_status_code="401"}',
  'websocket_client_handshake_duration_seconds_count{error_type!=""}',
  'websocket_server_messages_total{http_route="/rooms/:room"}',
  'websocket_server_message_process_duration_seconds_count{error_type!=""}',
  'realtime_errors_total',
  'realtime_queue_size',
  'shop_orders_total',
];

/** `rate()` of one bucket and the next may differ in the last digit of a double; Prometheus tells that it has put that right. */
const ROUNDED = /needed to be fixed for monotonicity/;

/** What a query gave on the two ways. */
interface Shown {
  readonly query: PanelQuery;
  readonly title: string;
  readonly given: Map<string, { readonly series: number; readonly sample: number } | { readonly error: string }>;
}

const dashboards = dashboardsOf(resolveConfig('test', CONFIG), SHOP_METRICS);
const shown: readonly Shown[] = dashboards.flatMap(queriesOf).map((query) => ({
  query,
  title: `${query.dashboard.title} / ${query.title}${query.refId && ` ${query.refId}`}`,
  given: new Map(),
}));

describe('the dashboards, of two services that Prometheus scrapes and that push to VictoriaMetrics,', () => {
  let services: ObservedServices;
  let stores: readonly (readonly [name: string, StackServer])[];
  const warnings = new Set<string>();

  beforeAll(async () => {
    services = await ObservedServices.start(CONFIG);
    closeLater(() => services.stop());
    stores = [
      ['Prometheus', services.prometheus],
      ['VictoriaMetrics', services.victoriaMetrics],
    ];
    for (const [, store] of stores)
      await waitFor('both to be there', async () => (await uptimes(store)) === 2, START_MS);
    await services.restart();
    const missing = (): string[] =>
      shown.flatMap(({ title, given }) =>
        stores.flatMap(([name]) => (isGiven(given.get(name)) ? [] : [`${title} from ${name}`])),
      );
    const allShown = async (): Promise<boolean> => {
      for (const [name, store] of stores) {
        const open = shown.filter(({ given }) => !isGiven(given.get(name)));
        await Promise.all(open.map((one) => show(one, name, store.url)));
      }
      return missing().length === 0;
    };
    await waitFor('all to be shown', allShown, SHOWN_MS).catch(() => undefined); // what is not shown fails by its name
    // for the table: both at the same time
    for (const [name, store] of stores) await Promise.all(shown.map((one) => show(one, name, store.url)));
  }, START_MS + SHOWN_MS);

  afterAll(async () => {
    await closeLeftovers();
    process.stdout.write(`\n${tableOf(shown)}\n`);
  });

  async function show({ query, given }: Shown, name: string, url: string): Promise<void> {
    const scope: QueryScope = { toMs: Date.now(), rangeMs: 120_000, scrapeIntervalMs: 1000 };
    try {
      const answer = await runQuery(url, query, scope);
      for (const warning of answer.warnings) {
        if (!ROUNDED.test(warning)) warnings.add(`${name}: ${warning} in ${query.title}`);
      }
      const values = latest(answer);
      const [first] = values;
      if (first) given.set(name, { series: values.length, sample: first.value });
    } catch (error) {
      given.set(name, { error: (error as Error).message });
    }
  }

  async function uptimes(store: StackServer): Promise<number> {
    return (await instant(store, 'process_uptime_seconds')).length;
  }

  async function instant(store: StackServer, expr: string): Promise<number[]> {
    const text = await store.getText(`/api/v1/query?query=${encodeURIComponent(expr)}`);
    const { data } = JSON.parse(text) as { data: { result: { value: [number, string] }[] } };
    return data.result.map(({ value }) => Number(value[1]));
  }

  test('are four and that of custom metrics, with a query in each panel', () => {
    expect(dashboards).toHaveLength(5);
    expect(shown.length).toBeGreaterThan(0);
  });

  test.each(shown.map((one) => [one.title, one] as const))('%s is not empty', (_, { query, given }) => {
    const good = { series: expect.any(Number), sample: expect.any(Number) };
    expect({ expr: query.expr, ...Object.fromEntries(given) }).toEqual({
      expr: query.expr,
      Prometheus: good,
      VictoriaMetrics: good,
    });
  });

  test('ask nothing that a store finds odd', () => {
    expect([...warnings]).toEqual([]);
  });

  test.each(HAPPENED)('show of %s what has really happened', async (selector) => {
    for (const [, store] of stores) {
      const happened = async (): Promise<boolean> => (await instant(store, selector)).some((value) => value > 0);
      await expect(waitFor(`${selector} to happen`, happened)).resolves.toBe(true);
    }
  });
});

function isGiven(given: object | undefined): boolean {
  return given !== undefined && 'series' in given;
}

function tableOf(all: readonly Shown[]): string {
  const rows = all.map(({ query, given }) => [
    query.dashboard.title,
    query.row,
    query.title,
    query.refId,
    query.kind,
    ...['Prometheus', 'VictoriaMetrics'].flatMap((name) => {
      const one = given.get(name);
      if (one === undefined) return ['-', 'nothing'];
      return 'error' in one ? ['-', one.error] : [String(one.series), amountText(one.sample, query)];
    }),
  ]);
  const heading = ['dashboard', 'row', 'panel', 'query', 'kind', 'n', 'Prometheus', 'n', 'VictoriaMetrics'];
  return textTable([heading, ...rows]);
}

function amountText(value: number, { unit }: PanelQuery): string {
  return `${Number(value.toPrecision(4))} ${unit.replace(/^suffix:\s*/, '')}`.trim();
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveConfig } from '../../src/config/resolve.ts';
import { dashboardsOf } from '../../src/grafana/dashboards.ts';
import type { Dashboard } from '../../src/grafana/schema.ts';
import type { TelemetryConfig } from '../../src/index.ts';
import { JOB, ObservedServices, SHOP_METRICS } from '../support/observed-services.ts';
import { panelQueries, queriesOf } from '../support/panel-queries.ts';
import { runQuery } from '../support/query-run.ts';
import type { AnsweredSeries } from '../support/query-run.ts';
import { stepMs } from '../support/query-scope.ts';
import type { QueryScope } from '../support/query-scope.ts';
import { heightOf, layOut } from './layout.ts';
import type { Laid } from './layout.ts';
import { writePage } from './page.ts';
import { takePicture } from './picture.ts';

export interface RenderingOptions {
  /** How long the services run before the pictures are taken. */
  readonly runMs: number;
  /** Where pictures and pages go. */
  readonly folder: string;
  readonly widthPx: number;
  /** A picture is cut off below so many rows of the grid. */
  readonly mostRows: number;
  readonly format: 'png' | 'webp';
  /** Of the services and the dashboards. */
  readonly config?: TelemetryConfig;
}

/** What a query of a drawn panel gave. */
export interface DrawnQuery {
  readonly refId: string;
  readonly legend: string;
  readonly kind: string;
  readonly series: readonly AnsweredSeries[];
  readonly error?: string;
}

/** What the page draws at one place. */
export type Drawn = Laid & { readonly queries: readonly DrawnQuery[] };

/** A dashboard with all that its page needs. */
export interface DrawnDashboard {
  readonly title: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** In rows of the grid. */
  readonly height: number;
  readonly drawn: readonly Drawn[];
  readonly marks: readonly { readonly title: string; readonly colour: string; readonly atMs: readonly number[] }[];
}

const CONFIG: TelemetryConfig = {
  service_name: JOB,
  websocket: { routes: ['/rooms/:room'], message_type: 'json:type' },
  prometheus: { scrape_interval_ms: 1000 },
  alerts: { thresholds: { queue_size_warning: 40 }, for_ms: 5000, channels: { log: { enabled: false } } },
};
const PROGRESS_MS = 10_000;

/** Lets two services run under a Prometheus, and draws every dashboard. Says on standard output where the pictures are. */
export async function renderDashboards({ config = CONFIG, ...options }: RenderingOptions): Promise<void> {
  mkdirSync(options.folder, { recursive: true });
  const services = await ObservedServices.start(config);
  try {
    await letRun(services, options.runMs);
    const resolved = resolveConfig('the rendering', config);
    const scope: QueryScope = {
      toMs: Date.now(),
      rangeMs: options.runMs,
      scrapeIntervalMs: resolved.prometheus.scrape_interval_ms,
    };
    for (const dashboard of dashboardsOf(resolved, SHOP_METRICS)) {
      const drawn = await ask(dashboard, services.prometheus.url, scope);
      const file = join(options.folder, dashboard.uid);
      writeFileSync(`${file}.json`, JSON.stringify(drawn));
      const picture = `${file}.${options.format}`;
      const rows = Math.min(drawn.height, options.mostRows);
      const heightPx = await takePicture(writePage(`${file}.html`, drawn), picture, options.widthPx, rows);
      process.stdout.write(`${picture}  ${options.widthPx} × ${heightPx}\n`);
    }
  } finally {
    await services.stop();
  }
}

/** The second service starts again half-way: a dashboard shows that. */
async function letRun(services: ObservedServices, runMs: number): Promise<void> {
  const startMs = performance.now();
  let restarted = false;
  for (;;) {
    const leftMs = runMs - (performance.now() - startMs);
    if (leftMs <= 0) return;
    process.stdout.write(`running, ${Math.ceil(leftMs / 1000)} s to go\n`);
    await sleep(Math.min(leftMs, PROGRESS_MS));
    if (restarted || leftMs > runMs / 2) continue;
    restarted = true;
    await services.restart();
  }
}

async function ask(dashboard: Dashboard, url: string, scope: QueryScope): Promise<DrawnDashboard> {
  const laid = layOut(dashboard);
  const drawn = await Promise.all(
    laid.map(async (one): Promise<Drawn> => {
      if (!one.panel) return { ...one, queries: [] };
      const queries = panelQueries(dashboard, one.row ?? '', one.panel).map(async (query): Promise<DrawnQuery> => {
        const said = { refId: query.refId, legend: query.legend, kind: query.kind };
        try {
          return { ...said, series: (await runQuery(url, query, scope)).series };
        } catch (error) {
          return { ...said, series: [], error: (error as Error).message };
        }
      });
      return { ...one, queries: await Promise.all(queries) };
    }),
  );
  const marks = queriesOf(dashboard)
    .filter(({ title }) => title.startsWith('annotation '))
    .map(async (query) => {
      const { series } = await runQuery(url, query, scope);
      // Grafana marks the beginning of each run of values
      const atMs = series.flatMap(({ points }) =>
        points.filter(([at], index) => at - (points[index - 1]?.[0] ?? 0) > stepMs(scope) * 1.5),
      );
      const title = query.title.slice('annotation '.length);
      const colour = dashboard.annotations.list.find(({ name }) => name === title)?.iconColor ?? 'blue';
      return { title, colour, atMs: atMs.map(([at]) => at) };
    });
  return {
    title: dashboard.title,
    fromMs: scope.toMs - scope.rangeMs,
    toMs: scope.toMs,
    height: heightOf(laid),
    drawn,
    marks: await Promise.all(marks),
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { initializeTelemetryDashboard } from '../../index.ts';
import type { TelemetryDashboard, TelemetryLogger } from '../../index.ts';
import { EXIT_CODE } from '../exit-code.ts';
import type { ExitCode } from '../exit-code.ts';
import { Interrupt } from '../interrupt.ts';
import { RunError } from '../run-error.ts';
import { Screen } from '../screen.ts';
import { summarize, summarizeInLine } from '../summary.ts';
import { ClientProcess } from './client-process.ts';
import { compareCounts } from './comparison.ts';
import { ChatService } from './service.ts';
import { UpstreamLink } from './upstream-link.ts';
import { loadWs } from './ws-package.ts';

export interface DemoOptions {
  /** Without it the demo runs until it is interrupted. */
  readonly durationMs: number | undefined;
  /** The address that `/metrics` listens on. */
  readonly host: string;
  /** Of `/metrics`; 0 for any free one. */
  readonly port: number;
  readonly clients: number;
  /** Messages per second that all clients together send. */
  readonly ratePerSecond: number;
  readonly json: boolean;
}

const REFRESH_MS = 1000;

/** How long answers may be on their way after the last message; after an interrupt nobody wants to wait. */
const DRAIN_MS = 5000;
const DRAIN_INTERRUPTED_MS = 1000;

/** The demo's connections become idle sooner than by default, so that one sees it. */
const IDLE_AFTER_MS = 5000;

/**
 * Runs the demo from its beginning to its end, and closes everything it opened.
 *
 * @throws RunError or TelemetryError where it cannot run
 */
export async function runDemo(options: DemoOptions): Promise<ExitCode> {
  const closers: (() => void | Promise<void>)[] = [];
  try {
    const ws = loadWs();
    const interrupt = new Interrupt();
    closers.push(() => interrupt.close());
    const screen = new Screen(options.json ? process.stderr : process.stdout);
    closers.push(() => screen.close());
    const dashboard = await initialize(options, screen);
    closers.push(() => dashboard.shutdown());
    const upstream = new UpstreamLink(ws, dashboard);
    closers.push(() => upstream.close());
    const service = new ChatService(ws, dashboard, upstream);
    closers.push(() => service.close());
    const clients = new ClientProcess();
    closers.push(() => clients.close());

    upstream.connect(await clients.listening());
    const url = await service.listening();
    introduce(screen, options, dashboard, url);
    await Promise.race([clients.start(url, options.clients, options.ratePerSecond), interrupt.asked]);
    await show(screen, dashboard, Promise.race([interrupt.asked, clients.lost]), options.durationMs);
    return await conclude(options, screen, dashboard, clients, interrupt);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function initialize({ host, port }: DemoOptions, screen: Screen): Promise<TelemetryDashboard> {
  const say = (message: string): void => {
    screen.print(`telemetry-dashboard: ${message}`);
  };
  const logger: TelemetryLogger = { debug: () => undefined, info: () => undefined, warn: say, error: say };
  const dashboard = await initializeTelemetryDashboard({
    logger,
    config: {
      enabled: true,
      service_name: 'telemetry-dashboard-demo',
      websocket: { enabled: true, idle_after_ms: IDLE_AFTER_MS },
      prometheus: { enabled: true, host, port },
    },
  });
  if (dashboard.address) return dashboard;
  throw new RunError('there is nothing to show: OTEL_SDK_DISABLED switches the measuring off');
}

function introduce(screen: Screen, options: DemoOptions, { address }: TelemetryDashboard, url: string): void {
  const host = address?.host ?? '';
  const metrics = `http://${host.includes(':') ? `[${host}]` : host}:${address?.port ?? 0}`;
  screen.print(
    `telemetry-dashboard demo: ${options.clients} clients send ${options.ratePerSecond} messages/s to a ws service`,
  );
  screen.print(`  metrics  ${metrics}/metrics`);
  screen.print(`  health   ${metrics}/healthz`);
  screen.print(`  service  ${url}`);
  screen.print(options.durationMs === undefined ? 'Ctrl-C ends it.\n' : '');
}

/** Shows the figures once a second, until the time is over or somebody wants it to end. */
async function show(
  screen: Screen,
  dashboard: TelemetryDashboard,
  ending: Promise<void>,
  durationMs: number | undefined,
): Promise<void> {
  const timer = setInterval(() => {
    const metrics = dashboard.displayRealtimeMetrics();
    if (screen.live) screen.draw(summarize(metrics, screen.textColumns));
    else screen.print(summarizeInLine(metrics));
  }, REFRESH_MS);
  const timeout = new AbortController();
  const over = sleep(durationMs, undefined, { signal: timeout.signal }).catch(() => undefined);
  try {
    await Promise.race(durationMs === undefined ? [ending] : [ending, over]);
  } finally {
    timeout.abort();
    clearInterval(timer);
  }
}

/** Has the clients stop, and compares what they counted with the last reading of the figures. */
async function conclude(
  options: DemoOptions,
  screen: Screen,
  dashboard: TelemetryDashboard,
  clients: ClientProcess,
  interrupt: Interrupt,
): Promise<ExitCode> {
  const hurried = interrupt.asked.then(() => clients.stop(DRAIN_INTERRUPTED_MS));
  // it may come too late for anybody to wait for it
  hurried.catch(() => undefined);
  const { counts, unfinished } = await Promise.race(interrupt.wasAsked ? [hurried] : [clients.stop(DRAIN_MS), hurried]);
  const metrics = dashboard.displayRealtimeMetrics();
  const { equal, text } = compareCounts(counts, metrics);
  screen.draw(summarize(metrics, screen.textColumns));
  const late = unfinished === 0 ? '' : ` (${unfinished} clients were still waiting for answers)`;
  process.stderr.write(`${text}${late}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(metrics)}\n`);
  // who interrupts the demo does not ask for answers that are still on their way
  const excused = interrupt.wasAsked && unfinished > 0;
  return equal || excused ? EXIT_CODE.ok : EXIT_CODE.failed;
}

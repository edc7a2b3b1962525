import { getTelemetryDashboard, initializeTelemetryDashboard } from '../../src/index.ts';
import type { InitializeOptions, TelemetryDashboard } from '../../src/index.ts';
import { LogLines } from './log-lines.ts';

/** A dashboard on a free port, what it logged, and how to ask it. */
export interface TestDashboard {
  readonly dashboard: TelemetryDashboard;
  readonly log: LogLines;
  readonly url: string;
}

/** Starts the dashboard of this process; {@link closeDashboard} ends it. */
export async function startDashboard({ config = {}, ...options }: InitializeOptions = {}): Promise<TestDashboard> {
  const log = new LogLines();
  const merged = { ...config, prometheus: { port: 0, ...config.prometheus } };
  const dashboard = await initializeTelemetryDashboard({ logger: log, config: merged, ...options });
  const { host, port } = dashboard.address ?? { host: 'none', port: 0 };
  return { dashboard, log, url: `http://${host}:${port}` };
}

/** Ends the dashboard of this process, whoever started it, so that one test cannot fail the next. */
export async function closeDashboard(): Promise<void> {
  let dashboard: TelemetryDashboard;
  try {
    dashboard = getTelemetryDashboard();
  } catch {
    return;
  }
  await dashboard.shutdown();
}

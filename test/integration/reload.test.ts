import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import { initializeTelemetryDashboard } from '../../src/index.ts';
import type { TelemetryConfig, TelemetryDashboard } from '../../src/index.ts';
import { closeDashboard } from '../support/dashboard.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { LogLines } from '../support/log-lines.ts';
import { waitFor } from '../support/wait-for.ts';

const EDITS = 1000;
const EDIT_DEADLINE_MS = 5000;
const TIMEOUT_MS = 120_000;

afterEach(async () => {
  await closeDashboard();
  await closeLeftovers();
});

/** A dashboard that follows a file. */
class Followed {
  readonly dashboard: TelemetryDashboard;
  readonly log: LogLines;
  readonly #file: string;

  private constructor(dashboard: TelemetryDashboard, log: LogLines, file: string) {
    this.dashboard = dashboard;
    this.log = log;
    this.#file = file;
  }

  static async start(config: TelemetryConfig): Promise<Followed> {
    const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-reload-'));
    closeLater(() => rmSync(folder, { recursive: true }));
    const configFile = join(folder, 'monitoring.json');
    const log = new LogLines();
    writeFileSync(configFile, JSON.stringify(config));
    const dashboard = await initializeTelemetryDashboard({
      configFile,
      config: { prometheus: { port: 0 }, reload_interval_ms: 1 },
      logger: log,
    });
    const followed = new Followed(dashboard, log, configFile);
    // until the file has been looked at for the first time, a change of it may go unseen
    await waitFor('the first change', async () => {
      followed.write(JSON.stringify({ ...config, sampling_interval_ms: 999 }));
      await sleep(20);
      return log.lines.length > 0;
    });
    return followed;
  }

  write(text: string): void {
    writeFileSync(`${this.#file}.new`, text);
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** Writes the file and waits until that has been logged. */
  async edit(text: string): Promise<string> {
    const seen = this.#reloads.length;
    this.write(text);
    const deadlineMs = performance.now() + EDIT_DEADLINE_MS;
    // waitFor would look too seldom for a thousand of them
    while (this.#reloads.length === seen) {
      if (performance.now() > deadlineMs) throw new Error(`the edit was not seen: ${text}`);
      await sleep(1);
    }
    return this.#reloads[seen] as string;
  }

  get #reloads(): string[] {
    return this.log.lines.filter((line) => /has changed; in effect|the settings stay|is right again/.test(line));
  }
}

/** Sends messages to an echo server as fast as they come back, until it is stopped. */
class Traffic {
  sent = 0;
  echoed = 0;
  readonly #socket: WebSocket;
  #stopped = false;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', () => {
      this.echoed++;
      this.#send();
    });
    this.#send();
  }

  static async start(dashboard: TelemetryDashboard): Promise<Traffic> {
    dashboard.wsInstrumentation.instrument({ WebSocket, WebSocketServer });
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) => {
      socket.on('message', (data) => {
        socket.send(data);
      });
    });
    await once(server, 'listening');
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    closeLater(() => {
      socket.terminate();
      server.close();
    });
    await once(socket, 'open');
    return new Traffic(socket);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await waitFor('all echoes', () => this.echoed === this.sent);
  }

  #send(): void {
    if (this.#stopped) return;
    this.sent++;
    this.#socket.send('hello');
  }
}

/** Resources that hold the event loop or could, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const BROKEN = ['{', 'null', '{"prometheus":{"host":5}}', '{"alerts":{"thresholds":{"high_latency_ms":-1}}}', ''];

/** The document of an edit: each differs from the one before it. */
function documentOf(edit: number): string {
  if (edit % 5 === 4) return `${BROKEN[((edit / 5) % BROKEN.length) | 0] ?? ''}${' '.repeat(edit)}`;
  const config: TelemetryConfig = {
    sampling_interval_ms: 10 + (edit % 7),
    logging: { level: edit % 2 === 0 ? 'info' : 'error' },
    alerts: {
      enabled: edit % 11 !== 0,
      latency_threshold_ms: 1 + edit,
      for_ms: edit % 3,
      channels: {
        log: { enabled: edit % 3 === 0 },
        ...(edit % 2 === 0 && { alertmanager: { urls: [`http://127.0.0.1:1/${edit % 4}`] } }),
        ...(edit % 4 === 1 && {
          email: { host: '127.0.0.1', port: 1, from: 'a@example.com', to: [`b${edit}@example.com`] },
        }),
      },
    },
  };
  return JSON.stringify(config);
}

describe('the configuration file of a running dashboard', () => {
  it(
    'may be edited 1,000 times, well and badly, while messages flow: nothing is lost and nothing is left over',
    async () => {
      const followed = await Followed.start({});
      const { dashboard, log } = followed;
      const traffic = await Traffic.start(dashboard);
      await followed.edit(documentOf(0));
      const before = resources();
      const listeners = process.eventNames().map((event) => [event, process.listenerCount(event)]);
      log.lines.length = 0;
      for (let edit = 1; edit <= EDITS; edit++) {
        const line = await followed.edit(documentOf(edit));
        if (edit % 5 === 4) expect(line).toMatch(/^error .* the settings stay as they were/);
        else expect(line).toMatch(/^info .*in effect now: .*alerts\.thresholds\.high_latency_ms/);
      }
      await followed.edit(documentOf(EDITS * 77));
      await traffic.stop();
      const { messages } = dashboard.displayRealtimeMetrics();
      expect([messages.incoming, messages.outgoing]).toEqual([traffic.sent, traffic.echoed]);
      expect(traffic.sent).toBeGreaterThan(EDITS);
      expect(process.eventNames().map((event) => [event, process.listenerCount(event)])).toEqual(listeners);
      // what a channel was just doing is over soon
      await waitFor('the same resources as before', () => {
        const now = resources();
        return (
          (now['Timeout'] ?? 0) <= (before['Timeout'] ?? 0) &&
          (now['TCPSocketWrap'] ?? 0) <= (before['TCPSocketWrap'] ?? 0)
        );
      });
    },
    TIMEOUT_MS,
  );
});

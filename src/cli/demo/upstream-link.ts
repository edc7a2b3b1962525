import type WebSocket from 'ws';
import type { TelemetryDashboard } from '../../index.ts';
import { Schedule } from './schedule.ts';
import type { WsPackage } from './ws-package.ts';

const PING_INTERVAL_MS = 1000;
const RECONNECT_MS = 300;

/** The service as a client: its connection to a service further up, opened again when it is lost. */
export class UpstreamLink {
  readonly #ws: WsPackage;
  readonly #dashboard: TelemetryDashboard;
  readonly #schedule = new Schedule();
  #socket: WebSocket | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(ws: WsPackage, dashboard: TelemetryDashboard) {
    this.#ws = ws;
    this.#dashboard = dashboard;
    this.#schedule.every(PING_INTERVAL_MS, () => {
      if (this.#socket?.readyState === ws.OPEN) this.#socket.ping();
    });
  }

  /** Connects, and stays connected until {@link close}. */
  connect(url: string): void {
    const socket = new this.#ws(url);
    this.#socket = socket;
    socket.on('open', () => {
      socket.ping();
    });
    // observed by the instrumentation; close follows
    socket.on('error', () => undefined);
    // what it answers is of no use, yet a listener is what makes it handled
    socket.on('message', () => undefined);
    socket.on('close', () => {
      if (this.#closing) return;
      this.#dashboard.recordError('upstream', 'critical');
      this.#reconnect = setTimeout(() => {
        this.connect(url);
      }, RECONNECT_MS);
    });
  }

  /** Sends; while there is no connection, forgets it. */
  send(text: string): void {
    if (this.#socket?.readyState === this.#ws.OPEN) this.#socket.send(text);
  }

  close(): void {
    this.#closing = true;
    this.#schedule.stop();
    clearTimeout(this.#reconnect);
    this.#socket?.close(1000);
  }
}

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type WebSocket from 'ws';
import type { TelemetryDashboard } from '../../index.ts';
import { simulateCall } from './delay.ts';
import { Moderation } from './moderation.ts';
import type { ClientMessage } from './protocol.ts';
import { Schedule } from './schedule.ts';
import { ServiceFault } from './service-fault.ts';
import { Session } from './session.ts';
import type { UpstreamLink } from './upstream-link.ts';
import type { WsPackage } from './ws-package.ts';

const PING_INTERVAL_MS = 1000;

/**
 * The service that is measured: chat rooms, presence, and binary messages that are echoed. Connections, messages and round trips
 * are observed on its sockets; it only records what no socket shows.
 */
export class ChatService {
  readonly #server: WebSocket.Server;
  readonly #dashboard: TelemetryDashboard;
  readonly #upstream: UpstreamLink;
  readonly #sessions = new Set<Session>();
  readonly #schedule = new Schedule();
  readonly #moderation: Moderation;
  #joined = 0;
  #active = 0;
  #storing = 0;

  constructor(ws: WsPackage, dashboard: TelemetryDashboard, upstream: UpstreamLink) {
    this.#server = new ws.Server({ host: '127.0.0.1', port: 0 });
    this.#dashboard = dashboard;
    this.#upstream = upstream;
    this.#moderation = new Moderation((size) => {
      dashboard.updateQueueSize('moderation', size);
    });
    dashboard.updateQueueSize('storage', 0);
    dashboard.updateQueueSize('moderation', 0);
    this.#server.on('connection', (socket) => {
      this.#accept(socket);
    });
    this.#schedule.every(PING_INTERVAL_MS, () => {
      for (const session of this.#sessions) session.ping();
    });
    this.#schedule.every(250, () => {
      this.#moderation.work();
    });
  }

  /** @returns its URL, once it listens */
  async listening(): Promise<string> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    return `ws://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  close(): void {
    this.#schedule.stop();
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #accept(socket: WebSocket): void {
    const session = new Session(socket);
    this.#sessions.add(session);
    socket.on('message', (data: Buffer, isBinary?: boolean) => {
      void this.#receive(session, data, isBinary ?? typeof data !== 'string');
    });
    // observed by the instrumentation; the socket closes itself
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sessions.delete(session);
      if (!session.joined) return;
      this.#active--;
      this.#tellSessions();
    });
    session.ping();
  }

  async #receive(session: Session, data: Buffer, isBinary: boolean): Promise<void> {
    const stop = this.#dashboard.startTimer();
    await session.handle(async () => {
      try {
        if (isBinary) this.#echo(session, data);
        else await this.#answer(session, parse(data));
      } catch (error) {
        const fault = error instanceof ServiceFault ? error : new ServiceFault('service', 'critical');
        this.#dashboard.recordError(fault.component, fault.severity);
        session.send(JSON.stringify({ type: 'error', message: fault.message }));
      }
    });
    stop();
  }

  #echo(session: Session, data: Buffer): void {
    createHash('sha256').update(data).digest();
    session.send(data);
  }

  async #answer(session: Session, message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'join':
        this.#join(session, message.room);
        break;
      case 'presence':
        await simulateCall(2);
        if (Math.random() < 0.01) throw new ServiceFault('auth', 'warning');
        session.send(JSON.stringify({ type: 'presence', state: message.state, online: this.#active }));
        break;
      case 'chat':
        if (Math.random() < 0.1) this.#moderation.add();
        await this.#store();
        this.#publish(session, JSON.stringify(message));
        break;
      case 'leave':
        session.leave();
    }
  }

  async #store(): Promise<void> {
    this.#dashboard.updateQueueSize('storage', ++this.#storing);
    try {
      await simulateCall(12);
      if (Math.random() < 0.005) throw new ServiceFault('storage', 'error');
    } finally {
      this.#dashboard.updateQueueSize('storage', --this.#storing);
    }
  }

  #publish(author: Session, text: string): void {
    this.#upstream.send(text);
    author.send('{"type":"sent"}');
    // the author may have left the room in the meantime
    if (author.room === undefined) return;
    for (const session of this.#sessions) {
      if (session !== author && session.room === author.room) session.send(text);
    }
  }

  #join(session: Session, room: string): void {
    session.join(room);
    this.#joined++;
    this.#active++;
    session.send(JSON.stringify({ type: 'welcome', room }));
    this.#tellSessions();
  }

  #tellSessions(): void {
    this.#dashboard.updateSessionCount({ active: this.#active, total: this.#joined });
  }
}

function parse(data: Buffer): ClientMessage {
  try {
    return JSON.parse(data.toString()) as ClientMessage;
  } catch {
    throw new ServiceFault('parser', 'warning');
  }
}

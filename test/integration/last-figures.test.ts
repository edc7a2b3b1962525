import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Histogram } from '@opentelemetry/sdk-metrics';
import type { MetricData } from '@opentelemetry/sdk-metrics';
import { WebSocket, WebSocketServer } from 'ws';
import { closeDashboard, startDashboard } from '../support/dashboard.ts';
import { MemoryReader } from '../support/memory-reader.ts';

const CLIENTS = 6;
const MESSAGE_BYTES = 1000;

afterEach(closeDashboard);

/** A reader that collects at its shutdown, as one that pushes does. */
class LastReader extends MemoryReader {
  last = new Map<string, MetricData>();

  override async shutdown(): Promise<void> {
    this.last = await this.metrics();
    await super.shutdown();
  }
}

test('a shutdown right after the close of a server has all connections and bytes in its last figures', async () => {
  const reader = new LastReader();
  const { dashboard } = await startDashboard({ readers: [reader] });
  dashboard.wsInstrumentation.instrument({ WebSocket, WebSocketServer });
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const clients = Array.from(
    { length: CLIENTS },
    () => new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  await Promise.all(clients.map((client) => once(client, 'open')));

  for (const client of clients) {
    client.send('x'.repeat(MESSAGE_BYTES));
    client.close(1000);
  }
  const closed = once(server, 'close');
  server.close();
  await closed;
  await dashboard.shutdown();

  const durations = reader.last.get('websocket.server.connection.duration')?.dataPoints as { value: Histogram }[];
  expect(durations.map(({ value }) => value.count)).toEqual([CLIENTS]);
  const bytes = reader.last.get('websocket.server.network.io')?.dataPoints;
  // a header of 4 bytes and a mask of 4; a close frame of 4 bytes, masked one way
  expect(bytes?.map(({ value }) => value)).toEqual([CLIENTS * (MESSAGE_BYTES + 8 + 8), CLIENTS * 4]);
});

test('a shutdown has the bytes of connections that are still open in its last figures', async () => {
  const reader = new LastReader();
  const { dashboard } = await startDashboard({ readers: [reader] });
  dashboard.wsInstrumentation.instrument({ WebSocket, WebSocketServer });
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(client, 'open');
  client.send('x'.repeat(MESSAGE_BYTES));
  await once(client, 'message');

  await dashboard.shutdown();

  const bytes = reader.last.get('websocket.server.network.io')?.dataPoints;
  expect(bytes?.map(({ value }) => value)).toEqual([MESSAGE_BYTES + 8, MESSAGE_BYTES + 4]);
  client.terminate();
  const closed = once(server, 'close');
  server.close();
  await closed;
});

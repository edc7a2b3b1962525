// Sockets, events and classes that are not quite what the instrumentation is made for.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { initializeTelemetryDashboard } from '../../src/index.ts';
import { WsInstrumentation } from '../../src/instrumentation/ws-instrumentation.ts';
import type { WsInstrumentationConfig } from '../../src/instrumentation/ws-instrumentation-config.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { createRecording } from '../support/recording.ts';
import type { TestRecording } from '../support/recording.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const CLASSES = { WebSocket, WebSocketServer };

function measure(config?: WsInstrumentationConfig): TestRecording & { enable: () => void } {
  const recording = createRecording();
  const instrumentation = new WsInstrumentation({ ...config, enabled: false }, recording);
  instrumentation.instrument(CLASSES);
  closeLater(() => instrumentation.disable());
  return { ...recording, enable: () => instrumentation.enable() };
}

async function connect(path = '/'): Promise<{ client: WebSocket; socket: WebSocket }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  closeLater(() => server.close());
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  closeLater(() => client.terminate());
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open');
  for (const end of [client, socket]) end.on('error', () => undefined);
  return { client, socket };
}

/** All that was counted, by metric and attribute values; what is zero is left away. */
function countsOf({ recorder }: TestRecording): Record<string, number> {
  recorder.refresh();
  const counts: Record<string, number> = {};
  for (const { spec, series } of recorder.families) {
    if (!spec.name.startsWith('websocket.') || spec.name.endsWith('network.io')) continue;
    for (const { values, cell } of series) {
      const count = 'count' in cell ? cell.count : cell.value;
      if (count) counts[[spec.name.slice('websocket.'.length), ...values].join(' ').trim()] = count;
    }
  }
  return counts;
}

it('counts nothing of sockets that were open before', async () => {
  const measured = measure();
  const [one, other] = [await connect(), await connect()];
  measured.enable();
  one.client.send('hello');
  await once(one.socket, 'message');
  await failBy(one.client, one.socket);
  await failBy(other.socket, other.client);
  for (const end of [one.socket, other.client]) end.send('too late');
  expect(countsOf(measured)).toEqual({});
});

/** Has one end send what is no frame, which the other fails by. */
async function failBy(from: WebSocket, to: WebSocket): Promise<void> {
  const failed = once(to, 'error');
  (from as unknown as { _socket: { write(data: Buffer): void } })._socket.write(Buffer.from([0xff, 0xff]));
  await failed;
}

it('counts nothing of sockets at an ignored path, open or not', async () => {
  const measured = measure({ ignore: ['/health'] });
  measured.enable();
  const { client, socket } = await connect('/health?x');
  client.send('hello');
  await once(socket, 'message');
  socket.close();
  await once(client, 'close');
  client.send('too late');
  const failing = new WebSocket('ws://127.0.0.1:1/health');
  await once(failing, 'error');
  failing.send('too late');
  expect(countsOf(measured)).toEqual({});
});

it("goes on with a socket on which the application emits 'close' itself", async () => {
  const measured = measure();
  measured.enable();
  const { client, socket } = await connect();
  socket.emit('close', 1000, Buffer.alloc(0));
  client.send('hello');
  await once(socket, 'message');
  expect(countsOf(measured)).toMatchObject({
    'server.open_connections active': 1,
    'server.messages receive text': 1,
  });
});

it('reads no type of a message that is sent in fragments', async () => {
  const measured = measure({ messageType: 'json:type' });
  measured.enable();
  const { client, socket } = await connect();
  client.send('{"a":"', { fin: false });
  client.send('{"type":"smuggled"}', { fin: true });
  client.send('{"type":"join"}');
  await once(socket, 'message');
  expect(countsOf(measured)).toMatchObject({ 'client.messages transmit text': 1, 'client.messages transmit join': 1 });
});

it('sends its own pings past what the application has made of ping()', async () => {
  const measured = measure({ pingIntervalMs: 100 });
  measured.enable();
  const { client, socket } = await connect();
  const seen = jest.fn();
  for (const end of [client, socket]) {
    end.ping = seen;
    end.on('pong', seen);
  }
  await waitFor('round trips of both ends', () => {
    measured.clock.advance(50);
    const counts = countsOf(measured);
    return (counts['server.ping.duration'] ?? 0) > 1 && (counts['client.ping.duration'] ?? 0) > 1;
  });
  expect(seen).not.toHaveBeenCalled();
});

it('refuses a class that is none of ws, whether it is enabled or not', () => {
  const instrumentation = new WsInstrumentation({ enabled: false }, createRecording());
  closeLater(() => instrumentation.disable());
  expect(() => instrumentation.instrument({ WebSocket: class {} })).toThrow('WebSocket is to be the class of ws');
  instrumentation.enable();
  expect(() => instrumentation.instrument({ WebSocket: class {} })).toThrow('WebSocket is to be the class of ws');
});

it('says that messageType is no function', async () => {
  const options = { config: { prometheus: { enabled: false } }, messageType: 'json:type' as never };
  await expect(initializeTelemetryDashboard(options)).rejects.toThrow(
    'messageType: string, expected a function of a message',
  );
});

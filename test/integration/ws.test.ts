import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { WsInstrumentation } from '../../src/instrumentation/ws-instrumentation.ts';
import { createRecording } from '../support/recording.ts';
import type { TestRecording } from '../support/recording.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

interface Measured extends TestRecording {
  readonly instrumentation: WsInstrumentation;
}

function measure(config = {}): Measured {
  const recording = createRecording();
  const instrumentation = new WsInstrumentation(config, recording);
  instrumentation.instrument({ WebSocket });
  closeLater(() => instrumentation.disable());
  return { ...recording, instrumentation };
}

async function startServer(onConnection: (socket: WebSocket) => void = () => undefined): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', onConnection);
  closeLater(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function connect(url: string): Promise<WebSocket> {
  const client = new WebSocket(url);
  closeLater(() => client.terminate());
  await once(client, 'open');
  return client;
}

const echo = (socket: WebSocket): void => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
};

const countsOf = ({ recorder }: TestRecording, name: string): Record<string, number> =>
  Object.fromEntries(
    recorder
      .family(name)!
      .series.map(({ values, cell }) => [
        values.join(' ').trim(),
        'count' in cell ? cell.count : (cell as { value: number }).value,
      ]),
  );

describe('WsInstrumentation', () => {
  it('counts messages, bytes and sizes of both ends, by direction and type', async () => {
    const measured = measure();
    const client = await connect(await startServer(echo));
    let received = 0;
    client.on('message', () => received++);
    client.send('héllo');
    client.send(Buffer.alloc(100));
    client.send(new Uint8Array(30).buffer);
    client.send(new Uint16Array(5));
    client.send([Buffer.alloc(7)] as never, { binary: true }, () => undefined);
    client.send(12345 as never);
    client.send('');
    await waitFor('all echoes', () => received === 7);
    const messages = { 'receive text': 3, 'receive binary': 4, 'transmit text': 3, 'transmit binary': 4 };
    const bytes = { 'receive text': 11, 'receive binary': 141, 'transmit text': 11, 'transmit binary': 141 };
    for (const end of ['server', 'client']) {
      expect(countsOf(measured, `websocket.${end}.messages`)).toEqual(messages);
      expect(countsOf(measured, `websocket.${end}.io`)).toEqual(bytes);
      expect(countsOf(measured, `websocket.${end}.message.size`)).toEqual({ receive: 7, transmit: 7 });
    }
    expect(measured.snapshot.read()).toMatchObject({
      messages: { incoming: 7, outgoing: 7 },
      bandwidth: { incoming: 152, outgoing: 152 },
    });
  });

  it('counts a fragmented message once, at its end', async () => {
    const measured = measure();
    let whole = '';
    const client = await connect(
      await startServer((socket) => socket.on('message', (data: Buffer) => (whole = data.toString()))),
    );
    client.send('one ', { fin: false });
    client.send('two ', { fin: false });
    expect(countsOf(measured, 'websocket.client.messages')).toEqual({});
    client.send('three', { fin: true });
    await waitFor('the message', () => whole === 'one two three');
    expect(countsOf(measured, 'websocket.client.messages')).toEqual({ 'transmit text': 1 });
    expect(countsOf(measured, 'websocket.client.io')).toEqual({ 'transmit text': 13 });
    expect(countsOf(measured, 'websocket.server.io')).toEqual({ 'receive text': 13 });
  });

  it('does not count what ws does not send', async () => {
    const measured = measure();
    const client = await connect(await startServer());
    client.close();
    client.send('too late', () => undefined);
    const early = new WebSocket(client.url);
    closeLater(() => early.terminate());
    expect(() => early.send('too early')).toThrow(/CONNECTING/);
    await once(early, 'open');
    expect(countsOf(measured, 'websocket.client.messages')).toEqual({});
  });

  it('observes open connections, active and idle, from what is open', async () => {
    const measured = measure({ idleAfterMs: 1000 });
    const url = await startServer(echo);
    const clients = await Promise.all([connect(url), connect(url), connect(url)]);
    await waitFor('three connections', () => measured.server.connections.active === 3);
    measured.clock.advance(1500);
    clients[0].send('still here');
    await once(clients[0], 'message');
    expect(measured.snapshot.read().connections).toEqual({ active: 1, idle: 2, total: 3, opened: 3 });
    expect(measured.client.connections).toEqual({ active: 1, idle: 2 });
    for (const client of clients) client.terminate();
    await waitFor('no connection', () => measured.snapshot.read().connections.total === 0);
    expect(measured.snapshot.read().connections.opened).toBe(3);
    expect(measured.client.connections).toEqual({ active: 0, idle: 0 });
  });

  it('tells close codes and who closed', async () => {
    const measured = measure();
    const url = await startServer((socket) =>
      socket.on('message', (data: Buffer) => {
        const code = Number(data.toString());
        if (code === 0) socket.terminate();
        else socket.close(code);
      }),
    );
    const closeAs = async (act: (client: WebSocket) => void): Promise<void> => {
      const client = await connect(url);
      act(client);
      await once(client, 'close');
    };
    await closeAs((client) => client.close(1000));
    await closeAs((client) => client.close(4321, 'bye'));
    await closeAs((client) => client.close());
    await closeAs((client) => client.send('1012'));
    await closeAs((client) => client.send('3003'));
    await closeAs((client) => client.send('0'));
    await waitFor('the server to see all', () => measured.server.connections.active === 0);
    expect(countsOf(measured, 'websocket.client.connection.duration')).toEqual({
      '1000 local': 1,
      '4xxx local': 1,
      '1005 local': 1,
      '1012 remote': 1,
      '3xxx remote': 1,
      '1006 none': 1,
    });
    expect(countsOf(measured, 'websocket.server.connection.duration')).toEqual({
      '1000 remote': 1,
      '4xxx remote': 1,
      '1005 remote': 1,
      '1012 local': 1,
      '3xxx local': 1,
      '1006 local': 1,
    });
  });

  it('measures how long handlers take, and only where there are some', async () => {
    const measured = measure();
    const client = await connect(
      await startServer((socket) => {
        socket.on('message', () => measured.clock.advance(25));
        socket.on('message', (data) => socket.send(data));
      }),
    );
    client.send('work');
    await waitFor('the answer', () => measured.client.messages.series.length === 2);
    expect(measured.snapshot.read().latency).toMatchObject({ source: 'handler', count: 1, p50: 25 });
    expect(countsOf(measured, 'websocket.client.message.process.duration')).toEqual({ '': 0 });
  });

  it('lets what a handler throws through, and counts it as a failed one', async () => {
    const measured = measure();
    const client = await connect(await startServer());
    client.on('message', () => {
      throw new TypeError('mine');
    });
    expect(() => client.emit('message', Buffer.from('x'), false)).toThrow(new TypeError('mine'));
    expect(countsOf(measured, 'websocket.client.message.process.duration')).toEqual({ '': 0, _OTHER: 1 });
  });

  it('measures the round trip of the application’s own pings', async () => {
    const measured = measure();
    const client = await connect(await startServer((socket) => setImmediate(() => socket.ping())));
    client.ping('payload');
    client.ping(Buffer.from('payload'));
    client.ping();
    let pongs = 0;
    client.on('pong', () => pongs++);
    await waitFor('all pongs', () => pongs === 3 && countsOf(measured, 'websocket.server.ping.duration')[''] === 1);
    expect(countsOf(measured, 'websocket.client.ping.duration')).toEqual({ '': 3 });
    client.emit('pong', Buffer.from('nobody asked'));
    expect(countsOf(measured, 'websocket.client.ping.duration')).toEqual({ '': 3 });
  });

  it('counts errors by their code, and a connection that never opened as no connection', async () => {
    const measured = measure();
    const refused = new WebSocket('ws://127.0.0.1:1');
    // ws emits close right after error
    const closed = once(refused, 'close').catch(() => undefined);
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    await closed;
    expect(countsOf(measured, 'websocket.client.errors')).toEqual({ [error.code!]: 1 });
    expect(countsOf(measured, 'websocket.client.connection.duration')).toEqual({});
    const client = await connect(await startServer((socket) => socket.on('error', () => undefined)));
    (client as unknown as { _socket: { write(data: Buffer): void } })._socket.write(Buffer.from([0xff, 0xff]));
    await waitFor('the error', () => measured.server.errors.series.length === 1);
    const [[type]] = Object.entries(countsOf(measured, 'websocket.server.errors')) as [[string, number]];
    expect(type).toMatch(/^WS_ERR_/);
    expect(measured.snapshot.read().errors).toMatchObject({ total: 1, byComponent: { websocket: 1 } });
  });

  it('keeps a connection active that is only pushed to, also after a message that nobody listens to', async () => {
    const measured = measure({ idleAfterMs: 1000 });
    const sockets: WebSocket[] = [];
    const url = await startServer((socket) => sockets.push(socket));
    const client = await connect(url);
    client.send('nobody listens');
    await waitFor('the message', () => measured.server.messages.series.length === 1);
    measured.clock.advance(5000);
    sockets[0]!.send('pushed');
    expect(measured.server.connections).toEqual({ active: 1, idle: 0 });
  });

  it('reads the options of a send as ws does', async () => {
    const measured = measure();
    const client = await connect(await startServer());
    client.send(Buffer.from('text'), { binary: false });
    client.send(Buffer.from('text'), { binary: undefined } as never);
    client.send('binary', { binary: true });
    client.send('text', () => undefined);
    expect(countsOf(measured, 'websocket.client.messages')).toEqual({ 'transmit text': 3, 'transmit binary': 1 });
  });

  it('measures a subclass once', async () => {
    const measured = measure();
    class Mine extends WebSocket {}
    measured.instrumentation.instrument({ WebSocket: Mine });
    const client = new Mine(await startServer());
    await once(client, 'open');
    client.send('x');
    expect(countsOf(measured, 'websocket.client.messages')).toEqual({ 'transmit text': 1 });
    client.terminate();
    await once(client, 'close');
    expect(measured.client.connections).toEqual({ active: 0, idle: 0 });
  });

  it('puts everything back when it is disabled, with sockets open, and can be enabled again', async () => {
    const before = Object.getOwnPropertyDescriptors(WebSocket.prototype);
    const measured = measure();
    const url = await startServer(echo);
    const old = await connect(url);
    expect(Object.getOwnPropertyDescriptors(WebSocket.prototype)).not.toEqual(before);
    measured.instrumentation.disable();
    expect(Object.getOwnPropertyDescriptors(WebSocket.prototype)).toEqual(before);
    expect(measured.snapshot.read().connections).toMatchObject({ total: 0, opened: 1 });
    measured.instrumentation.enable();
    measured.instrumentation.enable();
    old.send('of a socket that is older than us');
    await once(old, 'message');
    const client = await connect(url);
    client.send('x');
    await once(client, 'message');
    old.terminate();
    await once(old, 'close');
    expect(countsOf(measured, 'websocket.client.messages')).toEqual({ 'transmit text': 1, 'receive text': 1 });
    expect(measured.client.connections).toEqual({ active: 1, idle: 0 });
  });

  it('looks like the methods it wraps, and adds no listener or property to a socket', async () => {
    const socketOf = async (): Promise<object> => {
      const client = await connect(await startServer());
      const shapes = ['send', 'emit', 'ping', 'close', 'terminate'].map((method) => {
        const { name, length } = Reflect.get(client, method) as () => void;
        return [name, length];
      });
      return {
        shapes,
        names: client.eventNames(),
        keys: Reflect.ownKeys(client).map(String).sort(),
      };
    };
    const plain = await socketOf();
    measure();
    expect(await socketOf()).toEqual(plain);
  });

  it('is quiet while somebody else’s wrapper keeps it from being put back', async () => {
    const original = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'send')!;
    const measured = measure();
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const wrapped = WebSocket.prototype.send;
    WebSocket.prototype.send = function (this: WebSocket, ...args: unknown[]) {
      return Reflect.apply(wrapped, this, args) as never;
    };
    closeLater(() => Object.defineProperty(WebSocket.prototype, 'send', original));
    measured.instrumentation.disable();
    const client = await connect(await startServer(echo));
    client.send('x');
    await once(client, 'message');
    expect(countsOf(measured, 'websocket.client.messages')).toEqual({});
  });
});

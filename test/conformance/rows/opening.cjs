// Ways in which a connection comes about. Each sends one message, so that it is seen to be measured.

const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const stream = require('node:stream');
const { cert, key } = require('../harness/certificate.cjs');
const { masked, plain } = require('../harness/frames.cjs');

const hello = async (client, server) => {
  const arrived = once(server, 'message');
  client.send('hello');
  await arrived;
};

/** What one message from client to server gives. */
const HELLO = {
  server: { 'handshake 101': 1, open: 1, 'receive text': [1, 5], processed: 1 },
  client: { 'handshake 101': 1, open: 1, 'transmit text': [1, 5] },
  up: masked(5),
};

/** Both ends of a connection to a WebSocketServer that does not listen itself. */
const helloThrough = async (t, wss, url, options) => {
  const accepted = once(wss, 'connection');
  const client = await t.connect(url, options);
  const [server] = await accepted;
  await hello(client, server);
};

module.exports = [
  {
    name: 'a server by port',
    run: async (t) => {
      const { client, server } = await t.pair();
      await hello(client, server);
    },
    ...HELLO,
  },
  {
    name: 'a server by port under the name WebSocket.Server',
    only: 'cjs',
    run: async (t) => {
      const { client, server } = await t.pair({ server: { Server: t.WebSocket.Server } });
      await hello(client, server);
    },
    ...HELLO,
  },
  {
    name: 'a server on an http server',
    run: async (t) => {
      const server = await t.listen();
      const wss = t.attend(new t.WebSocketServer({ server }));
      await helloThrough(t, wss, server.url);
    },
    ...HELLO,
  },
  {
    name: 'a server on an https server',
    run: async (t) => {
      const server = await t.listen(https.createServer({ key, cert }));
      const wss = t.attend(new t.WebSocketServer({ server }));
      await helloThrough(t, wss, server.url.replace('ws:', 'wss:'), { rejectUnauthorized: false });
    },
    ...HELLO,
    // what TLS makes of it depends on the cipher
    up: 'any',
    down: 'any',
  },
  {
    name: 'a server without a server of its own',
    run: async (t) => {
      const wss = t.attend(new t.WebSocketServer({ noServer: true }));
      const server = await t.listenUpgrade((request, socket, head) => {
        wss.handleUpgrade(request, socket, head, (webSocket) => wss.emit('connection', webSocket, request));
      });
      await helloThrough(t, wss, server.url);
    },
    ...HELLO,
  },
  {
    name: 'a server that never tells of its connections by an event',
    run: async (t) => {
      const wss = new t.WebSocketServer({ noServer: true });
      let accept;
      const accepted = new Promise((resolve) => (accept = resolve));
      const server = await t.listenUpgrade((request, socket, head) => {
        wss.handleUpgrade(request, socket, head, (webSocket) => accept(t.keep(webSocket)));
      });
      await hello(await t.connect(server.url), await accepted);
    },
    ...HELLO,
  },
  {
    name: 'several servers on one http server, by path',
    run: async (t) => {
      const servers = new Map(
        ['/chat', '/feed'].map((path) => [path, t.attend(new t.WebSocketServer({ noServer: true, path }))]),
      );
      const server = await t.listenUpgrade((request, socket, head) => {
        const wss = servers.get(request.url);
        wss.handleUpgrade(request, socket, head, (webSocket) => wss.emit('connection', webSocket, request));
      });
      for (const [path, wss] of servers) await helloThrough(t, wss, server.url + path);
    },
    server: { 'handshake 101': 2, open: 2, 'receive text': [2, 10], processed: 2 },
    client: { 'handshake 101': 2, open: 2, 'transmit text': [2, 10] },
    up: masked(5, 5),
  },
  {
    name: 'a server whose sockets are of a subclass',
    from: '8.1',
    run: async (t) => {
      class Mine extends t.WebSocket {}
      const { client, server } = await t.pair({ server: { WebSocket: Mine } });
      t.assert.ok(server instanceof Mine);
      await hello(client, server);
    },
    ...HELLO,
  },
  {
    name: 'a client of a subclass that overrides send',
    run: async (t) => {
      class Mine extends t.WebSocket {
        send(data, ...rest) {
          super.send(data.trim(), ...rest);
        }
      }
      const wss = await t.serve();
      const accepted = once(wss, 'connection');
      const client = t.keep(new Mine(wss.url));
      await once(client, 'open');
      const [server] = await accepted;
      const arrived = once(server, 'message');
      client.send('  hello  ');
      await arrived;
    },
    ...HELLO,
  },
  {
    name: 'a server of a subclass that overrides handleUpgrade',
    run: async (t) => {
      class Mine extends t.WebSocketServer {
        handleUpgrade(request, socket, head, callback) {
          setImmediate(() => super.handleUpgrade(request, socket, head, callback));
        }
      }
      const { client, server } = await t.pair({ server: { Server: Mine } });
      await hello(client, server);
    },
    ...HELLO,
  },
  {
    name: 'a server on a Unix domain socket',
    run: async (t) => {
      const path = join(tmpdir(), `telemetry-dashboard-${process.pid}.sock`);
      const server = await t.listen(http.createServer(), { path });
      const wss = t.attend(new t.WebSocketServer({ server }));
      await helloThrough(t, wss, `ws+unix://${path}:/chat`);
    },
    ...HELLO,
  },
  {
    name: 'a server that does not track its clients',
    run: async (t) => {
      const { client, server } = await t.pair({ server: { clientTracking: false } });
      await hello(client, server);
    },
    ...HELLO,
  },
  {
    name: 'a connection over a pair of streams that are no sockets',
    from: '8.1',
    run: async (t) => {
      const [one, other] = duplexes();
      const server = http.createServer();
      const wss = t.attend(new t.WebSocketServer({ server }));
      server.emit('connection', one);
      await helloThrough(t, wss, 'ws://localhost/', { createConnection: () => other });
    },
    ...HELLO,
    // such streams count no bytes
    up: 0,
  },
  {
    name: 'streams around both ends',
    run: async (t) => {
      const { client, server } = await t.pair();
      const echo = t.createWebSocketStream(server);
      echo.pipe(echo);
      const duplex = t.createWebSocketStream(client);
      const answered = once(duplex, 'data');
      duplex.write('hello');
      t.assert.equal(String((await answered)[0]), 'hello');
      for (const each of [echo, duplex]) each.on('error', () => undefined);
    },
    server: { 'handshake 101': 1, open: 1, 'receive binary': [1, 5], 'transmit binary': [1, 5], processed: 1 },
    client: { 'handshake 101': 1, open: 1, 'receive binary': [1, 5], 'transmit binary': [1, 5], processed: 1 },
    up: masked(5),
    down: plain(5),
  },
  {
    name: 'a stream that ends closes the connection',
    run: async (t) => {
      const { client, server } = await t.pair();
      const sink = t.createWebSocketStream(server);
      sink.resume();
      sink.on('end', () => sink.end());
      const duplex = t.createWebSocketStream(client);
      duplex.resume();
      duplex.end('bye');
      await t.closed(client, server);
    },
    server: { 'handshake 101': 1, 'receive binary': [1, 3], processed: 1, 'closed 1005 remote': 1 },
    client: { 'handshake 101': 1, 'transmit binary': [1, 3], 'closed 1005 local': 1 },
    up: masked(3, 0),
    down: plain(0),
  },
  {
    name: 'a first frame that comes in one packet with the request for the upgrade',
    run: async (t) => {
      const wss = await t.serve({}, (socket) => socket.on('message', () => undefined));
      const raw = t.raw(wss, t.request(), t.frames.frame(t.frames.TEXT, 'early'));
      t.assert.equal(await raw.status(), 101);
    },
    server: { 'handshake 101': 1, open: 1, 'receive text': [1, 5], processed: 1 },
    up: masked(5),
  },
  {
    name: 'a first frame that comes in one packet with the acceptance',
    run: async (t) => {
      const url = await t.listenRaw((socket, request) => {
        const frame = t.frames.frame(t.frames.TEXT, 'early', { mask: false });
        socket.write(Buffer.concat([Buffer.from(t.acceptance(request)), frame]));
      });
      const client = t.dial(url);
      await once(client, 'message');
    },
    client: { 'handshake 101': 1, open: 1, 'receive text': [1, 5], processed: 1 },
    down: plain(5),
  },
  {
    name: 'a server that sends at once',
    run: async (t) => {
      const wss = await t.serve({}, (socket) => socket.send('welcome'));
      const client = t.dial(wss.url);
      await once(client, 'message');
    },
    server: { 'handshake 101': 1, open: 1, 'transmit text': [1, 7] },
    client: { 'handshake 101': 1, open: 1, 'receive text': [1, 7], processed: 1 },
    down: plain(7),
  },
  {
    name: 'a client that sends in its open handler',
    run: async (t) => {
      let arrived;
      const message = new Promise((resolve) => (arrived = resolve));
      const wss = await t.serve({}, (socket) => socket.on('message', arrived));
      const client = t.dial(wss.url);
      client.onopen = () => client.send('hello');
      await message;
    },
    ...HELLO,
  },
  {
    name: 'fifty connections at once',
    run: async (t) => {
      const wss = await t.serve({}, (socket) => socket.on('message', (data) => socket.send(data)));
      const clients = await Promise.all(Array.from({ length: 50 }, () => t.connect(wss.url)));
      await Promise.all(
        clients.map(async (client) => {
          const answered = once(client, 'message');
          client.send(Buffer.alloc(10));
          await answered;
        }),
      );
      for (const client of clients.slice(0, 20)) client.close(1000);
      await t.closed(...clients.slice(0, 20));
    },
    server: {
      'handshake 101': 50,
      open: 30,
      'receive binary': [50, 500],
      'transmit binary': [50, 500],
      processed: 50,
      'closed 1000 remote': 20,
    },
    client: {
      'handshake 101': 50,
      open: 30,
      'transmit binary': [50, 500],
      'receive binary': [50, 500],
      processed: 50,
      'closed 1000 local': 20,
    },
    up: 50 * masked(10) + 20 * masked(2),
    down: 50 * plain(10) + 20 * plain(2),
  },
];

/** Two streams, each of which reads what the other writes. */
function duplexes() {
  const ends = [];
  const make = (index) =>
    new stream.Duplex({
      read() {
        this.resumeOther?.();
      },
      write(chunk, _encoding, callback) {
        const other = ends[1 - index];
        if (other.push(chunk)) callback();
        else other.resumeOther = callback;
      },
      final(callback) {
        ends[1 - index].push(null);
        callback();
      },
    });
  ends.push(make(0), make(1));
  return ends;
}

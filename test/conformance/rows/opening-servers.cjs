// Kinds of servers, and subclasses. Each connection sends one message, so that it is seen to be measured.

const { once } = require('node:events');
const http = require('node:http');
const https = require('node:https');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { cert, key } = require('../harness/certificate.cjs');
const { masked } = require('../harness/frames.cjs');
const { HELLO, hello, helloThrough } = require('../harness/hello.cjs');

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
];

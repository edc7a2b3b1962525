// Handshakes that succeed in the end, and what they take.

const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');

const OPEN = { 'handshake 101': 1, open: 1 };

const WAIT_MS = 30;
const AT_LEAST = (WAIT_MS - 2) / 1000;

/** An http server that answers a request, for an upgrade too, with a redirect to where `target()` says. */
const redirectByRequest = async (t, target, status = 302) => {
  const server = await t.listen();
  server.on('request', (request, response) => response.writeHead(status, { Location: target(request) }).end());
  return server.url;
};

module.exports = [
  {
    name: 'verifyClient says yes at once',
    run: (t) => t.pair({ server: { verifyClient: () => true } }),
    server: OPEN,
    client: OPEN,
  },
  {
    name: 'verifyClient says yes after a while, which is part of the handshake',
    run: (t) => t.pair({ server: { verifyClient: (info, done) => setTimeout(done, WAIT_MS, true) } }),
    server: OPEN,
    client: OPEN,
    seconds: { server: { 'handshake 101': AT_LEAST }, client: { 'handshake 101': AT_LEAST } },
  },
  {
    name: 'an application that thinks before handleUpgrade, which is part of the handshake',
    run: async (t) => {
      const wss = t.attend(new t.WebSocketServer({ noServer: true }));
      const server = await t.listenUpgrade(async (request, socket, head) => {
        await sleep(WAIT_MS);
        wss.handleUpgrade(request, socket, head, (webSocket) => wss.emit('connection', webSocket, request));
      });
      await t.connect(server.url);
    },
    server: OPEN,
    client: OPEN,
    seconds: { server: { 'handshake 101': AT_LEAST }, client: { 'handshake 101': AT_LEAST } },
  },
  {
    name: 'handleUpgrade twice for one socket: the second throws',
    run: async (t) => {
      const wss = t.attend(new t.WebSocketServer({ noServer: true }));
      let error;
      const server = await t.listenUpgrade((request, socket, head) => {
        const upgrade = () =>
          wss.handleUpgrade(request, socket, head, (webSocket) => wss.emit('connection', webSocket, request));
        upgrade();
        try {
          upgrade();
        } catch (caught) {
          error = caught;
        }
      });
      await t.connect(server.url);
      t.assert.match(error.message, /more than once/);
    },
    server: OPEN,
    client: OPEN,
  },
  {
    name: 'a subprotocol that the server takes',
    run: async (t) => {
      const wss = await t.serve({ handleProtocols: (protocols) => [...protocols].at(-1) });
      const client = await t.connect(wss.url, ['one', 'two']);
      t.assert.equal(client.protocol, 'two');
    },
    server: OPEN,
    client: OPEN,
  },
  {
    name: 'headers that a listener adds',
    run: async (t) => {
      const wss = await t.serve();
      wss.on('headers', (headers) => headers.push('X-Seen: yes'));
      const client = t.dial(wss.url);
      const opened = once(client, 'open');
      const [response] = await once(client, 'upgrade');
      t.assert.equal(response.headers['x-seen'], 'yes');
      await opened;
    },
    server: OPEN,
    client: OPEN,
  },
  {
    name: 'a redirect by a request handler: one handshake of the client',
    run: async (t) => {
      const wss = await t.serve();
      const url = await redirectByRequest(t, () => wss.url);
      await t.connect(url, { followRedirects: true });
    },
    server: OPEN,
    client: OPEN,
  },
  {
    name: 'two redirects that upgrade handlers write: two refusals of the server, one handshake of the client',
    run: async (t) => {
      const wss = await t.serve();
      const redirect = (target) => (request, socket) =>
        socket.end(`HTTP/1.1 302 Found\r\nLocation: ${target}\r\nContent-Length: 0\r\n\r\n`);
      const second = await t.listenUpgrade(redirect(wss.url));
      const first = await t.listenUpgrade(redirect(second.url));
      await t.connect(first.url, { followRedirects: true });
    },
    server: { ...OPEN, 'handshake 302 302': 2 },
    client: OPEN,
  },
  {
    name: 'a plain request to an http server that has a WebSocketServer',
    run: async (t) => {
      const server = await t.listen();
      t.attend(new t.WebSocketServer({ server }));
      server.on('request', (request, response) => response.writeHead(404).end());
      const response = await fetch(server.url.replace('ws:', 'http:'));
      t.assert.equal(response.status, 404);
      await response.text();
    },
  },
  {
    name: 'a client that the application makes with a wrong URL, which throws',
    run: async (t) => {
      t.assert.throws(() => new t.WebSocket('nowhere'));
      t.assert.throws(() => new t.WebSocket('ws://127.0.0.1/', { protocolVersion: 9 }), RangeError);
    },
  },
];

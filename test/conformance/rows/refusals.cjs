// Upgrade requests that a server refuses.

const http = require('node:http');
const { once } = require('node:events');

/** A client that a server refuses with a status: both ends see it. */
const refused = (name, status, options, row = {}) => ({
  name,
  run: async (t) => {
    const wss = await t.serve(options);
    t.assert.equal(await t.fail(wss.url + (row.path ?? '/'), row.client), `Unexpected server response: ${status}`);
  },
  ...row,
  server: { [`handshake ${status} ${status}`]: 1 },
  client: { [`handshake ${status} ${status}`]: 1, [`errors ${status}`]: 1 },
});

/** A request that is made by hand. */
const asked = (name, status, request, row = {}) => ({
  name,
  run: async (t) => {
    const wss = await t.serve(row.options);
    const raw = t.raw(wss, t.request(request));
    t.assert.equal(await raw.status(), status);
    await raw.end();
  },
  server: { [`handshake ${status} ${status}`]: 1 },
  ...row,
});

/** An application that answers the upgrade itself, on the socket. */
const answered = (name, onUpgrade, { server, client, ...row }) => ({
  name,
  run: async (t) => {
    const server = await t.listenUpgrade(onUpgrade);
    await t.fail(server.url);
  },
  server: { [`handshake ${server}`]: 1 },
  client: { [`handshake ${client}`]: 1, [`errors ${client.split(' ')[1]}`]: 1 },
  ...row,
});

const UNAUTHORIZED = 'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

module.exports = [
  refused('verifyClient says no', 401, { verifyClient: () => false }),
  refused('verifyClient says no after a while', 401, { verifyClient: (info, done) => setTimeout(done, 5, false) }),
  refused('verifyClient says no with a status', 403, { verifyClient: (info, done) => done(false, 403, 'not you') }),
  refused('verifyClient says no with a status and headers', 429, {
    verifyClient: (info, done) => done(false, 429, 'too many', { 'Retry-After': 5 }),
  }),
  refused('verifyClient says elsewhere, and the client does not follow', 302, {
    verifyClient: (info, done) => done(false, 302, '', { Location: 'ws://127.0.0.1/' }),
  }),
  refused('another path than the server takes', 400, { path: '/chat' }, { path: '/feed' }),
  {
    name: 'two servers with paths on one http server: the first refuses what the second would take',
    run: async (t) => {
      const server = await t.listen();
      for (const path of ['/chat', '/feed']) t.attend(new t.WebSocketServer({ server, path }));
      const raw = t.raw(server, t.request({ path: '/feed' }));
      t.assert.equal(await raw.status(), 400);
      await raw.end();
    },
    server: { 'handshake 400 400': 1 },
  },
  asked('no key', 400, { headers: { 'Sec-WebSocket-Key': undefined } }),
  asked('a wrong key', 400, { headers: { 'Sec-WebSocket-Key': 'short' } }),
  asked('no version', 400, { headers: { 'Sec-WebSocket-Version': undefined } }),
  asked('a version that there is not', 400, { headers: { 'Sec-WebSocket-Version': '12' } }),
  asked('a subprotocol that is none', 400, { headers: { 'Sec-WebSocket-Protocol': 'a b' } }, { from: '8.0' }),
  asked(
    'an extension that is none',
    400,
    { headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=99' } },
    { options: { perMessageDeflate: true } },
  ),
  asked('another method', 400, { method: 'POST', headers: { 'Content-Length': '0' } }, { until: '8.5' }),
  asked('another method', 405, { method: 'POST', headers: { 'Content-Length': '0' } }, { from: '8.5' }),
  asked('an upgrade to something else, which ws is given nevertheless', 400, { headers: { Upgrade: 'h2c' } }),
  {
    name: 'an upgrade to something else, which the application keeps to itself',
    run: async (t) => {
      const server = await t.listenUpgrade((request, socket) => socket.end('HTTP/1.1 501 Not Implemented\r\n\r\n'));
      const raw = t.raw(server, t.request({ headers: { Upgrade: 'h2c' } }));
      t.assert.equal(await raw.status(), 501);
      await raw.end();
    },
  },
  {
    name: 'a plain request to a server by port',
    run: async (t) => {
      const wss = await t.serve();
      const response = await fetch(wss.url.replace('ws:', 'http:'));
      t.assert.equal(response.status, 426);
      await response.text();
    },
    server: { 'handshake 426 426': 1 },
  },
  {
    name: 'a server that has been closed',
    run: async (t) => {
      const wss = new t.WebSocketServer({ noServer: true });
      wss.close();
      const server = await t.listenUpgrade((request, socket, head) =>
        wss.handleUpgrade(request, socket, head, t.assert.fail),
      );
      t.assert.match(await t.fail(server.url), /503/);
    },
    server: { 'handshake 503 503': 1 },
    client: { 'handshake 503 503': 1, 'errors 503': 1 },
  },
  {
    name: 'a server that closes while verifyClient thinks',
    run: async (t) => {
      let verify;
      const wss = await t.serve({ verifyClient: (info, done) => (verify = done) });
      const failing = t.fail(wss.url);
      await t.waitFor('verifyClient', () => verify);
      wss.close();
      verify(true);
      t.assert.match(await failing, /503/);
    },
    server: { 'handshake 503 503': 1 },
    client: { 'handshake 503 503': 1, 'errors 503': 1 },
  },
  answered(
    'an application writes a status and destroys the socket',
    (request, socket) => {
      socket.write(UNAUTHORIZED);
      socket.destroy();
    },
    { server: '401 401', client: '401 401' },
  ),
  answered('an application ends the socket with a status', (request, socket) => socket.end(UNAUTHORIZED), {
    server: '401 401',
    client: '401 401',
  }),
  answered(
    'an application ends the socket with a status in a Buffer',
    (request, socket) => socket.end(Buffer.from(UNAUTHORIZED.replaceAll('401', '418'))),
    { server: '418 418', client: '418 418' },
  ),
  answered(
    'an application writes its answer in pieces',
    (request, socket) => {
      for (const piece of ['HTTP/1.1 ', '402 Payment', ' Required\r\n', 'Content-Length: 0\r\n', '\r\n'])
        socket.write(piece);
      socket.end();
    },
    { server: '402 402', client: '402 402' },
  ),
  answered(
    'an application answers by a ServerResponse',
    (request, socket) => {
      const response = new http.ServerResponse(request);
      response.assignSocket(socket);
      response.on('finish', () => socket.end());
      response.writeHead(404, { 'Content-Length': 0 }).end();
    },
    { server: '404 404', client: '404 404' },
  ),
  answered('an application destroys the socket', (request, socket) => socket.destroy(), {
    server: '- destroyed',
    client: '- ECONNRESET',
  }),
  answered('an application ends the socket without a word', (request, socket) => socket.end(), {
    server: '- destroyed',
    client: '- ECONNRESET',
  }),
  answered(
    'an application destroys the socket with an error that has a code',
    (request, socket) => socket.destroy(Object.assign(new Error('mine'), { code: 'EACCES' })),
    { server: '- EACCES', client: '- ECONNRESET' },
  ),
  {
    name: 'a wsClientError listener that answers itself',
    from: '8.1',
    run: async (t) => {
      const wss = await t.serve();
      wss.on('wsClientError', (error, socket) => socket.end("HTTP/1.1 418 I'm a teapot\r\n\r\n"));
      const raw = t.raw(wss, t.request({ headers: { 'Sec-WebSocket-Key': 'short' } }));
      t.assert.equal(await raw.status(), 418);
      await raw.end();
    },
    server: { 'handshake 418 418': 1 },
  },
  ...[
    ['goes', (raw) => raw.socket.end(), 'client_closed'],
    ['resets the connection', (raw) => raw.socket.resetAndDestroy(), 'ECONNRESET'],
  ].map(([what, leave, errorType]) => ({
    name: `a client ${what} while verifyClient thinks`,
    run: async (t) => {
      let verify;
      let socket;
      const wss = await t.serve({
        verifyClient: ({ req }, done) => {
          socket = req.socket;
          verify = () => done(true);
        },
      });
      const raw = t.raw(wss, t.request());
      await t.waitFor('verifyClient', () => verify);
      leave(raw);
      await t.waitFor('the server to see it', () => socket.readableEnded || socket.destroyed);
      verify();
      await t.waitFor('the end', () => socket.destroyed);
    },
    server: { [`handshake - ${errorType}`]: 1 },
  })),
  {
    name: 'a client goes while the application thinks before handleUpgrade',
    run: async (t) => {
      const wss = t.attend(new t.WebSocketServer({ noServer: true }));
      let upgrade;
      let serverSocket;
      const server = await t.listenUpgrade((request, socket, head) => {
        serverSocket = socket;
        upgrade = () => wss.handleUpgrade(request, socket, head, t.assert.fail);
      });
      const client = t.dial(server.url);
      await t.waitFor('the request', () => upgrade);
      client.terminate();
      await t.waitFor('the server to see it', () => serverSocket.readableEnded || serverSocket.destroyed);
      upgrade();
      await t.waitFor('the end', () => serverSocket.destroyed);
    },
    server: { 'handshake - client_closed': 1 },
    client: { 'handshake - aborted': 1, 'errors aborted': 1 },
  },
  {
    name: 'half a request is none',
    run: async (t) => {
      const wss = await t.serve();
      const accepted = once(wss._server, 'connection');
      const raw = t.raw(wss, t.request().slice(0, 40));
      const [socket] = await accepted;
      raw.socket.end();
      await t.waitFor('the end', () => socket.destroyed);
    },
  },
];

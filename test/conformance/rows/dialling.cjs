// Clients that do not get through.

const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { once } = require('node:events');
const { cert, key } = require('../harness/certificate.cjs');

/** A client that fails. */
const fails = (name, errorType, run, row = {}) => ({
  name,
  run,
  client: { [`handshake - ${errorType}`]: 1, [`errors ${errorType}`]: 1 },
  ...row,
});

/** A server that answers by hand what the client does not take. */
const misanswered = (name, headers, { clientArgs = [], ...row } = {}) =>
  fails(
    name,
    'invalid_response',
    async (t) => {
      const url = await t.listenRaw((socket, request) => socket.write(t.acceptance(request, headers)));
      await t.fail(url, ...clientArgs);
    },
    row,
  );

module.exports = [
  fails('a port that nobody listens on', 'ECONNREFUSED', async (t) => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    await t.fail(`ws://127.0.0.1:${port}`);
  }),
  fails('a name that there is not', 'ENOTFOUND', async (t) => {
    const lookup = (name, options, callback) =>
      setImmediate(callback, Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    await t.fail('ws://nowhere.invalid/', { lookup });
  }),
  fails('a name whose look-up fails at once', 'ENOTFOUND', async (t) => {
    const lookup = (name, options, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    await t.fail('ws://nowhere.invalid/', { lookup });
  }),
  fails('an agent that gets no connection', 'ECONNREFUSED', async (t) => {
    const agent = new http.Agent();
    agent.createConnection = (options, callback) => {
      process.nextTick(callback, Object.assign(new Error('the proxy is down'), { code: 'ECONNREFUSED' }));
    };
    await t.fail('ws://127.0.0.1:9/', { agent });
  }),
  fails('a server that resets the connection', 'ECONNRESET', async (t) => {
    await t.fail(await t.listenRaw((socket) => socket.resetAndDestroy()));
  }),
  fails('a server that hangs up', 'ECONNRESET', async (t) => {
    await t.fail(await t.listenRaw((socket) => socket.end()));
  }),
  fails('a server that does not speak HTTP', 'HPE_INVALID_CONSTANT', async (t) => {
    await t.fail(await t.listenRaw((socket) => socket.end('SSH-2.0-server\r\n')));
  }),
  fails('a certificate that is not trusted', 'DEPTH_ZERO_SELF_SIGNED_CERT', async (t) => {
    const server = await t.listen(https.createServer({ key, cert }));
    t.attend(new t.WebSocketServer({ server }));
    await t.fail(server.url.replace('ws:', 'wss:'));
  }),
  fails('a server that never answers', 'timeout', async (t) => {
    await t.fail(await t.listenRaw(() => undefined), { handshakeTimeout: 30 });
  }),
  fails('a client that closes while it connects', 'aborted', async (t) => {
    const client = t.dial(await t.listenRaw(() => undefined));
    client.close();
    await t.closed(client);
  }),
  fails('a client that terminates while it waits for an answer', 'aborted', async (t) => {
    let asked;
    const request = new Promise((resolve) => (asked = resolve));
    const client = t.dial(await t.listenRaw(asked));
    await request;
    client.terminate();
    await t.closed(client);
  }),
  fails('a client that closes twice while it connects', 'aborted', async (t) => {
    const client = t.dial(await t.listenRaw(() => undefined));
    client.close();
    client.terminate();
    await t.closed(client);
  }),
  misanswered('a wrong accept header', { 'Sec-WebSocket-Accept': 'wrong' }),
  misanswered('no accept header', { 'Sec-WebSocket-Accept': undefined }),
  misanswered('a subprotocol that was not asked for', { 'Sec-WebSocket-Protocol': 'chat' }),
  misanswered(
    'another subprotocol than was asked for',
    { 'Sec-WebSocket-Protocol': 'other' },
    { clientArgs: [['chat']] },
  ),
  misanswered(
    'an extension that was not asked for',
    { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
    { clientArgs: [{ perMessageDeflate: false }] },
  ),
  misanswered('an extension that there is not', { 'Sec-WebSocket-Extensions': 'something' }),
  misanswered('an upgrade to something else', { Upgrade: 'h2c' }, { from: '8.5' }),
  {
    name: 'no subprotocol where one was asked for: the server sees a connection that ends at once',
    run: async (t) => {
      const wss = await t.serve({ handleProtocols: () => false });
      const accepted = once(wss, 'connection');
      await t.fail(wss.url, ['chat']);
      const [server] = await accepted;
      await t.closed(server);
    },
    server: { 'handshake 101': 1, 'closed 1006 none': 1 },
    client: { 'handshake - invalid_response': 1, 'errors invalid_response': 1 },
  },
  {
    name: 'a server that answers as if it were a page',
    run: async (t) => {
      const server = await t.listen(http.createServer((request, response) => response.end('a page')));
      t.assert.match(await t.fail(server.url), /200/);
    },
    client: { 'handshake 200 200': 1, 'errors 200': 1 },
  },
  {
    name: 'a redirect that is not followed',
    run: async (t) => {
      const server = await t.listen(
        http.createServer((request, response) => response.writeHead(301, { Location: '/' }).end()),
      );
      t.assert.match(await t.fail(server.url), /301/);
    },
    client: { 'handshake 301 301': 1, 'errors 301': 1 },
  },
  {
    name: 'a redirect to a server that refuses',
    run: async (t) => {
      const wss = await t.serve({ verifyClient: () => false });
      const server = await t.listen(
        http.createServer((request, response) => response.writeHead(302, { Location: wss.url }).end()),
      );
      t.assert.match(await t.fail(server.url, { followRedirects: true }), /401/);
    },
    server: { 'handshake 401 401': 1 },
    client: { 'handshake 401 401': 1, 'errors 401': 1 },
  },
  fails('more redirects than are followed', 'too_many_redirects', async (t) => {
    const server = await t.listen(
      http.createServer((request, response) => response.writeHead(302, { Location: '/' }).end()),
    );
    await t.fail(server.url, { followRedirects: true, maxRedirects: 2 });
  }),
  fails(
    'a redirect to a URL that is none',
    'SyntaxError',
    async (t) => {
      const server = await t.listen(
        http.createServer((request, response) => response.writeHead(302, { Location: 'http://' }).end()),
      );
      await t.fail(server.url, { followRedirects: true });
    },
    { from: '8.5' },
  ),
  {
    name: 'a refusal that the application reads by unexpected-response',
    run: async (t) => {
      const wss = await t.serve({ verifyClient: (info, done) => done(false, 401, 'no, and here is why') });
      const client = t.dial(wss.url);
      const [, response] = await once(client, 'unexpected-response');
      let body = '';
      for await (const chunk of response) body += chunk;
      t.assert.equal(body, 'no, and here is why');
      client.terminate();
      await t.closed(client);
    },
    server: { 'handshake 401 401': 1 },
    client: { 'handshake 401 401': 1, 'errors 401': 1 },
  },
];

// What is handed to `send` and not sent: too early, too late, not to be sent at all, or waiting.

const { once } = require('node:events');
const { masked, plain } = require('../harness/frames.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

module.exports = [
  {
    name: 'a send while connecting throws and counts nothing',
    run: async (t) => {
      const wss = await t.serve();
      const client = t.dial(wss.url);
      t.assert.throws(() => client.send('too early'), /CONNECTING/);
      await once(client, 'open');
    },
    server: OPEN,
    client: OPEN,
  },
  ...[
    ['a send while closing', []],
    ['a send while closing, with a callback', [() => undefined]],
  ].map(([name, args]) => ({
    name,
    run: async (t) => {
      const { client, server } = await t.pair();
      client.close(1000);
      client.send('too late', ...args);
      await t.closed(client, server);
    },
    server: { 'handshake 101': 1, 'closed 1000 remote': 1 },
    client: { 'handshake 101': 1, 'closed 1000 local': 1, 'dropped closing': 1 },
    up: masked(2),
    down: plain(2),
  })),
  {
    name: 'sends while closed, on both ends',
    run: async (t) => {
      const { client, server } = await t.pair();
      client.close(1000);
      await t.closed(client, server);
      client.send('too late');
      client.send(Buffer.alloc(10), () => undefined);
      server.send('too late');
    },
    server: { 'handshake 101': 1, 'closed 1000 remote': 1, 'dropped closed': 1 },
    client: { 'handshake 101': 1, 'closed 1000 local': 1, 'dropped closed': 2 },
    up: masked(2),
    down: plain(2),
  },
  {
    name: 'a ping and a pong while closed are no messages that were dropped',
    run: async (t) => {
      const { client, server } = await t.pair();
      client.close(1000);
      await t.closed(client, server);
      client.ping('x', undefined, () => undefined);
      client.pong();
    },
    server: { 'handshake 101': 1, 'closed 1000 remote': 1 },
    client: { 'handshake 101': 1, 'closed 1000 local': 1 },
    up: masked(2),
    down: plain(2),
  },
  {
    name: 'a send on a client that never opened',
    run: async (t) => {
      const wss = await t.serve({ verifyClient: () => false });
      const client = t.dial(wss.url);
      await t.closed(client);
      client.send('too late');
    },
    server: { 'handshake 401 401': 1 },
    client: { 'handshake 401 401': 1, 'errors 401': 1, 'dropped closed': 1 },
  },
  {
    name: 'a send that throws counts nothing',
    run: async (t) => {
      const { client } = await t.pair();
      t.assert.throws(() => client.send({}), TypeError);
      t.assert.throws(() => client.send(Symbol('x')), TypeError);
    },
    server: OPEN,
    client: OPEN,
  },
  {
    name: 'what waits to be sent: the sum of all sockets and the most of one',
    run: async (t) => {
      const sockets = [];
      const wss = await t.serve({}, (socket) => sockets.push(socket));
      const clients = [await t.connect(wss.url), await t.connect(wss.url)];
      await t.waitFor('the sockets', () => sockets.length === 2);
      for (const client of clients) client._socket.pause();
      const chunk = Buffer.alloc(1_048_576);
      for (let count = 0; count < 20; count++) sockets[0].send(chunk);
      for (let count = 0; count < 40; count++) sockets[1].send(chunk);
      // both are full when nothing moves any more
      let before;
      await t.waitFor('a standstill', async () => {
        const now = sockets.map((socket) => socket.bufferedAmount).join();
        await new Promise((resolve) => setTimeout(resolve, 50));
        return now === sockets.map((socket) => socket.bufferedAmount).join() && now === before
          ? true
          : void (before = now);
      });
      const { server, client } = await t.now();
      const waiting = sockets.map((socket) => socket.bufferedAmount);
      t.assert.ok(Math.min(...waiting) > 1_048_576);
      t.assert.equal(server.buffer, waiting[0] + waiting[1]);
      t.assert.equal(server['buffer max'], Math.max(...waiting));
      t.assert.equal(client.buffer, undefined);
      for (const each of clients) each._socket.resume();
      await t.waitFor('the buffers to be empty', () => sockets.every((socket) => socket.bufferedAmount === 0));
    },
    server: { 'handshake 101': 2, open: 2, 'transmit binary': [60, 60 * 1_048_576] },
    client: { 'handshake 101': 2, open: 2, 'receive binary': [60, 60 * 1_048_576] },
    down: 60 * plain(1_048_576),
  },
  {
    name: 'what is sent after the close is not waiting',
    run: async (t) => {
      const { client, server } = await t.pair();
      client.close(1000);
      await t.closed(client, server);
      client.send(Buffer.alloc(1000));
      t.assert.ok(client.bufferedAmount >= 1000);
    },
    server: { 'handshake 101': 1, 'closed 1000 remote': 1 },
    client: { 'handshake 101': 1, 'closed 1000 local': 1, 'dropped closed': 1 },
    up: masked(2),
    down: plain(2),
  },
];

// What is sent as soon as a connection opens, or with its handshake, and many connections at once.

const { once } = require('node:events');
const { masked, plain } = require('../harness/frames.cjs');
const { HELLO } = require('../harness/hello.cjs');

module.exports = [
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

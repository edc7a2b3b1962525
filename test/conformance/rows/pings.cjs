// Pings and pongs of both ends.

const { once } = require('node:events');
const { PONG, frame, masked, plain } = require('../harness/frames.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

/** The client pings by `act` until so many pongs have come. */
const pinged = (name, pongs, act, row) => ({
  name,
  run: async (t) => {
    const { client, server } = await t.pair(row.pair);
    let count = 0;
    client.on('pong', () => count++);
    await act(client, server, t);
    await t.waitFor('the pongs', () => count === pongs);
  },
  server: OPEN,
  client: { ...OPEN, ping: pongs },
  ...row,
});

module.exports = [
  pinged('a ping without a payload', 1, (client) => client.ping(), { up: masked(0), down: plain(0) }),
  pinged('a ping with a text', 1, (client) => client.ping('hello'), { up: masked(5), down: plain(5) }),
  pinged('a ping with an empty text', 1, (client) => client.ping(''), { up: masked(0), down: plain(0) }),
  pinged('a ping with a Buffer', 1, (client) => client.ping(Buffer.alloc(125)), { up: masked(125), down: plain(125) }),
  pinged(
    'a ping with a typed array with an offset',
    1,
    (client) => client.ping(new Uint8Array(new ArrayBuffer(10), 2, 3)),
    {
      up: masked(3),
      down: plain(3),
    },
  ),
  pinged('a ping with an ArrayBuffer', 1, (client) => client.ping(new ArrayBuffer(8)), {
    up: masked(8),
    down: plain(8),
  }),
  pinged('a ping with a number', 1, (client) => client.ping(12345), { up: masked(5), down: plain(5) }),
  pinged('a ping with the number 0', 1, (client) => client.ping(0), { up: masked(1), down: plain(1) }),
  pinged('a ping with text of several bytes a character', 1, (client) => client.ping('grüße'), {
    up: masked(7),
    down: plain(7),
  }),
  pinged('a ping with a callback', 1, (client) => new Promise((resolve) => client.ping(resolve)), {
    up: masked(0),
    down: plain(0),
  }),
  pinged(
    'three pings at once that differ',
    3,
    (client) => {
      for (const payload of ['a', 'b', 'c']) client.ping(payload);
    },
    { up: masked(1, 1, 1), down: plain(1, 1, 1) },
  ),
  pinged(
    'three pings at once without a payload',
    3,
    (client) => {
      for (let count = 0; count < 3; count++) client.ping();
    },
    { up: masked(0, 0, 0), down: plain(0, 0, 0) },
  ),
  pinged(
    'a ping in the open handler of the server',
    1,
    (client, server) => server.ping('s', undefined, () => client.ping('c')),
    {
      server: { ...OPEN, ping: 1 },
      up: masked(1, 1),
      down: plain(1, 1),
    },
  ),
  {
    name: 'a ping of the server',
    run: async (t) => {
      const { server } = await t.pair();
      server.ping('hello');
      await once(server, 'pong');
    },
    server: { ...OPEN, ping: 1 },
    client: OPEN,
    down: plain(5),
    up: masked(5),
  },
  {
    name: 'a pong that nobody listens to',
    run: async (t) => {
      const { server } = await t.pair();
      server.ping();
    },
    server: { ...OPEN, ping: 1 },
    client: OPEN,
    down: plain(0),
    up: masked(0),
  },
  {
    name: 'a pong that nobody asked for',
    run: async (t) => {
      const { client, server } = await t.pair();
      client.pong('hello');
      await once(server, 'pong');
    },
    server: OPEN,
    client: OPEN,
    up: masked(5),
  },
  {
    name: 'a pong that answers the second ping answers no first one any more',
    run: async (t) => {
      const { raw, server } = await t.rawPair();
      let pongs = 0;
      server.on('pong', () => pongs++);
      server.ping('one');
      server.ping('two');
      raw.socket.write(Buffer.concat(['three', 'two', 'one'].map((payload) => frame(PONG, payload))));
      await t.waitFor('the pongs', () => pongs === 3);
    },
    server: { ...OPEN, ping: 1 },
    up: masked(5, 3, 3),
    down: plain(3, 3),
  },
  {
    name: 'a ping that is never answered',
    from: '8.18',
    run: async (t) => {
      const { client, server } = await t.pair({ server: { autoPong: false } });
      client.ping('hello');
      await once(server, 'ping');
      client.close(1000);
      await t.closed(client, server);
    },
    server: { 'handshake 101': 1, 'closed 1000 remote': 1 },
    client: { 'handshake 101': 1, 'closed 1000 local': 1 },
    up: masked(5, 2),
    down: plain(2),
  },
  {
    name: 'a ping while connecting throws and counts nothing',
    run: async (t) => {
      const wss = await t.serve();
      const client = t.dial(wss.url);
      t.assert.throws(() => client.ping(), /CONNECTING/);
      await once(client, 'open');
      client.pong();
      const [server] = [...wss.clients];
      await once(server, 'pong');
    },
    server: OPEN,
    client: OPEN,
    up: masked(0),
  },
  {
    name: 'pings of our own, at an interval: measured, and not shown to the application',
    config: { ping_interval_ms: 1000 },
    run: async (t) => {
      const { client, server } = await t.pair();
      const shown = [];
      for (const socket of [client, server]) socket.on('pong', (data) => shown.push(String(data)));
      client.ping('mine');
      await t.waitFor('pings of both ends', async () => {
        const now = await t.now();
        return now.server.ping >= 1 && now.client.ping >= 2;
      });
      t.assert.deepEqual(shown, ['mine']);
    },
    server: { ...OPEN, ping: (count) => count >= 1, network: 'any' },
    client: { ...OPEN, ping: (count) => count >= 2, network: 'any' },
  },
];

// Ways in which a connection ends, as both of its ends see it.

const { once } = require('node:events');
const { masked, plain } = require('../harness/frames.cjs');

const OPENED = { 'handshake 101': 1 };

const LABELS = [
  { title: 'without a code', args: [], label: '1005', bytes: 0 },
  { title: 'with 1000', args: [1000], label: '1000', bytes: 2 },
  { title: 'with 1001', args: [1001], label: '1001', bytes: 2 },
  { title: 'with 1013 and a reason', args: [1013, 'later'], label: '1013', bytes: 7 },
  { title: 'with 3000', args: [3000], label: '3xxx', bytes: 2 },
  { title: 'with 4999 and a reason', args: [4999, 'bye'], label: '4xxx', bytes: 5 },
];

/** Both ends at once, which `act` makes close. */
const ends = (name, act, row) => ({
  name,
  run: async (t) => {
    const pair = await t.pair(row.pair);
    await act(t, pair);
    await t.closed(pair.client, pair.server);
  },
  ...row,
  server: { ...OPENED, ...row.server },
  client: { ...OPENED, ...row.client },
});

const rows = LABELS.flatMap(({ title, args, label, bytes }) =>
  ['client', 'server'].map((side) => {
    const other = side === 'client' ? 'server' : 'client';
    return ends(`the ${side} closes ${title}`, (t, pair) => pair[side].close(...args), {
      [side]: { [`closed ${label} local`]: 1 },
      [other]: { [`closed ${label} remote`]: 1 },
      up: masked(bytes),
      down: plain(bytes),
    });
  }),
);

module.exports = [
  ...rows,
  ends('both close at once', (t, { client, server }) => (server.close(1001), client.close(1000)), {
    server: { 'closed 1000 local': 1 },
    client: { 'closed 1001 local': 1 },
    up: masked(2),
    down: plain(2),
  }),
  ends('an end closes twice', (t, { client }) => (client.close(1000), client.close(1001)), {
    server: { 'closed 1000 remote': 1 },
    client: { 'closed 1000 local': 1 },
    up: masked(2),
    down: plain(2),
  }),
  ends(
    'an end closes in its message handler, and the other meanwhile',
    async (t, { client, server }) => {
      server.on('message', () => server.close(1001));
      client.send('close');
      client.close(1000);
    },
    {
      server: { 'receive text': [1, 5], processed: 1, 'closed 1000 local': 1 },
      client: { 'transmit text': [1, 5], 'closed 1001 local': 1 },
      up: masked(5, 2),
      down: plain(2),
    },
  ),
  {
    name: 'a close with a code that is not allowed throws and changes nothing',
    from: '8.1',
    run: async (t) => {
      const { client, server } = await t.pair();
      t.assert.throws(() => server.close(999), TypeError);
      t.assert.equal(server.readyState, 1);
      client.close(1000);
      await t.closed(client, server);
    },
    server: { ...OPENED, 'closed 1000 remote': 1 },
    client: { ...OPENED, 'closed 1000 local': 1 },
    up: masked(2),
    down: plain(2),
  },
  ends('the client terminates', (t, { client }) => client.terminate(), {
    server: { 'closed 1006 none': 1 },
    client: { 'closed 1006 local': 1 },
  }),
  ends('the server terminates', (t, { server }) => server.terminate(), {
    server: { 'closed 1006 local': 1 },
    client: { 'closed 1006 none': 1 },
  }),
  ends('both terminate at once', (t, { client, server }) => (server.terminate(), client.terminate()), {
    server: { 'closed 1006 local': 1 },
    client: { 'closed 1006 local': 1 },
  }),
  ends(
    'the client closes and terminates before it is answered',
    (t, { client }) => (client.close(1000), client.terminate()),
    { server: { 'closed 1000 remote': 1, network: 'any' }, client: { 'closed 1006 local': 1, network: 'any' } },
  ),
  ends(
    'the client terminates with a message on its way',
    async (t, { client, server }) => {
      const arrived = once(server, 'message');
      client.send('last words');
      await arrived;
      client.terminate();
    },
    {
      server: { 'receive text': [1, 10], processed: 1, 'closed 1006 none': 1 },
      client: { 'transmit text': [1, 10], 'closed 1006 local': 1 },
      up: masked(10),
    },
  ),
  ends("the client's socket is destroyed beneath it", (t, { client }) => client._socket.destroy(), {
    server: { 'closed 1006 none': 1 },
    client: { 'closed 1006 none': 1 },
  }),
  ends(
    "the client's socket is destroyed with an error",
    (t, { client }) => client._socket.destroy(Object.assign(new Error('cable'), { code: 'EPIPE' })),
    // ws keeps errors of its socket to itself, and we do not
    { server: { 'closed 1006 none': 1 }, client: { 'closed 1006 none EPIPE': 1, 'errors EPIPE': 1 } },
  ),
  ends('the WebSocketServer closes, which ends its clients', (t, { wss }) => wss.close(), {
    until: '8.0',
    server: { 'closed 1006 local': 1 },
    client: { 'closed 1006 none': 1 },
  }),
  ends(
    'the WebSocketServer closes, which leaves its clients, and then closes them',
    async (t, { wss, client, server }) => {
      wss.close();
      await t.settle();
      t.assert.equal((await t.now()).server.open, 1);
      const arrived = once(server, 'message');
      client.send('still here');
      await arrived;
      for (const socket of wss.clients) socket.close(1001);
    },
    {
      from: '8.0',
      server: { 'receive text': [1, 10], processed: 1, 'closed 1001 local': 1 },
      client: { 'transmit text': [1, 10], 'closed 1001 remote': 1 },
      up: masked(10, 2),
      down: plain(2),
    },
  ),
  {
    name: 'a connection that closes as soon as it opens',
    run: async (t) => {
      const wss = await t.serve({}, (socket) => socket.close(1008, 'no'));
      const client = t.dial(wss.url);
      await t.closed(client);
    },
    server: { ...OPENED, 'closed 1008 local': 1 },
    client: { ...OPENED, 'closed 1008 remote': 1 },
    up: masked(4),
    down: plain(4),
  },
];

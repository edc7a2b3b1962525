// Ways in which a connection ends, as one end sees it whose other end is a TCP connection.

const { CLOSE, TEXT, closePayload, frame, masked, plain } = require('../harness/frames.cjs');

const OPENED = { 'handshake 101': 1 };

/** A server whose other end is a TCP connection. */
const alone = (name, act, row) => ({
  name,
  run: async (t) => {
    const pair = await t.rawPair(row.options);
    await act(t, pair);
    await t.closed(pair.server);
  },
  ...row,
  server: { ...OPENED, ...row.server },
});

module.exports = [
  alone('the other end goes without a word', (t, { raw }) => raw.socket.end(), { server: { 'closed 1006 none': 1 } }),
  alone('the other end resets the connection', (t, { raw }) => raw.socket.resetAndDestroy(), {
    server: { 'closed 1006 none ECONNRESET': 1, 'errors ECONNRESET': 1 },
  }),
  alone(
    'the other end goes in the middle of a frame',
    (t, { raw }) => raw.socket.end(frame(TEXT, 'half a message').subarray(0, 10)),
    { server: { 'closed 1006 none': 1 }, up: 10 },
  ),
  alone(
    'the other end closes and does not wait',
    (t, { raw }) => raw.socket.end(frame(CLOSE, closePayload(4000, 'bye'))),
    { server: { 'closed 4xxx remote': 1 }, up: masked(5), down: plain(5) },
  ),
  alone('the other end closes without a code', (t, { raw }) => raw.socket.write(frame(CLOSE)), {
    server: { 'closed 1005 remote': 1 },
    up: masked(0),
    down: plain(0),
  }),
  alone(
    'the other end never answers the close',
    (t, { server }) => server.close(1000),
    // older versions wait for 30 s
    { from: '8.19', options: { closeTimeout: 30 }, server: { 'closed 1006 local': 1 }, down: plain(2) },
  ),
  alone(
    'the other end goes instead of an answer to the close',
    async (t, { raw, server }) => {
      server.close(1000);
      await t.waitFor('the close frame', () => raw.frames.length > 0);
      raw.socket.end();
    },
    { server: { 'closed 1006 local': 1 }, down: plain(2) },
  ),
  {
    name: 'the server never answers the close',
    from: '8.19',
    run: async (t) => {
      const { client } = await t.rawServer({ closeTimeout: 30 });
      client.close(1000);
      await t.closed(client);
    },
    client: { ...OPENED, 'closed 1006 local': 1 },
    up: masked(2),
  },
  {
    name: 'the server goes without a word',
    run: async (t) => {
      const { client, peer } = await t.rawServer();
      peer.end();
      await t.closed(client);
    },
    client: { ...OPENED, 'closed 1006 none': 1 },
  },
  {
    name: 'the server resets the connection',
    run: async (t) => {
      const { client, peer } = await t.rawServer();
      peer.resetAndDestroy();
      await t.closed(client);
    },
    client: { ...OPENED, 'closed 1006 none ECONNRESET': 1, 'errors ECONNRESET': 1 },
  },
];

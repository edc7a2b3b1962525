// Messages that are sent on a connection with permessage-deflate.

const { masked } = require('../harness/frames.cjs');
const { oneWay } = require('../harness/one-way.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

module.exports = [
  oneWay('a small message with permessage-deflate', {
    messages: 1,
    pair: { server: { perMessageDeflate: true } },
    act: (t, client) => client.send('hello'),
    server: { ...OPEN, 'receive text': [1, 5], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 5] },
    up: 'measured',
  }),
  oneWay('a large message with permessage-deflate', {
    messages: 1,
    pair: { server: { perMessageDeflate: true } },
    act: async (t, client) => {
      client.send('a'.repeat(100_000));
      await t.waitFor('fewer bytes than the message has', () => t.written.up > 0 && t.written.up < 1000);
    },
    server: { ...OPEN, 'receive text': [1, 100_000], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 100_000] },
    up: 'measured',
  }),
  oneWay('several messages with permessage-deflate, without a context, both ways', {
    messages: 3,
    pair: {
      server: { perMessageDeflate: { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 10 } },
    },
    act: async (t, client, server) => {
      let answers = 0;
      client.on('message', () => answers++);
      server.on('message', (data) => server.send(data));
      for (const data of ['short', 'b'.repeat(1000), Buffer.alloc(5000)]) client.send(data);
      await t.waitFor('the answers', () => answers === 3);
    },
    // ws 7 gives text as a string, ws 8 as a Buffer, and so it is sent back
    server: { ...OPEN, 'receive text': [2, 1005], 'receive binary': [1, 5000], processed: 3, ...sentBack('transmit') },
    client: { ...OPEN, 'transmit text': [2, 1005], 'transmit binary': [1, 5000], processed: 3, ...sentBack('receive') },
    from: '8.0',
    up: 'measured',
    down: 'measured',
  }),
  oneWay('an uncompressed message with permessage-deflate', {
    messages: 1,
    pair: { server: { perMessageDeflate: true } },
    act: (t, client) => client.send('a'.repeat(2000), { compress: false }),
    server: { ...OPEN, 'receive text': [1, 2000], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 2000] },
    up: masked(2000),
  }),
  oneWay('messages that wait for compression while the connection closes', {
    messages: 2,
    pair: { server: { perMessageDeflate: { threshold: 0 } } },
    act: async (t, client, server) => {
      client.send('a'.repeat(2000));
      client.send('b'.repeat(3000));
      client.close(1000);
      await t.closed(client, server);
    },
    server: { 'handshake 101': 1, 'receive text': [2, 5000], processed: 2, 'closed 1000 remote': 1 },
    client: { 'handshake 101': 1, 'transmit text': [2, 5000], 'closed 1000 local': 1 },
    up: 'measured',
    down: 'measured',
  }),
];

/** What an echo of Buffers gives. */
function sentBack(direction) {
  return { [`${direction} binary`]: [3, 6005] };
}

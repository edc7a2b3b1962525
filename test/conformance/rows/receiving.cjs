// Forms and packets in which messages come in.

const { once } = require('node:events');
const {
  BINARY,
  CONTINUATION,
  PING,
  TEXT,
  closePayload,
  CLOSE,
  frame,
  masked,
  plain,
} = require('../harness/frames.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

/** A text, a binary and a fragmented message, received in a binaryType by the server. */
const inBinaryType = (binaryType, more = {}) => ({
  name: `in the binaryType ${binaryType}`,
  run: async (t) => {
    const { client, server } = await t.pair({ onConnection: (socket) => (socket.binaryType = binaryType) });
    t.assert.equal(server.binaryType, binaryType);
    let arrived = 0;
    server.on('message', () => arrived++);
    client.send('text');
    client.send(Buffer.alloc(1000));
    client.send(Buffer.alloc(0));
    client.send(Buffer.alloc(20), { fin: false });
    client.send(Buffer.alloc(30), { fin: true });
    await t.waitFor('the messages', () => arrived === 4);
  },
  server: { ...OPEN, 'receive text': [1, 4], 'receive binary': [3, 1050], processed: 4 },
  client: { ...OPEN, 'transmit text': [1, 4], 'transmit binary': [3, 1050] },
  up: masked(4, 1000, 0, 20, 30),
  ...more,
});

/** Frames that a TCP connection sends by `write(raw, bytes)` to a server that listens to messages. */
const packets = (name, { data, write = (raw, bytes) => raw.socket.write(bytes), messages, ...row }) => ({
  name,
  run: async (t) => {
    const { raw, server } = await t.rawPair();
    let arrived = 0;
    server.on('message', () => arrived++);
    await write(raw, Buffer.concat(data), server);
    await t.waitFor('the messages', () => arrived === messages);
  },
  up: Buffer.concat(data).length,
  ...row,
});

module.exports = [
  inBinaryType('nodebuffer'),
  inBinaryType('arraybuffer'),
  inBinaryType('fragments'),
  inBinaryType('blob', { from: '8.19' }),
  packets('three messages in one packet', {
    data: [frame(TEXT, 'one'), frame(BINARY, 'two2'), frame(TEXT, 'three')],
    messages: 3,
    server: { ...OPEN, 'receive text': [2, 8], 'receive binary': [1, 4], processed: 3 },
  }),
  packets('a message byte by byte', {
    data: [frame(TEXT, 'slowly')],
    messages: 1,
    write: async (raw, bytes, server) => {
      for (const [index, byte] of bytes.entries()) {
        const read = once(server._socket, 'data');
        raw.socket.write(Buffer.from([byte]));
        if (index < bytes.length - 1) await read;
      }
    },
    server: { ...OPEN, 'receive text': [1, 6], processed: 1 },
  }),
  packets('fragments with a ping between them', {
    data: [frame(TEXT, 'one ', { fin: false }), frame(PING, 'p'), frame(CONTINUATION, 'two')],
    messages: 1,
    down: plain(1),
    server: { ...OPEN, 'receive text': [1, 7], processed: 1 },
  }),
  packets('a length written longer than it need be', {
    data: [Buffer.from([0x82, 0xfe, 0, 3, 0, 0, 0, 0, 1, 2, 3])],
    messages: 1,
    server: { ...OPEN, 'receive binary': [1, 3], processed: 1 },
  }),
  packets('a message behind the close frame is none', {
    data: [frame(TEXT, 'before'), frame(CLOSE, closePayload(1000)), frame(TEXT, 'after')],
    messages: 1,
    write: async (raw, bytes) => {
      raw.socket.write(bytes);
      await raw.end();
    },
    down: plain(2),
    server: { 'handshake 101': 1, 'receive text': [1, 6], processed: 1, 'closed 1000 remote': 1 },
  }),
  packets('half a message is none', {
    data: [frame(TEXT, 'whole'), frame(TEXT, 'half a message').subarray(0, 10)],
    messages: 1,
    server: { ...OPEN, 'receive text': [1, 5], processed: 1 },
  }),
  {
    name: 'messages that come while the socket is paused',
    from: '8.4',
    run: async (t) => {
      const { client, server } = await t.pair();
      let arrived = 0;
      server.on('message', () => arrived++);
      server.pause();
      await new Promise((resolve) => client.send('later', resolve));
      await t.settle();
      t.assert.equal(arrived, 0);
      server.resume();
      await t.waitFor('the message', () => arrived === 1);
    },
    server: { ...OPEN, 'receive text': [1, 5], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 5] },
    up: masked(5),
  },
  {
    name: 'a thousand messages both ways',
    run: async (t) => {
      const { client, server } = await t.pair();
      server.on('message', (data) => server.send(String(data)));
      let answers = 0;
      client.on('message', () => answers++);
      for (let count = 0; count < 1000; count++) client.send('x'.repeat(count % 200));
      await t.waitFor('the answers', () => answers === 1000);
    },
    server: { ...OPEN, 'receive text': [1000, 99_500], 'transmit text': [1000, 99_500], processed: 1000 },
    client: { ...OPEN, 'transmit text': [1000, 99_500], 'receive text': [1000, 99_500], processed: 1000 },
    up: masked(...Array.from({ length: 1000 }, (_, index) => index % 200)),
    down: plain(...Array.from({ length: 1000 }, (_, index) => index % 200)),
  },
];

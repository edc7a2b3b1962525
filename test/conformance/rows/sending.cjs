// Ways to send: each goes from client to server and, by the same call, back.

const { once } = require('node:events');
const { masked, plain } = require('../harness/frames.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

/** A row in which each end hands the same to `send`. */
const both = (name, type, bytes, make, more = {}) => ({
  name,
  run: async (t) => {
    const { client, server } = await t.pair();
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      const arrived = t.message(to);
      from.send(...make(t));
      t.assert.equal((await arrived).length, bytes);
    }
  },
  server: { ...OPEN, [`receive ${type}`]: [1, bytes], [`transmit ${type}`]: [1, bytes], processed: 1 },
  client: { ...OPEN, [`receive ${type}`]: [1, bytes], [`transmit ${type}`]: [1, bytes], processed: 1 },
  up: masked(bytes),
  down: plain(bytes),
  ...more,
});

const bytesOf = (length) => Uint8Array.from({ length }, (_, index) => index);

const MULTIBYTE = 'grüße, 世界 🎉';

/** How socket.io makes frames for all. */
const FRAME = { readOnly: false, mask: false, rsv1: false, fin: true };

/** A row in which the client sends by `act`. */
const oneWay = (name, { act, messages, ...row }) => ({
  name,
  run: async (t) => {
    const { client, server } = await t.pair(row.pair);
    let arrived = 0;
    server.on('message', () => arrived++);
    await act(t, client, server);
    await t.waitFor('the messages', () => arrived === messages);
  },
  ...row,
});

module.exports = [
  both('a string', 'text', 5, () => ['hello']),
  both('an empty string', 'text', 0, () => ['']),
  both('text of several bytes a character', 'text', Buffer.byteLength(MULTIBYTE), () => [MULTIBYTE]),
  both('a number', 'text', 5, () => [12345]),
  both('a Buffer', 'binary', 100, () => [Buffer.alloc(100)]),
  both('an empty Buffer', 'binary', 0, () => [Buffer.alloc(0)]),
  both('a Buffer that is a part of another', 'binary', 7, () => [Buffer.alloc(100).subarray(50, 57)]),
  both('a typed array with an offset', 'binary', 3, () => [new Uint8Array(bytesOf(10).buffer, 2, 3)]),
  both('an array of 16-bit numbers', 'binary', 10, () => [new Uint16Array(5)]),
  both('an array of 64-bit numbers', 'binary', 16, () => [new Float64Array(2)]),
  both('a DataView with an offset', 'binary', 4, () => [new DataView(bytesOf(10).buffer, 3, 4)]),
  both('an ArrayBuffer', 'binary', 30, () => [new ArrayBuffer(30)]),
  both('an array of bytes', 'binary', 3, () => [[1, 2, 3]]),
  both('nothing', 'binary', 0, () => [undefined]),
  both('a Blob', 'binary', 11, () => [new Blob(['a blob ', 'text'])], { from: '8.18' }),
  both('a Buffer as text', 'text', 4, () => [Buffer.from('text'), { binary: false }]),
  both('a string as binary', 'binary', 6, () => ['binary', { binary: true }]),
  both('with undefined for binary', 'text', 4, () => [Buffer.from('text'), { binary: undefined }]),
  both('with a callback in the place of options', 'text', 5, () => ['hello', () => undefined]),
  both('with empty options and a callback', 'text', 5, () => ['hello', {}, () => undefined]),
  both('with null for options', 'text', 5, () => ['hello', null]),
  ...[0, 1, 125, 126, 65_535, 65_536, 1_048_576].map((bytes) =>
    both(`${bytes} B of binary`, 'binary', bytes, () => [Buffer.alloc(bytes, 1)]),
  ),
  ...[125, 126, 65_536].map((bytes) => both(`${bytes} B of text`, 'text', bytes, () => ['a'.repeat(bytes)])),
  oneWay('the callback is called once, with nothing', {
    messages: 1,
    act: async (t, client) => {
      const calls = [];
      client.send('hello', (...args) => calls.push(args));
      await t.waitFor('the callback', () => calls.length > 0);
      await t.settle();
      t.assert.deepEqual(
        calls.map((args) => args.filter((arg) => arg != null)),
        [[]],
      );
    },
    server: { ...OPEN, 'receive text': [1, 5], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 5] },
    up: masked(5),
  }),
  oneWay('two fragments', {
    messages: 1,
    act: (t, client) => {
      client.send('one ', { fin: false });
      client.send('two', { fin: true });
    },
    server: { ...OPEN, 'receive text': [1, 7], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 7] },
    up: masked(4, 3),
  }),
  oneWay('a hundred fragments, the last one empty', {
    messages: 1,
    act: (t, client) => {
      for (let index = 0; index < 99; index++) client.send(Buffer.alloc(10), { fin: false });
      client.send(Buffer.alloc(0), { fin: true });
    },
    server: { ...OPEN, 'receive binary': [1, 990], processed: 1 },
    client: { ...OPEN, 'transmit binary': [1, 990] },
    up: 99 * masked(10) + masked(0),
  }),
  oneWay('fragments whose first one says what they are', {
    messages: 2,
    act: (t, client) => {
      client.send('text ', { fin: false });
      client.send(Buffer.from('in a buffer'), { fin: true });
      client.send(Buffer.from('binary '), { fin: false });
      client.send('in a string', { fin: true });
    },
    server: { ...OPEN, 'receive text': [1, 16], 'receive binary': [1, 18], processed: 2 },
    client: { ...OPEN, 'transmit text': [1, 16], 'transmit binary': [1, 18] },
    up: masked(5, 11, 7, 11),
  }),
  oneWay('fragments with a ping in between', {
    messages: 1,
    act: async (t, client) => {
      client.send('one ', { fin: false });
      const ponged = once(client, 'pong');
      client.ping('ping');
      await ponged;
      client.send('two', { fin: true });
    },
    server: { ...OPEN, 'receive text': [1, 7], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 7], ping: 1 },
    up: masked(4, 4, 3),
    down: plain(4),
  }),
  oneWay('fragments that never end are no message', {
    messages: 0,
    act: (t, client) => {
      client.send('one ', { fin: false });
      client.send('two', { fin: false });
    },
    server: OPEN,
    client: OPEN,
    up: masked(4, 3),
  }),
  oneWay('a broadcast of frames made before, as header and payload', {
    messages: 1,
    act: broadcast(({ Sender }) => Sender.frame(Buffer.from('to all'), { ...FRAME, opcode: 1 })),
    server: { ...OPEN, 'receive text': [1, 4], 'transmit text': [1, 6], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 4], 'receive text': [1, 6], processed: 1 },
    up: masked(4),
    down: plain(6),
  }),
  oneWay('a broadcast of a large binary frame made before', {
    messages: 1,
    act: broadcast(({ Sender }) => Sender.frame(Buffer.alloc(70_000), { ...FRAME, opcode: 2 })),
    server: { ...OPEN, 'receive text': [1, 4], 'transmit binary': [1, 70_000], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 4], 'receive binary': [1, 70_000], processed: 1 },
    up: masked(4),
    down: plain(70_000),
  }),
  oneWay('a broadcast of a frame made before, in one piece', {
    messages: 1,
    act: broadcast(({ Sender }) => [Buffer.concat(Sender.frame(Buffer.alloc(300), { ...FRAME, opcode: 2 }))]),
    server: { ...OPEN, 'receive text': [1, 4], 'transmit binary': [1, 300], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 4], 'receive binary': [1, 300], processed: 1 },
    up: masked(4),
    down: plain(300),
  }),
  oneWay('a broadcast of an empty frame made before', {
    messages: 1,
    act: broadcast(({ Sender }) => Sender.frame(Buffer.alloc(0), { ...FRAME, opcode: 1 })),
    server: { ...OPEN, 'receive text': [1, 4], 'transmit text': [1, 0], processed: 1 },
    client: { ...OPEN, 'transmit text': [1, 4], 'receive text': [1, 0], processed: 1 },
    up: masked(4),
    down: plain(0),
  }),
  {
    name: 'one frame made before, to three clients',
    run: async (t) => {
      const sockets = [];
      const wss = await t.serve({}, (socket) => sockets.push(socket));
      const clients = await Promise.all([1, 2, 3].map(() => t.connect(wss.url)));
      await t.waitFor('the sockets', () => sockets.length === 3);
      const arrived = clients.map((client) => once(client, 'message'));
      const frame = t.Sender.frame(Buffer.from('to all'), { ...FRAME, opcode: 1 });
      for (const socket of sockets) socket._sender.sendFrame(frame);
      await Promise.all(arrived);
    },
    server: { 'handshake 101': 3, open: 3, 'transmit text': [3, 18] },
    client: { 'handshake 101': 3, open: 3, 'receive text': [3, 18], processed: 3 },
    down: plain(6, 6, 6),
  },
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
      for (let count = 0; count < 40; count++) sockets[0].send(chunk);
      for (let count = 0; count < 20; count++) sockets[1].send(chunk);
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

/** The server answers the client's message with frames that were made before, past `send`. */
function broadcast(make) {
  return async (t, client, server) => {
    const frames = make(t);
    server.on('message', () => server._sender.sendFrame(frames));
    const arrived = once(client, 'message');
    client.send('now?');
    await arrived;
  };
}

/** What an echo of Buffers gives. */
function sentBack(direction) {
  return { [`${direction} binary`]: [3, 6005] };
}

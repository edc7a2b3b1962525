// Forms of what is sent and of the call that sends it.

const { masked, plain } = require('../harness/frames.cjs');
const { oneWay } = require('../harness/one-way.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

/** A row in which each end hands the same to `send`: it goes from client to server and back. */
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
];

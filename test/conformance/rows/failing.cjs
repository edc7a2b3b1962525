// What is wrong in what comes in, and what becomes of the connection.

const { once } = require('node:events');
const {
  BINARY,
  CLOSE,
  CONTINUATION,
  PING,
  TEXT,
  closePayload,
  frame,
  masked,
  plain,
} = require('../harness/frames.cjs');

const OPENED = { 'handshake 101': 1 };

/** What the end sees that finds the fault: it asks to close, and is told 1006. */
const found = (code) => ({ ...OPENED, [`errors ${code}`]: 1, [`closed 1006 local ${code}`]: 1 });

/** Bytes that a TCP connection sends to a server, which closes for them. */
const toServer = (name, code, data, row = {}) => ({
  name: `to a server: ${name}`,
  run: async (t) => {
    const { raw, server } = await t.rawPair(row.options, (socket) => socket.on('message', () => undefined));
    raw.socket.write(data);
    await t.closed(server);
    t.assert.deepEqual([...raw.frames.subarray(2, 4)], [row.status >> 8, row.status & 255]);
  },
  up: data.length,
  down: plain(2),
  ...row,
  server: { ...found(code), ...row.server },
});

/** Likewise from a server to a client. */
const toClient = (name, code, data, row = {}) => ({
  name: `to a client: ${name}`,
  run: async (t) => {
    const { client, peer } = await t.rawServer(row.options);
    peer.write(data);
    await t.closed(client);
  },
  down: data.length,
  up: masked(2),
  ...row,
  client: { ...found(code), ...row.client },
});

const WRONG_TEXT = Buffer.from([0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xce, 0xbc, 0xce, 0xb5, 0xed, 0xa0, 0x80]);

module.exports = [
  toServer('text that is not UTF-8', 'WS_ERR_INVALID_UTF8', frame(TEXT, WRONG_TEXT), { status: 1007 }),
  toServer('an opcode that there is not', 'WS_ERR_INVALID_OPCODE', frame(5, 'x'), { status: 1002 }),
  toServer('a continuation of nothing', 'WS_ERR_INVALID_OPCODE', frame(CONTINUATION, 'x'), { status: 1002 }),
  toServer(
    'a new message within a fragmented one',
    'WS_ERR_INVALID_OPCODE',
    Buffer.concat([frame(TEXT, 'one', { fin: false }), frame(TEXT, 'two')]),
    { status: 1002 },
  ),
  toServer('a frame without a mask', 'WS_ERR_EXPECTED_MASK', frame(TEXT, 'x', { mask: false }), { status: 1002 }),
  toServer('the first reserved bit', 'WS_ERR_UNEXPECTED_RSV_1', frame(TEXT, 'x', { rsv: 0x40 }), { status: 1002 }),
  toServer('the second reserved bit', 'WS_ERR_UNEXPECTED_RSV_2_3', frame(TEXT, 'x', { rsv: 0x20 }), { status: 1002 }),
  toServer('a control frame in fragments', 'WS_ERR_EXPECTED_FIN', frame(PING, 'x', { fin: false }), { status: 1002 }),
  toServer('a ping of 126 B', 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', frame(PING, Buffer.alloc(126)), {
    status: 1002,
  }),
  toServer('a close with a code that is not allowed', 'WS_ERR_INVALID_CLOSE_CODE', frame(CLOSE, closePayload(1005)), {
    status: 1002,
  }),
  toServer(
    'a close with a reason that is not UTF-8',
    'WS_ERR_INVALID_UTF8',
    frame(CLOSE, Buffer.concat([closePayload(1000), WRONG_TEXT])),
    { status: 1007 },
  ),
  toServer('a close of one byte', 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', frame(CLOSE, 'x'), { status: 1002 }),
  toServer('a message over maxPayload', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', frame(BINARY, Buffer.alloc(101)), {
    status: 1009,
    options: { maxPayload: 100 },
  }),
  toServer(
    'fragments over maxPayload together',
    'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
    Buffer.concat([frame(BINARY, Buffer.alloc(60), { fin: false }), frame(CONTINUATION, Buffer.alloc(60))]),
    { status: 1009, options: { maxPayload: 100 } },
  ),
  toServer(
    'a length beyond 2^53',
    'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
    Buffer.from([0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
    { status: 1009 },
  ),
  toServer('what is no frame at all', 'WS_ERR_UNEXPECTED_RSV_1', Buffer.from('GET / HTTP/1.1\r\n\r\n'), {
    status: 1002,
  }),
  {
    name: 'to a server: data that is not compressed although it says so',
    run: async (t) => {
      const wss = await t.serve({ perMessageDeflate: true });
      const accepted = once(wss, 'connection');
      const raw = t.raw(wss, t.request({ headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' } }));
      const [server] = await accepted;
      t.assert.equal(await raw.status(), 101);
      raw.socket.write(frame(TEXT, Buffer.alloc(20, 0xff), { rsv: 0x40 }));
      await t.closed(server);
    },
    server: { ...OPENED, 'errors Z_DATA_ERROR': 1, 'closed 1006 local Z_DATA_ERROR': 1 },
    up: masked(20),
    down: plain(2),
  },
  toServer(
    'a good message before a bad one',
    'WS_ERR_INVALID_OPCODE',
    Buffer.concat([frame(TEXT, 'good'), frame(5, 'bad')]),
    { status: 1002, server: { 'receive text': [1, 4], processed: 1 } },
  ),
  toClient('a frame with a mask', 'WS_ERR_UNEXPECTED_MASK', frame(TEXT, 'x')),
  toClient('text that is not UTF-8', 'WS_ERR_INVALID_UTF8', frame(TEXT, WRONG_TEXT, { mask: false })),
  toClient(
    'a message over maxPayload',
    'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
    frame(BINARY, Buffer.alloc(101), { mask: false }),
    { options: { maxPayload: 100 } },
  ),
  toClient('what is no frame at all', 'WS_ERR_UNEXPECTED_RSV_1', Buffer.from('HTTP/1.1 502 Bad Gateway\r\n\r\n')),
  {
    name: 'a message over maxPayload, between two ends',
    run: async (t) => {
      const { client, server } = await t.pair({ server: { maxPayload: 100 } });
      client.send(Buffer.alloc(101));
      await t.closed(client, server);
    },
    server: found('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'),
    client: { ...OPENED, 'transmit binary': [1, 101], 'closed 1009 remote': 1 },
    // the server may be gone before the answer to its close frame
    up: 'any',
    down: plain(2),
  },
  {
    name: 'a message without a mask, between two ends',
    run: async (t) => {
      const { client, server } = await t.pair();
      client.send('naked', { mask: false });
      await t.closed(client, server);
    },
    server: found('WS_ERR_EXPECTED_MASK'),
    client: { ...OPENED, 'transmit text': [1, 5], 'closed 1002 remote': 1 },
    up: 'any',
    down: plain(2),
  },
  {
    name: 'an error that nobody listens to goes on to end the process',
    run: async (t) => {
      const { raw, server } = await t.rawPair();
      server.removeAllListeners('error');
      raw.socket.write(frame(5, 'x'));
      await t.closed(server);
    },
    server: found('WS_ERR_INVALID_OPCODE'),
    crashes: ['uncaughtException Invalid WebSocket frame: invalid opcode 5'],
    up: masked(1),
    down: plain(2),
  },
];

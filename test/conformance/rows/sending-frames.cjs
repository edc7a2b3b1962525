// Frames that were made before and are sent past `send`.

const { once } = require('node:events');
const { masked, plain } = require('../harness/frames.cjs');
const { oneWay } = require('../harness/one-way.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

/** How socket.io makes frames for all. */
const FRAME = { readOnly: false, mask: false, rsv1: false, fin: true };

module.exports = [
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
  {
    name: 'a send that throws does not hide the frame that is sent past it',
    run: async (t) => {
      const { client, server } = await t.pair();
      t.assert.throws(() => server.send({}), TypeError);
      const arrived = once(client, 'message');
      server._sender.sendFrame(t.Sender.frame(Buffer.from('to all'), { ...FRAME, opcode: 1 }));
      await arrived;
    },
    server: { ...OPEN, 'transmit text': [1, 6] },
    client: { ...OPEN, 'receive text': [1, 6], processed: 1 },
    down: plain(6),
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

// One message from client to server, by which a connection is seen to be measured.

const { once } = require('node:events');
const { masked } = require('./frames.cjs');

const hello = async (client, server) => {
  const arrived = once(server, 'message');
  client.send('hello');
  await arrived;
};

/** What one message from client to server gives. */
const HELLO = {
  server: { 'handshake 101': 1, open: 1, 'receive text': [1, 5], processed: 1 },
  client: { 'handshake 101': 1, open: 1, 'transmit text': [1, 5] },
  up: masked(5),
};

/** Both ends of a connection to a WebSocketServer that does not listen itself. */
const helloThrough = async (t, wss, url, options) => {
  const accepted = once(wss, 'connection');
  const client = await t.connect(url, options);
  const [server] = await accepted;
  await hello(client, server);
};

module.exports = { HELLO, hello, helloThrough };

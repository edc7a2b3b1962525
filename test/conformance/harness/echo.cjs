// A text to a server and back.

const { once } = require('node:events');
const { masked, plain } = require('./frames.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

const echo = (socket) => socket.on('message', (data) => socket.send(String(data)));

/** A text to the server and back. */
const exchange = async (client, text = 'hello') => {
  const answered = once(client, 'message');
  client.send(text);
  await answered;
};

const ECHOED = {
  server: { ...OPEN, 'receive text': [1, 5], 'transmit text': [1, 5], processed: 1 },
  client: { ...OPEN, 'receive text': [1, 5], 'transmit text': [1, 5], processed: 1 },
  up: masked(5),
  down: plain(5),
};

module.exports = { ECHOED, echo, exchange };

// Connections without a message for a while.

const { once } = require('node:events');
const { masked } = require('../harness/frames.cjs');

module.exports = [
  {
    name: 'a connection without a message for a while is idle, on both ends',
    config: { idle_after_ms: 20 },
    run: async (t) => {
      const { client, server } = await t.pair();
      await t.waitFor('idle ends', async () => {
        const now = await t.now();
        return now.server.idle === 1 && now.client.idle === 1;
      });
      const arrived = once(server, 'message');
      client.send('hello');
      await arrived;
      await t.waitFor('idle ends', async () => {
        const now = await t.now();
        return now.server.idle === 1 && now.client.idle === 1;
      });
    },
    server: { 'handshake 101': 1, 'receive text': [1, 5], processed: 1, idle: 1 },
    client: { 'handshake 101': 1, 'transmit text': [1, 5], idle: 1 },
    up: masked(5),
  },
];

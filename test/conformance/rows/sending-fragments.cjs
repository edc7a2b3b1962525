// Messages that are sent in fragments.

const { once } = require('node:events');
const { masked, plain } = require('../harness/frames.cjs');
const { oneWay } = require('../harness/one-way.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

module.exports = [
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
];

'use strict';
// The ways to listen.
const events = require('node:events');
const { connect, dial, dialRaw, frame, listen, next, urlOf } = require('../peers.cjs');

const ofConnection = (look) => async () => look(await connect());
const typeOf = (value) => (Buffer.isBuffer(value) ? 'Buffer' : (value?.constructor?.name ?? String(value)));

/** What a listener is called with. */
function argumentsOf(emitter, event) {
  return new Promise((resolve) => {
    emitter.on(event, function () {
      resolve({ count: arguments.length, types: [...arguments].map(typeOf), thisIsEmitter: this === emitter });
    });
  });
}

module.exports = {
  'once hears one message': ofConnection(async ({ client, socket }) => {
    let count = 0;
    socket.once('message', () => count++);
    client.send('a');
    client.send('b');
    client.close();
    await next(socket, 'close');
    return [count, socket.listenerCount('message')];
  }),
  'the events helpers once and on': ofConnection(async ({ client, socket }) => {
    const one = events.once(socket, 'message');
    client.send('1');
    const [first] = await one;
    const seen = [String(first)];
    const messages = events.on(socket, 'message');
    for (const text of ['2', '3', '4']) client.send(text);
    for await (const [data, ...rest] of messages) {
      seen.push([String(data), rest.length]);
      if (seen.length === 4) break;
    }
    return [seen, socket.listenerCount('message'), socket.listenerCount('error')];
  }),
  'events.once rejects on an error': async () => {
    const wss = await listen({ verifyClient: () => false });
    const client = dial(urlOf(wss));
    return events.once(client, 'open').catch((error) => [error.message, client.listenerCount('error')]);
  },
  'a message by addEventListener, once': ofConnection(async ({ client, socket }) => {
    const seen = [];
    socket.addEventListener('message', (event) => seen.push([event.type, String(event.data)]), { once: true });
    client.send('a');
    client.send('b');
    client.close();
    await next(socket, 'close');
    return [seen, socket.listenerCount('message')];
  }),
  'an event object and its target': ofConnection(async ({ client, socket }) => {
    const seen = new Promise((resolve) => {
      socket.addEventListener('message', function (event) {
        resolve([this === socket, event.target === socket, event.type, event.constructor.name, arguments.length]);
      });
    });
    client.send('a');
    return seen;
  }),
  'onmessage and its getter': ofConnection(async ({ client, socket }) => {
    const handler = () => {};
    const before = socket.onmessage;
    socket.onmessage = handler;
    const during = [socket.onmessage === handler, socket.listenerCount('message')];
    const heard = new Promise((resolve) => (socket.onmessage = (event) => resolve(String(event.data))));
    client.send('a');
    const data = await heard;
    socket.onmessage = null;
    return [typeOf(before), during, data, typeOf(socket.onmessage), socket.listenerCount('message')];
  }),
  'messages from a raw client, in fragments': async () => {
    const wss = await listen();
    const { socket: raw } = await dialRaw(wss._server);
    const [socket] = await next(wss, 'connection');
    const seen = argumentsOf(socket, 'message');
    raw.write(Buffer.concat([frame(1, 'a', false), frame(0, 'b', false), frame(0, 'c')]));
    return seen;
  },
};

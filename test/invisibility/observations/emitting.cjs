'use strict';
const { connect, dial, listen, urlOf } = require('../peers.cjs');

const ofConnection = (look) => async () => look(await connect());
const typeOf = (value) => (Buffer.isBuffer(value) ? 'Buffer' : (value?.constructor?.name ?? String(value)));

/** Sends one message from the client and gives what `listen` makes of the server's socket. */
const onMessage = (arrange) =>
  ofConnection(async ({ client, socket }) => {
    const result = new Promise((resolve) => arrange(socket, resolve, client));
    client.send('hello');
    return result;
  });

/** What a listener is called with. */
function argumentsOf(emitter, event) {
  return new Promise((resolve) => {
    emitter.on(event, function () {
      resolve({ count: arguments.length, types: [...arguments].map(typeOf), thisIsEmitter: this === emitter });
    });
  });
}

module.exports = {
  'return values of emit': ofConnection(({ socket }) => {
    const without = ['message', 'pong', 'close', 'ping', 'open', 'anything'].map((event) => socket.emit(event, 1, 'a'));
    for (const event of ['message', 'pong', 'ping', 'anything']) socket.on(event, () => 'ignored');
    return [without, ['message', 'pong', 'ping', 'anything'].map((event) => socket.emit(event, 'a', false))];
  }),
  'return values of on, once, off and others': ofConnection(({ socket }) => {
    const listener = () => {};
    return [
      socket.on('message', listener),
      socket.once('message', listener),
      socket.prependListener('message', listener),
      socket.off('message', listener),
      socket.removeAllListeners('message'),
    ].map((value) => value === socket);
  }),
  'return values of send, ping, pong': ofConnection(({ client }) => [
    client.send('a'),
    client.send('a', () => {}),
    client.send('a', { binary: true }),
    client.send(Buffer.from('a'), {}, () => {}),
    client.ping(),
    client.ping('b', true, () => {}),
    client.pong(),
  ]),
  'return values of close and terminate': ofConnection(({ client, socket }) => [
    client.close(1000, 'x'),
    client.close(),
    client.terminate(),
    client.terminate(),
    client.close(),
    socket.terminate(),
  ]),
  'return values of a closed server': async () => {
    const wss = await listen();
    return [wss.address() === null, wss.close(), wss.listenerCount('connection')];
  },
  "arguments of 'message', text": onMessage((socket, resolve) => void argumentsOf(socket, 'message').then(resolve)),
  "arguments of 'message', binary": ofConnection(async ({ client, socket }) => {
    const seen = argumentsOf(socket, 'message');
    client.send(Buffer.from('b'));
    return seen;
  }),
  "arguments of 'ping' and 'pong'": ofConnection(async ({ client, socket }) => {
    const seen = [argumentsOf(socket, 'ping'), argumentsOf(client, 'pong')];
    client.ping('p');
    return Promise.all(seen);
  }),
  "arguments of 'close'": ofConnection(async ({ client, socket }) => {
    const seen = [argumentsOf(socket, 'close'), argumentsOf(client, 'close')];
    client.close(3001, 'why');
    return Promise.all(seen);
  }),
  "arguments of 'open', 'upgrade' and 'connection'": async () => {
    const wss = await listen();
    const client = dial(urlOf(wss));
    return Promise.all([
      argumentsOf(client, 'open'),
      argumentsOf(client, 'upgrade'),
      argumentsOf(wss, 'connection'),
      argumentsOf(wss, 'headers'),
      argumentsOf(wss._server, 'upgrade'),
    ]);
  },
  "arguments of 'error' and 'unexpected-response'": async () => {
    const wss = await listen({ verifyClient: () => false });
    const failing = dial(urlOf(wss));
    const refused = dial(urlOf(wss));
    refused.on('error', () => {});
    return Promise.all([argumentsOf(failing, 'error'), argumentsOf(refused, 'unexpected-response')]);
  },
  'arguments of an event of the application': ofConnection(async ({ socket }) => {
    const seen = [argumentsOf(socket, 'none'), argumentsOf(socket, 'many')];
    socket.emit('none');
    socket.emit('many', 1, 2, 3, 4, 5, 6);
    return Promise.all(seen);
  }),
  "arguments of 'message' that the application emits": ofConnection(async ({ socket }) => {
    const counts = [];
    socket.on('message', (...args) => counts.push(args.length));
    socket.emit('message');
    socket.emit('message', 'a');
    socket.emit('message', 'a', false, 'more', 'still more');
    return counts;
  }),
  'arguments of callbacks': ofConnection(async ({ client }) => {
    const argsOf = (start) => new Promise((resolve) => start((...args) => resolve([args.length, args.map(typeOf)])));
    return Promise.all([
      argsOf((done) => client.send('a', done)),
      argsOf((done) => client.send('a', { compress: false }, done)),
      argsOf((done) => client.ping('a', true, done)),
      argsOf((done) => client.pong('a', true, done)),
    ]);
  }),
};

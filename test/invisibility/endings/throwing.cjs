'use strict';
// Programs in which a listener or callback throws, or an error has no listener.
const { setTimeout: sleep } = require('node:timers/promises');
const { fail, peers, say, talk } = require('./talk.cjs');

/** Where each of these throws, in a connection with one message, one ping and a close from the client. */
const THROWING = {
  "'message' of the server": ({ socket }) => socket.on('message', fail),
  "'message' of the client": ({ client, socket }) => (client.on('message', fail), socket.send('back')),
  'a second listener of a message': ({ socket }) => (
    socket.on('message', () => say('first')),
    socket.on('message', fail)
  ),
  'a listener by addEventListener': ({ socket }) => socket.addEventListener('message', fail),
  onmessage: ({ socket }) => (socket.onmessage = fail),
  "'ping'": ({ socket }) => socket.on('ping', fail),
  "'pong'": ({ client }) => client.on('pong', fail),
  "'close' of the server": ({ socket }) => socket.on('close', fail),
  "'close' of the client": ({ client }) => client.on('close', fail),
  "'error' of the server": ({ client, socket }) => (
    socket.on('error', fail),
    client._socket.write(Buffer.from([0x83, 0]))
  ),
  'the callback of send': ({ client }) => client.send('a', fail),
  'the callback of ping': ({ client }) => client.ping('a', true, fail),
};

const throwing = Object.fromEntries(
  Object.entries(THROWING).map(([place, arrange]) => [`an error thrown in ${place}`, { run: () => talk(arrange) }]),
);

function watchExceptions() {
  process.on('uncaughtException', (error, origin) => {
    say(
      'uncaught',
      error.message,
      origin,
      error.stack
        .split('\n')
        .find((line) => line.includes('throwing.cjs'))
        .trim(),
    );
  });
  process.on('uncaughtExceptionMonitor', (error, origin) => say('monitor', error.message, origin));
}

module.exports = {
  ...throwing,
  "an error thrown in 'open'": {
    run: async () =>
      peers()
        .dial(peers().urlOf(await peers().listen()))
        .on('open', fail),
  },
  "an error thrown in 'connection'": {
    run: async () => peers().dial(peers().urlOf((await peers().listen()).on('connection', fail))),
  },
  "an error thrown in 'headers'": {
    run: async () => peers().dial(peers().urlOf((await peers().listen()).on('headers', fail))),
  },
  "an error thrown in 'upgrade' of the http server": {
    run: async () => peers().dial(peers().urlOf((await peers().listenHttp()).on('upgrade', fail))),
  },
  'an error thrown in verifyClient': {
    run: async () => peers().dial(peers().urlOf(await peers().listen({ verifyClient: fail }))),
  },
  'an error thrown in the callback of handleUpgrade': {
    run: async () => {
      const { WebSocket, dial, listenHttp, urlOf } = peers();
      const server = await listenHttp();
      const wss = new WebSocket.Server({ noServer: true });
      server.on('upgrade', (request, socket, head) => wss.handleUpgrade(request, socket, head, fail));
      dial(urlOf(server));
    },
  },
  'something that is no error thrown in a listener': {
    run: () =>
      talk(({ socket }) =>
        socket.on('message', () => {
          throw 'a text';
        }),
      ),
  },
  'nothing thrown in a listener': {
    run: () =>
      talk(({ socket }) =>
        socket.on('message', () => {
          throw undefined;
        }),
      ),
  },
  'an exception that the application hears of': {
    run: async () => {
      watchExceptions();
      const { wss } = await talk(({ socket }) => socket.on('message', fail));
      await sleep(30);
      for (const client of wss.clients) client.terminate();
      wss.close();
    },
  },
  "no listener of 'error': nobody listens there": {
    run: async () => {
      const wss = await peers().listen();
      const url = peers().urlOf(wss);
      wss.close(() => peers().dial(url));
    },
  },
  "no listener of 'error': refused": {
    run: async () => peers().dial(peers().urlOf(await peers().listen({ verifyClient: () => false }))),
  },
  "no listener of 'error': a bad frame": {
    run: () => talk(({ client }) => client._socket.write(Buffer.from([0x83, 0]))),
  },
  "no listener of 'error': one emitted by the application": {
    run: () => talk(({ socket }) => socket.on('message', () => socket.emit('error', new RangeError('emitted')))),
  },

  'a domain that is loaded before ws': {
    run: async () => {
      const domain = require('node:domain').create();
      domain.on(
        'error',
        (error) => (say('domain', error.message, error.domainEmitter?.constructor.name), process.exit(3)),
      );
      domain.run(() => void talk(({ socket }) => socket.on('message', fail)));
    },
  },
  'a domain that is loaded after ws': {
    run: async () => {
      const { connect } = peers();
      const domain = require('node:domain').create();
      domain.on('error', (error) => (say('domain', error.message, error.domainThrown), process.exit(3)));
      const { client, socket } = await connect();
      domain.add(socket);
      socket.on('message', () => {
        say('in the domain', process.domain === domain);
        fail();
      });
      client.send('a');
    },
  },
  'a socket in a domain that emits an error': {
    run: async () => {
      const { connect } = peers();
      const domain = require('node:domain').create();
      domain.on(
        'error',
        (error) => (say('domain', error.message, error.domainEmitter?.constructor.name), process.exit(3)),
      );
      const { socket } = await connect();
      domain.add(socket);
      socket.emit('error', new RangeError('emitted'));
    },
  },
};

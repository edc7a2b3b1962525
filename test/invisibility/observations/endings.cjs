'use strict';
// Programs that end by themselves or die: each runs in a process of its own, and its exit code and output are the observation.
// `flags` are those of Node.js.
const { writeSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

/** Written at once, since the process may be about to die. */
const say = (...words) => writeSync(1, `${words.map(String).join(' ')}\n`);

const peers = () => require('../peers.cjs');

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

function fail() {
  throw new RangeError('thrown by the application');
}

async function talk(arrange = () => {}) {
  const { connect } = peers();
  const both = await connect();
  arrange(both);
  both.client.send('hello');
  both.client.ping();
  both.client.close();
  return both;
}

const throwing = Object.fromEntries(
  Object.entries(THROWING).map(([place, arrange]) => [`an error thrown in ${place}`, { run: () => talk(arrange) }]),
);

/** A rejected promise of a message listener, and how the process tells of it. */
const rejecting =
  (listener, watch = () => {}) =>
  async () => {
    watch();
    const { wss, client } = await talk(({ socket }) => socket.on('message', listener));
    client.on('close', () => setTimeout(() => wss.close(), 30));
  };

const REASON = Object.assign(new TypeError('rejected by the application'), { code: 'APP_CODE' });
let returned;
const reject = async () => {
  await null;
  throw REASON;
};
const rejectReturned = () => (returned = reject());

function watchRejections() {
  process.on('unhandledRejection', (reason, promise) => say('unhandled', reason === REASON, promise === returned));
  process.on('rejectionHandled', (promise) => say('handled', promise === returned));
  process.on('uncaughtException', (error, origin) => say('uncaught', error === REASON, origin));
  process.on('warning', (warning) => say('warning', warning.name, warning.message));
}

function watchExceptions() {
  process.on('uncaughtException', (error, origin) => {
    say(
      'uncaught',
      error.message,
      origin,
      error.stack
        .split('\n')
        .find((line) => line.includes('endings.cjs'))
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

  'a rejected promise that nobody handles': { run: rejecting(reject) },
  'a rejected promise that the application hears of': { run: rejecting(rejectReturned, watchRejections) },
  'a rejected promise of a second listener': {
    run: rejecting(
      () => Promise.resolve('fine'),
      () => {
        watchRejections();
        peers().WebSocket.Server.prototype.on = function (event, listener) {
          const wrapped =
            event === 'connection'
              ? (socket, ...rest) => (socket.on('message', rejectReturned), listener(socket, ...rest))
              : listener;
          return require('node:events').prototype.on.call(this, event, wrapped);
        };
      },
    ),
  },
  'a rejected promise with --unhandled-rejections=warn': {
    run: rejecting(reject),
    flags: ['--unhandled-rejections=warn'],
  },
  'a rejected promise with --unhandled-rejections=strict': {
    run: rejecting(reject),
    flags: ['--unhandled-rejections=strict'],
  },
  'a rejected promise with --unhandled-rejections=none': {
    run: rejecting(reject),
    flags: ['--unhandled-rejections=none'],
  },
  'a promise that is rejected already': {
    run: rejecting(() => (returned = Promise.reject(REASON)), watchRejections),
  },
  'a promise rejected without an error': { run: rejecting(() => Promise.reject('a text')) },
  'a rejected promise that is handled elsewhere': {
    run: rejecting(() => {
      const promise = reject();
      promise.catch((error) => say('caught', error === REASON));
      return promise;
    }, watchRejections),
  },
  'a rejected promise that is handled in the next turn': {
    run: rejecting(() => {
      const promise = rejectReturned();
      setTimeout(() => promise.catch((error) => say('caught', error === REASON)), 10);
      return promise;
    }, watchRejections),
  },
  'a rejected promise that two listeners return': {
    run: async () => {
      watchRejections();
      const { wss, client } = await talk(({ socket }) => {
        socket.on('message', () => (returned = reject()));
        socket.on('message', () => returned);
      });
      client.on('close', () => setTimeout(() => wss.close(), 30));
    },
  },
  'a thenable whose then throws': {
    run: rejecting(
      () => ({
        get then() {
          throw REASON;
        },
      }),
      watchRejections,
    ),
  },
  'captureRejections, for all emitters': {
    run: async () => {
      require('node:events').captureRejections = true;
      watchRejections();
      const { wss, client } = await talk(({ socket }) => {
        socket.on('error', (error) => say('error event', error === REASON, socket.readyState));
        socket.on('message', rejectReturned);
      });
      client.on('close', () => setTimeout(() => wss.close(), 30));
    },
  },
  'captureRejections without a listener': {
    run: async () => {
      require('node:events').captureRejections = true;
      await talk(({ socket }) => socket.on('message', reject));
    },
  },
  'captureRejections with a method of a subclass': {
    run: async () => {
      require('node:events').captureRejections = true;
      const { WebSocket, connect } = peers();
      class Own extends WebSocket {
        [Symbol.for('nodejs.rejection')](error, event, ...args) {
          say('rejection', error === REASON, event, args.length);
          this.close();
        }
      }
      const { wss, client, socket } = await connect({ Client: Own });
      client.on('message', reject);
      client.on('close', () => wss.close());
      socket.send('a');
    },
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

  'a socket that is frozen wholly': {
    run: async () => {
      const { client } = await peers().connect();
      Object.freeze(client);
      for (const name of ['send', 'ping', 'emit', 'close', 'terminate']) {
        try {
          say(name, 'returned', client[name]('message'));
        } catch (error) {
          say(name, 'threw', error.message);
        }
      }
      process.exit();
    },
  },
  'a process without anything to do': {
    run: async () => {
      process.on('beforeExit', () => say('beforeExit', process.getActiveResourcesInfo()));
      process.on('exit', (code) => say('exit', code, process.eventNames().map(String), process.listenerCount('exit')));
      peers();
    },
  },
  'a process whose sockets are closed': {
    run: async () => {
      process.on('beforeExit', () => say('beforeExit', process.getActiveResourcesInfo()));
      const { wss, client } = await talk(({ socket }) => {
        say('open', process.getActiveResourcesInfo().sort(), process._getActiveHandles().length);
        socket.on('message', (data) => socket.send(data));
      });
      client.on('close', () => wss.close(() => say('closed', process.getActiveResourcesInfo().sort())));
    },
  },
  'a process whose clients were refused': {
    run: async () => {
      const { dial, listen, next, urlOf } = peers();
      const wss = await listen({ verifyClient: (info, done) => setImmediate(done, false, 401) });
      await next(dial(urlOf(wss)), 'error');
      wss.close();
    },
  },
  'a process whose sockets are let go': {
    run: async () => {
      const { wss, client, socket } = await peers().connect();
      for (const held of [wss._server, client._socket, socket._socket]) held.unref();
      say('let go', process.getActiveResourcesInfo().sort());
    },
  },
  'a process that exits in a listener': {
    run: () => talk(({ socket }) => socket.on('message', () => process.exit(5))),
  },
  'a process that is ended by a signal': {
    run: () => talk(({ socket }) => socket.on('message', () => process.kill(process.pid, 'SIGTERM'))),
  },
  'a process that aborts a message by an exit code': {
    run: async () => {
      process.exitCode = 4;
      const { wss, client } = await talk();
      client.on('close', () => wss.close());
    },
  },
  'a process with its warnings as errors': {
    flags: ['--throw-deprecation', '--trace-warnings'],
    run: async () => {
      process.on('warning', (warning) => say('warning', warning.message));
      const { wss, client } = await talk(({ socket }) => {
        for (let index = 0; index < 10; index++) socket.on('message', () => {});
        for (let index = 0; index < 10; index++) socket.on('close', () => {});
        for (let index = 0; index < 9; index++) socket.on('error', () => {});
      });
      client.on('close', () => wss.close());
    },
  },
  'a worker with sockets of its own': {
    run: async () => {
      const { Worker, isMainThread } = require('node:worker_threads');
      if (isMainThread) {
        const worker = new Worker(process.argv[1], { argv: process.argv.slice(2) });
        worker.on('error', (error) => say('error', error.message));
        worker.on('exit', (code) => say('worker ended', code));
        return;
      }
      const { wss, client } = await talk(({ socket }) => socket.on('message', () => say('message in the worker')));
      client.on('close', () => wss.close());
    },
  },
};

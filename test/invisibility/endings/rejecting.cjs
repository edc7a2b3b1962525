'use strict';
// Programs in which a listener returns a promise that is rejected.
const { peers, say, talk } = require('./talk.cjs');

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

module.exports = {
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
};

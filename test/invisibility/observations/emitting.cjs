'use strict';
const events = require('node:events');
const { WebSocket, connect, dial, dialRaw, frame, listen, next, urlOf } = require('../peers.cjs');

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
  'a subclass that overrides emit': async () => {
    const seen = [];
    class Own extends WebSocket {
      emit(...args) {
        const result = super.emit(...args);
        seen.push([String(args[0]), args.length, this instanceof Own, new.target === undefined, result]);
        return result;
      }
    }
    const { client, socket } = await connect({ Client: Own });
    client.on('message', () => {});
    socket.send('a');
    await next(client, 'message');
    client.close();
    await next(client, 'close');
    return seen;
  },
  'a subclass that overrides send, ping, close and terminate': async () => {
    const seen = [];
    class Own extends WebSocket {
      send(...args) {
        seen.push(['send', args.length, this instanceof Own]);
        return super.send(...args);
      }
      ping(...args) {
        seen.push(['ping', args.length]);
        return super.ping(...args);
      }
      close(...args) {
        seen.push(['close', args.length]);
        return super.close(...args);
      }
      terminate(...args) {
        seen.push(['terminate', args.length]);
        return super.terminate(...args);
      }
    }
    const { client } = await connect({ Client: Own });
    client.send('a');
    client.send('a', {}, () => {});
    client.ping();
    client.close(1000, 'r');
    await next(client, 'close');
    client.terminate();
    return seen;
  },
  'an instance that overrides emit': ofConnection(async ({ client, socket }) => {
    const seen = [];
    const original = socket.emit;
    socket.emit = function (...args) {
      seen.push([args[0], args.length, this === socket]);
      return Reflect.apply(original, this, args);
    };
    client.send('a');
    client.ping();
    const closed = next(socket, 'close');
    client.close();
    await closed;
    return [seen, Object.hasOwn(socket, 'emit'), delete socket.emit, Object.hasOwn(socket, 'emit')];
  }),
  'an instance that overrides send': ofConnection(async ({ client, socket }) => {
    const calls = [];
    client.send = function (...args) {
      calls.push(args.length);
      return WebSocket.prototype.send.apply(this, args);
    };
    client.send('over');
    const [data] = await next(socket, 'message');
    return [calls, String(data)];
  }),
  'a server that overrides emit': async () => {
    const seen = [];
    class Own extends WebSocket.Server {
      emit(event, ...args) {
        seen.push([event, args.length]);
        return super.emit(event, ...args);
      }
    }
    const { client } = await connect({ Server: Own });
    client.close();
    await next(client, 'close');
    return seen;
  },
  'a server that overrides handleUpgrade and completeUpgrade': async () => {
    const seen = [];
    class Own extends WebSocket.Server {
      handleUpgrade(...args) {
        seen.push(['handleUpgrade', args.length, args.map(typeOf), this instanceof Own]);
        return super.handleUpgrade(...args);
      }
      completeUpgrade(...args) {
        seen.push(['completeUpgrade', args.length, args.map(typeOf)]);
        return super.completeUpgrade(...args);
      }
    }
    await connect({ Server: Own });
    return seen;
  },
  'names of the callback that handleUpgrade hands on': async () => {
    const names = [];
    class Own extends WebSocket.Server {
      completeUpgrade(...args) {
        names.push(args.filter((arg) => typeof arg === 'function').map(({ name, length }) => [name, length]));
        return super.completeUpgrade(...args);
      }
    }
    await connect({ Server: Own });
    return names;
  },
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

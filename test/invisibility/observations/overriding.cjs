'use strict';
// Subclasses and instances with methods of their own.
const { WebSocket, connect, listen, next } = require('../peers.cjs');

const ofConnection = (look) => async () => look(await connect());
const typeOf = (value) => (Buffer.isBuffer(value) ? 'Buffer' : (value?.constructor?.name ?? String(value)));

module.exports = {
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
};

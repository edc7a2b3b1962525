'use strict';
// Errors that ws throws or tells of: class, message and where they were made.
const { EventEmitter } = require('node:events');
const { WebSocket, connect, dial, dialRaw, frame, listen, listenHttp, next, urlOf } = require('../peers.cjs');
const { errorShape } = require('../shapes.cjs');

const thrownBy = (attempt) => {
  try {
    return { returned: attempt() };
  } catch (error) {
    return errorShape(error);
  }
};

const ofConnection = (look) => async () => look(await connect());
const whileConnecting = (attempt) => async () => {
  const client = dial(urlOf(await listen()));
  client.on('error', () => {});
  return thrownBy(() => attempt(client));
};

/** The error and the end of a server socket that reads `bytes`. */
const afterBytes = (bytes, options) => async () => {
  const wss = await listen(options);
  const { socket: raw } = await dialRaw(wss._server);
  const [socket] = await next(wss, 'connection');
  const [error, end] = [next(socket, 'error'), next(socket, 'close')];
  raw.write(bytes);
  const [[reason], [code]] = await Promise.all([error, end]);
  return { reason: errorShape(reason), code };
};

const ofFailedClient = (options, clientOptions) => async () => {
  const wss = await listen(options);
  const [error] = await next(dial(urlOf(wss), clientOptions), 'error');
  return errorShape(error);
};

module.exports = {
  'send while connecting': whileConnecting((client) => client.send('a')),
  'ping while connecting': whileConnecting((client) => client.ping()),
  'pong while connecting': whileConnecting((client) => client.pong()),
  'close while connecting': async () => {
    const client = dial(urlOf(await listen()));
    const error = next(client, 'error');
    client.close();
    return errorShape((await error)[0]);
  },
  'send of nothing that can be sent': ofConnection(({ client }) => [
    thrownBy(() => client.send(Symbol('s'))),
    thrownBy(() => client.send({})),
    thrownBy(() => client.send(true)),
  ]),
  'send without data': ofConnection(({ client }) => [thrownBy(() => client.send()), thrownBy(() => client.send(null))]),
  'send with something thrown by the data': ofConnection(({ client }) =>
    thrownBy(() =>
      client.send({
        get length() {
          throw new RangeError('of the application');
        },
      }),
    ),
  ),
  'send with options that throw': ofConnection(({ client }) =>
    thrownBy(() =>
      client.send('a', {
        get binary() {
          throw new RangeError('of the application');
        },
        get fin() {
          throw new RangeError('of the application');
        },
      }),
    ),
  ),
  'how often options are read': ofConnection(({ client }) => {
    const reads = [];
    const options = new Proxy(
      { binary: true, fin: true },
      { get: (target, key) => (reads.push(String(key)), target[key]) },
    );
    client.send('a', options);
    return [...new Set(reads)].sort();
  }),
  'methods without this': () =>
    ['send', 'ping', 'close', 'terminate', 'emit', 'setSocket'].map((name) => {
      const method = WebSocket.prototype[name];
      return [name, thrownBy(() => method())];
    }),
  'methods on something else': () =>
    ['send', 'ping', 'close', 'terminate', 'emit'].map((name) => [
      name,
      thrownBy(() => WebSocket.prototype[name].call({}, 'message')),
    ]),
  'close with a bad code': ofConnection(({ client }) =>
    [0, 999, 1004, 1005, 1006, 5000, 'a', 1000.5].map((code) => thrownBy(() => client.close(code))),
  ),
  'close with a reason that is too long': ofConnection(({ client }) =>
    thrownBy(() => client.close(1000, 'a'.repeat(124))),
  ),
  'ping with too much data': ofConnection(({ client }) => thrownBy(() => client.ping('a'.repeat(126)))),
  'sends after the end': ofConnection(async ({ client }) => {
    client.close();
    await next(client, 'close');
    const told = await Promise.all([
      new Promise((resolve) => client.send('a', resolve)),
      new Promise((resolve) => client.ping('a', true, resolve)),
      new Promise((resolve) => client.pong('a', true, resolve)),
    ]);
    return told.map(errorShape);
  }),
  'sends after the end, without a callback': ofConnection(async ({ client }) => {
    client.close();
    await next(client, 'close');
    return ['send', 'ping', 'pong'].map((name) => thrownBy(() => client[name]('a')));
  }),
  'a url that is none': () => thrownBy(() => new WebSocket('no url')),
  'a server without options': () => [
    thrownBy(() => new WebSocket.Server()),
    thrownBy(() => new WebSocket.Server({ port: 1, noServer: true })),
  ],
  'classes called without new': () => [thrownBy(() => WebSocket('ws://a')), thrownBy(() => WebSocket.Server({}))],
  'emit of an error that nobody hears': ofConnection(({ client }) => [
    thrownBy(() => client.emit('error', new TypeError('unheard'))),
    thrownBy(() => client.emit('error', 'no error')),
    thrownBy(() => client.emit('error')),
  ]),
  'events that the application emits without arguments': ofConnection(({ client, wss }) => {
    client.on('error', () => {});
    const events = ['message', 'ping', 'pong', 'open', 'upgrade', 'unexpected-response', 'redirect', 'error', 'close'];
    const ofServer = ['headers', 'error', 'wsClientError', 'close'];
    wss.on('error', () => {});
    return [
      ...events.map((event) => [event, thrownBy(() => client.emit(event))]),
      ...ofServer.map((event) => [event, thrownBy(() => wss.emit(event))]),
    ];
  }),
  'events that the application emits on an http server without arguments': async () => {
    const server = await listenHttp();
    return ['upgrade', 'request', 'clientError', 'checkContinue'].map((event) => [
      event,
      thrownBy(() => server.emit(event)),
      thrownBy(() => server.emit(event, {}, {})),
    ]);
  },
  'events that the application emits on something else': () => {
    const { emit } = WebSocket.prototype;
    const other = Object.assign(Object.create(EventEmitter.prototype), { emit }).on('error', () => {});
    return ['message', 'pong', 'open', 'upgrade', 'unexpected-response', 'error', 'close'].map((event) => [
      event,
      thrownBy(() => other.emit(event)),
    ]);
  },
  'a listener that throws, called by emit': ofConnection(({ client }) => {
    const log = [];
    client.on('message', () => {
      throw new RangeError('of a listener');
    });
    client.on('message', () => log.push('not reached'));
    return [thrownBy(() => client.emit('message', 'a', false)), log];
  }),
  'what is thrown is handed on as it is': ofConnection(({ client }) => {
    const values = ['text', 7, null, undefined, { some: 'object' }, Symbol.for('s')];
    let at = 0;
    client.on('message', () => {
      throw values[at];
    });
    return values.map((value, index) => {
      at = index;
      try {
        client.emit('message', 'a', false);
        return 'not thrown';
      } catch (thrown) {
        return thrown === value;
      }
    });
  }),
  'handleUpgrade twice': async () => {
    const wss = await listen({ noServer: true });
    const server = await listenHttp();
    const seen = new Promise((resolve) => {
      server.on('upgrade', (request, socket, head) => {
        wss.handleUpgrade(request, socket, head, () => {});
        resolve(thrownBy(() => wss.handleUpgrade(request, socket, head, () => {})));
      });
    });
    dial(urlOf(server)).on('error', () => {});
    return seen;
  },
  'an invalid opcode': afterBytes(frame(3, 'a')),
  'invalid UTF-8': afterBytes(frame(1, [0xff, 0xfe])),
  'a frame without a mask': afterBytes(Buffer.from([0x81, 0x01, 0x61])),
  'too large a message': afterBytes(frame(1, 'a'.repeat(100)), { maxPayload: 10 }),
  'a bad close code': afterBytes(frame(8, [0x00, 0x01])),
  'a refused client': ofFailedClient({ verifyClient: () => false }),
  'a client with a protocol that it has not offered': async () => {
    const client = new WebSocket(urlOf(await listen({ handleProtocols: () => 'other' })), ['offered']);
    return errorShape((await next(client, 'error'))[0]);
  },
  'a client that waits too long': ofFailedClient({ verifyClient: () => {} }, { handshakeTimeout: 20 }),
  'a client that nobody answers': async () => {
    const wss = await listen();
    const url = urlOf(wss);
    await new Promise((resolve) => wss.close(resolve));
    const [error] = await next(dial(url), 'error');
    return errorShape(error);
  },
  'the limit of stack traces': () => [Error.stackTraceLimit, Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')],
  'how Error prepares stacks': () => [typeof Error.prepareStackTrace, Object.getOwnPropertyNames(Error)],
};

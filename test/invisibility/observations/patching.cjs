'use strict';
// Applications that patch, freeze or proxy what is instrumented.
const { EventEmitter } = require('node:events');
const http = require('node:http');
const { inspect } = require('node:util');
const { WebSocket, connect, dial, dialRaw, frame, listen, listenHttp, next, urlOf } = require('../peers.cjs');

/** Wraps a method as an application would, runs `act`, and puts it back as it was found. */
async function wrapping(object, name, act) {
  const calls = [];
  const before = Object.getOwnPropertyDescriptor(object, name);
  const original = object[name];
  object[name] = function (...args) {
    calls.push([this.constructor.name, /^[\w-]{1,20}$/.test(args[0]) ? String(args[0]) : typeof args[0], args.length]);
    return original.apply(this, args);
  };
  try {
    await act();
  } finally {
    if (before) Object.defineProperty(object, name, before);
    else delete object[name];
  }
  return [calls, object[name] === original];
}

/** One message each way, a ping, and a close. */
async function talk(options) {
  const { client, socket } = await connect(options);
  socket.on('message', (data) => socket.send(data));
  client.send('hello');
  const [data] = await next(client, 'message');
  client.ping();
  await next(client, 'pong');
  client.close();
  await next(client, 'close');
  return String(data);
}

const ofWebSocket = ['send', 'ping', 'pong', 'close', 'terminate', 'setSocket', 'emit', 'emitClose'];
const byEvents = (calls) => calls.filter(([owner]) => ['WebSocket', 'WebSocketServer', 'Server'].includes(owner));

module.exports = {
  ...Object.fromEntries(
    ofWebSocket.map((name) => [
      `WebSocket.prototype.${name} wrapped and put back`,
      async () => [await wrapping(WebSocket.prototype, name, talk), await talk()],
    ]),
  ),
  'WebSocket.Server.prototype.handleUpgrade wrapped and put back': async () => [
    await wrapping(WebSocket.Server.prototype, 'handleUpgrade', talk),
    await talk(),
  ],
  'WebSocket.Server.prototype.completeUpgrade wrapped and put back': async () => [
    await wrapping(WebSocket.Server.prototype, 'completeUpgrade', talk),
    await talk(),
  ],
  'Sender.prototype.sendFrame wrapped and put back': async () => [
    await wrapping(WebSocket.Sender.prototype, 'sendFrame', talk),
    await talk(),
  ],
  'http.Server.prototype.emit wrapped and put back': async () => {
    const [calls, restored] = await wrapping(http.Server.prototype, 'emit', talk);
    return [calls.filter(([, event]) => event !== 'connection'), restored, await talk()];
  },
  'EventEmitter.prototype.emit wrapped and put back': async () => {
    const [calls, restored] = await wrapping(EventEmitter.prototype, 'emit', talk);
    return [byEvents(calls).sort(), restored, await talk()];
  },
  'EventEmitter.prototype.on wrapped and put back': async () => {
    const [calls, restored] = await wrapping(EventEmitter.prototype, 'on', talk);
    return [byEvents(calls).sort(), restored, await talk()];
  },
  'emit of one http server wrapped': async () => {
    const server = await listenHttp();
    new WebSocket.Server({ server });
    const events = [];
    const original = server.emit;
    server.emit = function (event, ...args) {
      events.push([event, args.length]);
      return original.call(this, event, ...args);
    };
    const client = dial(urlOf(server));
    await next(client, 'open');
    return [events, Object.hasOwn(server, 'emit')];
  },
  'an http server that is handed an upgrade by emit': async () => {
    const outer = await listenHttp();
    const inner = http.createServer();
    const wss = new WebSocket.Server({ server: inner });
    const seen = next(wss, 'connection');
    const results = [];
    outer.on('upgrade', (...args) => results.push(inner.emit('upgrade', ...args)));
    await dialRaw(outer);
    await seen;
    return [results, inner.emit('nobody listens'), inner.listenerCount('upgrade')];
  },
  'a subclass made by util.inherits': async () => {
    function Own(...args) {
      return Reflect.construct(WebSocket, args, Own);
    }
    require('node:util').inherits(Own, WebSocket);
    Own.prototype.send = function (data, ...rest) {
      return WebSocket.prototype.send.call(this, `own ${data}`, ...rest);
    };
    const { client, socket } = await connect({ Client: Own });
    client.send('data');
    const [data] = await next(socket, 'message');
    return [String(data), client instanceof Own, client instanceof WebSocket];
  },
  'a frozen socket': async () => {
    const { client, socket } = await connect();
    const results = [];
    Object.preventExtensions(client);
    Object.preventExtensions(socket);
    Object.preventExtensions(socket._socket);
    Object.freeze(client._sender._extensions);
    socket.on('message', (data) => results.push(String(data)));
    client.send('a');
    client.ping('b');
    results.push(String((await next(client, 'pong'))[0]));
    client.close();
    await next(client, 'close');
    return results;
  },
  'a socket behind a proxy': async () => {
    const { client, socket } = await connect();
    const gets = [];
    const proxy = new Proxy(client, {
      get: (target, key, receiver) => {
        gets.push(String(key));
        return Reflect.get(target, key, receiver);
      },
    });
    const heard = next(socket, 'message');
    proxy.on('pong', () => {});
    proxy.send('through the proxy');
    proxy.ping('p');
    const emitted = proxy.emit('pong', Buffer.from('x'));
    const [data] = await heard;
    proxy.close();
    await next(client, 'close');
    return [String(data), emitted, proxy.readyState, [...new Set(gets)].filter((key) => !key.startsWith('_')).sort()];
  },
  'prototypes that are frozen': async () => {
    class Own extends WebSocket {}
    Object.freeze(Own.prototype);
    Object.freeze(Own);
    return talk({ Client: Own });
  },
  'a class that is mixed into another by its prototype': async () => {
    class Mixed extends EventEmitter {}
    for (const name of ['send', 'emit', 'close']) {
      Object.defineProperty(Mixed.prototype, name, { value: WebSocket.prototype[name], configurable: true });
    }
    const mixed = new Mixed();
    const seen = [];
    mixed.on('message', (...args) => seen.push(args.length));
    return [mixed.emit('message', 'a', false), mixed.emit('close', 1000), mixed.emit('pong', 'p'), seen];
  },
  'a method called on another copy of the class': async () => {
    const { client, socket } = await connect();
    const { send } = WebSocket.prototype;
    Reflect.apply(send, client, ['reflected']);
    const [data] = await next(socket, 'message');
    return String(data);
  },
  'a socket with an inspection of its own': async () => {
    const { client } = await connect();
    client[inspect.custom] = () => 'own';
    return inspect(client);
  },
  'options of a subclass of sockets of a server': async () => {
    class Own extends WebSocket {
      greet() {
        this.send('greeting');
      }
    }
    const wss = await listen({ WebSocket: Own });
    const client = dial(urlOf(wss));
    const [[socket], [data]] = await Promise.all([
      next(wss, 'connection').then((args) => (args[0].greet?.() ?? args[0].send('no greeting'), args)),
      next(client, 'message'),
    ]);
    return [socket.constructor.name, String(data)];
  },
  'a duplex in place of a socket': async () => {
    const { Duplex } = require('node:stream');
    const written = [];
    const duplex = new Duplex({
      read() {},
      write(chunk, encoding, callback) {
        written.push(chunk.toString('hex'));
        callback();
      },
    });
    // ws 7 asks for these of any socket
    Object.assign(duplex, { setTimeout() {}, setNoDelay() {} });
    const wss = await listen({ noServer: true });
    const headers = { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-version': '13' };
    const request = Object.assign(new http.IncomingMessage(), { method: 'GET', url: '/', headers, socket: duplex });
    headers['sec-websocket-key'] = 'dGhlIHNhbXBsZSBub25jZQ==';
    const [socket] = await new Promise((resolve) =>
      wss.handleUpgrade(request, duplex, Buffer.alloc(0), (...args) => resolve(args)),
    );
    const heard = next(socket, 'message');
    duplex.push(frame(1, 'a'));
    const [data] = await heard;
    socket.send('b');
    socket.terminate();
    await next(socket, 'close');
    return [String(data), written];
  },
};

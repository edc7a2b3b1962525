'use strict';
const events = require('node:events');
const http = require('node:http');
const { WebSocket, connect, dial, dialRaw, listen, listenHttp, next, until, urlOf } = require('../peers.cjs');
const { listenersOf } = require('../shapes.cjs');

const ofConnection = (look) => async () => look(await connect());

/** The listeners of the raw socket of an upgrade, in each place where an application meets it. */
async function rawSocketListeners(arrange) {
  const server = await listenHttp();
  const seen = new Promise((resolve) => arrange(server, (socket) => resolve(listenersOf(socket))));
  dial(urlOf(server)).on('error', () => {});
  return seen;
}

/** Every listener that is added to or removed from an emitter, as it is told of it. */
function changesOf(emitter) {
  const changes = [];
  emitter.on('newListener', (event, listener) => changes.push(`+${String(event)} ${listener.name}`));
  emitter.on('removeListener', (event, listener) => changes.push(`-${String(event)} ${listener.name}`));
  return changes;
}

module.exports = {
  'listeners of a socket that connects': async () => {
    const client = dial(urlOf(await listen()));
    return [listenersOf(client), client.listenerCount('error'), client._req && listenersOf(client._req)];
  },
  'listeners of an open client socket': ofConnection(({ client }) => listenersOf(client)),
  'listeners of an open server socket': ofConnection(({ socket }) => listenersOf(socket)),
  "number of 'error' listeners stays 0": ofConnection(({ client, socket }) => [
    client.listenerCount('error'),
    socket.listenerCount('error'),
    events.getEventListeners(socket, 'error').length,
  ]),
  'listeners of sockets that close': ofConnection(({ client, socket }) => {
    client.close();
    return [listenersOf(client), listenersOf(socket)];
  }),
  'listeners of sockets that are closed': ofConnection(async ({ client, socket }) => {
    const ends = [next(client, 'close'), next(socket, 'close')];
    const raw = [client._socket, socket._socket];
    client.close();
    await Promise.all(ends);
    return [client, socket, ...raw].map(listenersOf);
  }),
  'listeners of a server on its own port': ofConnection(({ wss }) => [listenersOf(wss), listenersOf(wss._server)]),
  'listeners of an http server before and after ws': async () => {
    const server = await listenHttp();
    const before = listenersOf(server);
    const wss = new WebSocket.Server({ server });
    return [before, listenersOf(server), listenersOf(wss)];
  },
  'listeners of an http server after its ws server has closed': async () => {
    const server = await listenHttp();
    const wss = new WebSocket.Server({ server });
    await new Promise((resolve) => wss.close(resolve));
    return listenersOf(server);
  },
  "number of 'upgrade' listeners without ws stays 0": async () => {
    const server = await listenHttp(http.createServer((request, response) => response.end()));
    const { bytes } = await dialRaw(server);
    await until(() => bytes().length > 0);
    return [server.listenerCount('upgrade'), server.listenerCount('connect'), listenersOf(server)];
  },
  'listeners of the raw socket in verifyClient': () =>
    rawSocketListeners((server, see) => {
      new WebSocket.Server({ server, verifyClient: ({ req }) => (see(req.socket), true) });
    }),
  'listeners of the raw socket in an asynchronous verifyClient': () =>
    rawSocketListeners((server, see) => {
      new WebSocket.Server({
        server,
        verifyClient: ({ req }, done) => setImmediate(() => (see(req.socket), done(true))),
      });
    }),
  "listeners of the raw socket in 'upgrade'": () =>
    rawSocketListeners((server, see) => {
      server.on('upgrade', (request, socket) => (see(socket), socket.destroy()));
    }),
  "listeners of the raw socket a while after 'upgrade'": () =>
    rawSocketListeners((server, see) => {
      server.on('upgrade', (request, socket) => setImmediate(() => (see(socket), socket.destroy())));
    }),
  'listeners of the raw socket in the callback of handleUpgrade': () =>
    rawSocketListeners((server, see) => {
      const wss = new WebSocket.Server({ noServer: true });
      server.on('upgrade', (request, socket, head) => wss.handleUpgrade(request, socket, head, () => see(socket)));
    }),
  "listeners of the raw socket in 'headers'": () =>
    rawSocketListeners((server, see) => {
      new WebSocket.Server({ server }).on('headers', (headers, request) => see(request.socket));
    }),
  "listeners of the raw socket in 'connection'": () =>
    rawSocketListeners((server, see) => {
      new WebSocket.Server({ server }).on('connection', (socket, request) => see(request.socket));
    }),
  'listeners of raw sockets, senders and receivers later': ofConnection(({ client, socket }) =>
    [client._socket, socket._socket, client._receiver, socket._receiver].map(listenersOf),
  ),
  'listeners of the raw socket of a refused upgrade': async () => {
    const server = await listenHttp();
    new WebSocket.Server({ server, verifyClient: (info, done) => done(false, 403) });
    const [[socket]] = await Promise.all([next(server, 'connection'), dialRaw(server)]);
    await next(socket, 'close');
    return listenersOf(socket);
  },
  'listeners that a server is told of while it serves': async () => {
    const server = await listenHttp();
    const changes = changesOf(server);
    const wss = new WebSocket.Server({ server });
    const more = changesOf(wss);
    const client = dial(urlOf(server));
    await next(client, 'open');
    return [changes, more];
  },
  'listeners that a socket is told of in its life': ofConnection(async ({ client, socket }) => {
    const changes = [changesOf(client), changesOf(socket), changesOf(client._socket), changesOf(socket._socket)];
    socket.on('message', function echo(data) {
      socket.send(data);
    });
    client.send('a');
    await next(client, 'message');
    client.close();
    await next(client, 'close');
    return changes;
  }),
  'listeners after removeAllListeners': ofConnection(async ({ client, socket }) => {
    socket.on('message', () => {});
    socket.removeAllListeners();
    client.send('unheard');
    client.close();
    await next(client, 'close');
    return [listenersOf(socket), socket.eventNames()];
  }),
  'listeners of the process': ofConnection(() => listenersOf(process)),
  'max listeners and warnings': ofConnection(({ client, socket }) => [
    client.getMaxListeners(),
    socket.getMaxListeners(),
    socket._socket.getMaxListeners(),
    process.getMaxListeners(),
  ]),
};

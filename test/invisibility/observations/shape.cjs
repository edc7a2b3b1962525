'use strict';
const { EventEmitter } = require('node:events');
const { dirname, join } = require('node:path');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const stream = require('node:stream');
const { inspect } = require('node:util');
const { WebSocket, connect, dial, dialRaw, listen, listenHttp, next, urlOf } = require('../peers.cjs');
const { chain, keysIn, properties } = require('../shapes.cjs');

/** Without what differs from run to run: ids, addresses, times, keys. */
const steady = (text) =>
  text
    .replace(/(?<=Sec-WebSocket-Key: |sec-websocket-key': ')[^\\'"]+/g, 'KEY')
    .replace(/\b0x[0-9a-f]+\b/g, 'HEX')
    .replace(/\d+(\.\d+)?/g, 'N');

const inspected = (value, options) => steady(inspect(value, { depth: 2, breakLength: 80, ...options }));

/** Looks at the raw socket of an upgrade in the place that `options` and `arrange` make. */
async function rawSocketIn(arrange, look) {
  const server = await listenHttp();
  const seen = new Promise((resolve) => arrange(server, (socket) => resolve(look(socket))));
  dial(urlOf(server)).on('error', () => {});
  return seen;
}

const inVerifyClient = (server, see) =>
  new WebSocket.Server({ server, verifyClient: ({ req }) => (see(req.socket), true) });
const inUpgrade = (server, see) =>
  server.on('upgrade', (request, socket) => {
    see(socket);
    socket.destroy();
  });
const inUpgradeAfterWs = (server, see) => {
  new WebSocket.Server({ server });
  server.on('upgrade', (request, socket) => see(socket));
};
const inHeaders = (server, see) =>
  new WebSocket.Server({ server }).on('headers', (headers, request) => see(request.socket));
const inConnection = (server, see) =>
  new WebSocket.Server({ server }).on('connection', (socket, request) => see(request.socket));

const ofConnection = (look) => async () => look(await connect());

module.exports = {
  'own properties of the module': () => properties(require('ws')),
  'identities of the module': () => [
    ...['websocket', 'websocket-server', 'sender', 'receiver'].map((name) =>
      [WebSocket, WebSocket.Server, WebSocket.Sender, WebSocket.Receiver].indexOf(
        require(join(dirname(require.resolve('ws')), 'lib', name)),
      ),
    ),
    WebSocket.WebSocket === WebSocket,
    WebSocket.prototype.constructor === WebSocket,
    WebSocket.Server.prototype.constructor === WebSocket.Server,
  ],
  'own properties of WebSocket.prototype': () => properties(WebSocket.prototype),
  'own properties of WebSocket.Server': () => properties(WebSocket.Server),
  'own properties of WebSocket.Server.prototype': () => properties(WebSocket.Server.prototype),
  'own properties of Sender': () => properties(WebSocket.Sender),
  'own properties of Sender.prototype': () => properties(WebSocket.Sender.prototype),
  'own properties of Receiver': () => properties(WebSocket.Receiver),
  'own properties of Receiver.prototype': () => properties(WebSocket.Receiver.prototype),
  'own properties of http.Server.prototype': () => properties(http.Server.prototype),
  'own properties of https.Server.prototype': () => properties(https.Server.prototype),
  'own properties of http.ClientRequest.prototype': () => properties(http.ClientRequest.prototype),
  'own properties of net.Server.prototype': () => properties(net.Server.prototype),
  'own properties of net.Socket.prototype': () => properties(net.Socket.prototype),
  'own properties of stream.Duplex.prototype': () => properties(stream.Duplex.prototype),
  'own properties of EventEmitter.prototype': () => properties(EventEmitter.prototype),
  'own properties of http and https': () => [properties(http), properties(https)],
  'own properties of Promise and its prototype': () => [properties(Promise), properties(Promise.prototype)],

  'own properties of a socket that connects': async () => properties(dial(urlOf(await listen()))),
  'own properties of an open client socket': ofConnection(({ client }) => properties(client)),
  'own properties of an open server socket': ofConnection(({ socket }) => properties(socket)),
  'own properties of a closed socket': async () => {
    const { client, socket } = await connect();
    const ends = [next(client, 'close'), next(socket, 'close')];
    client.close();
    await Promise.all(ends);
    return [properties(client), properties(socket)];
  },
  'own properties of a server with clients': ofConnection(({ wss }) => properties(wss)),
  'own properties of its http server': ofConnection(({ wss }) => properties(wss._server)),
  'own properties of sender and receiver': ofConnection(({ client, socket }) =>
    [client, socket].flatMap((end) => [properties(end._sender), properties(end._receiver)]),
  ),
  'own properties of the upgrade request': ofConnection(({ request }) => properties(request)),
  'own properties of the raw socket in verifyClient': () => rawSocketIn(inVerifyClient, properties),
  "own properties of the raw socket in 'upgrade'": () => rawSocketIn(inUpgrade, properties),
  "own properties of the raw socket in 'upgrade' after ws": () => rawSocketIn(inUpgradeAfterWs, properties),
  "own properties of the raw socket in 'headers'": () => rawSocketIn(inHeaders, properties),
  "own properties of the raw socket in 'connection'": () => rawSocketIn(inConnection, properties),
  'own properties of the raw sockets later': ofConnection(({ client, socket }) => [
    properties(client._socket),
    properties(socket._socket),
  ]),
  'own properties of the raw socket of a refused upgrade': async () => {
    const server = await listenHttp();
    new WebSocket.Server({ server, verifyClient: () => false });
    const [[socket]] = await Promise.all([next(server, 'connection'), dialRaw(server)]);
    await next(socket, 'close');
    return properties(socket);
  },

  'prototype chains': ofConnection(({ wss, client, socket }) => [chain(client), chain(socket), chain(wss)]),
  'prototype chain of classes': () =>
    [WebSocket, WebSocket.Server, WebSocket.Sender, WebSocket.Receiver].map((type) => Object.getPrototypeOf(type).name),
  instanceof: ofConnection(({ wss, client, socket }) => [
    client instanceof WebSocket,
    socket instanceof WebSocket,
    socket instanceof EventEmitter,
    wss instanceof WebSocket.Server,
    wss instanceof EventEmitter,
  ]),
  'keys of sockets and servers': ofConnection(({ wss, client, socket }) => [client, socket, wss].map(Object.keys)),
  'keys of the prototypes': () =>
    [WebSocket, WebSocket.Server, WebSocket.Sender, WebSocket.Receiver].map((type) => Object.keys(type.prototype)),
  'for in over sockets, in any order': ofConnection(({ client, socket }) => [
    keysIn(client).sort(),
    keysIn(socket).sort(),
  ]),
  'for in over servers': ofConnection(({ wss }) => keysIn(wss)),
  'for in over an http server, in any order': async () => keysIn(await listenHttp()).sort(),
  'for in over a sender': ofConnection(({ client }) => keysIn(client._sender)),
  'which names are in a socket': ofConnection(({ client }) =>
    ['emit', 'send', 'setSocket', 'ping', 'close', 'terminate', 'on'].map((name) => [name, name in client]),
  ),
  'which names are own ones of a socket': ofConnection(({ client }) =>
    ['emit', 'send', 'setSocket', 'ping', 'close', 'terminate', 'on'].map((name) => Object.hasOwn(client, name)),
  ),
  'a socket as JSON': ofConnection(({ client }) => {
    try {
      return steady(JSON.stringify(client));
    } catch (error) {
      return error.message;
    }
  }),
  'a socket that connects, inspected': async () => inspected(dial(urlOf(await listen())), { depth: 1 }),
  'an open server socket, inspected': ofConnection(({ socket }) => inspected(socket)),
  'an open client socket, inspected': ofConnection(({ client }) => inspected(client)),
  'a socket inspected with what is hidden': ofConnection(({ socket }) =>
    inspected(socket, { showHidden: true, depth: 0 }),
  ),
  'a server inspected': ofConnection(({ wss }) => inspected(wss)),
  'the classes inspected': () => [inspect(WebSocket), inspect(WebSocket.Server)],
  'own properties of a subclass and its sockets': async () => {
    class Own extends WebSocket {
      extra = 1;
    }
    const { client } = await connect({ Client: Own });
    return [properties(Own), properties(Own.prototype), properties(client), chain(client)];
  },
};

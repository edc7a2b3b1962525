'use strict';
// Real servers and sockets for observations. Everything made here is closed by `closeAll`.
const http = require('node:http');
const net = require('node:net');
const WebSocket = require('ws');

const opened = [];

/** The event's arguments, without leaving a second listener behind as `events.once` does with 'error'. */
const next = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

async function listenHttp(server = http.createServer()) {
  server.listen(0, '127.0.0.1');
  await next(server, 'listening');
  opened.push(server);
  return server;
}

/** A server on a port of its own. */
async function listen(options = {}, Server = WebSocket.Server) {
  const server = new Server(options.noServer ? options : { port: 0, host: '127.0.0.1', ...options });
  opened.push(server);
  if (!options.noServer) await next(server, 'listening');
  return server;
}

const urlOf = (server) => `ws://127.0.0.1:${server.address().port}`;

/** A client that may well fail. */
function dial(url, options = {}, Client = WebSocket) {
  const client = new Client(url, options);
  opened.push(client);
  return client;
}

/** Both ends of a connection that is open. */
async function connect({ server, client, Server, Client } = {}) {
  const wss = await listen(server, Server);
  const accepted = next(wss, 'connection');
  const socket = dial(urlOf(wss), client, Client);
  const [[peer, request]] = await Promise.all([accepted, next(socket, 'open')]);
  return { wss, client: socket, socket: peer, request };
}

const HANDSHAKE = [
  'GET / HTTP/1.1',
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

/** A TCP connection that has sent `lines` as a request; `bytes()` is all that came back. */
async function dialRaw(server, lines = HANDSHAKE) {
  const socket = net.connect(server.address().port, '127.0.0.1');
  opened.push(socket);
  const chunks = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => {});
  await next(socket, 'connect');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return { socket, bytes: () => Buffer.concat(chunks) };
}

/** A masked frame as a client sends it, with a mask of zeros. */
function frame(opcode, payload, fin = true) {
  const data = Buffer.from(payload);
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, 0x80 | data.length, 0, 0, 0, 0]), data]);
}

/** Resolves once `condition` holds. */
async function until(condition) {
  while (!condition()) await new Promise(setImmediate);
}

async function closeAll() {
  for (const thing of opened.splice(0).reverse()) {
    if (thing instanceof WebSocket) {
      if (thing.listenerCount('error') === 0) thing.on('error', () => {});
      thing.terminate();
    } else if (thing instanceof WebSocket.Server) {
      for (const client of thing.clients ?? []) client.terminate();
      await new Promise((resolve) => thing.close(resolve));
    } else if (thing instanceof http.Server) {
      thing.closeAllConnections();
      await new Promise((resolve) => thing.close(resolve));
    } else thing.destroy();
  }
}

module.exports = {
  WebSocket,
  HANDSHAKE,
  next,
  listen,
  listenHttp,
  urlOf,
  dial,
  connect,
  dialRaw,
  frame,
  until,
  closeAll,
};

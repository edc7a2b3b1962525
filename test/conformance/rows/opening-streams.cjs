// Streams beneath a connection and around its ends.

const { once } = require('node:events');
const http = require('node:http');
const stream = require('node:stream');
const { masked, plain } = require('../harness/frames.cjs');
const { HELLO, helloThrough } = require('../harness/hello.cjs');

module.exports = [
  {
    name: 'a connection over a pair of streams that are no sockets',
    from: '8.1',
    run: async (t) => {
      const [one, other] = duplexes();
      const server = http.createServer();
      const wss = t.attend(new t.WebSocketServer({ server }));
      server.emit('connection', one);
      await helloThrough(t, wss, 'ws://localhost/', { createConnection: () => other });
    },
    ...HELLO,
    // such streams count no bytes
    up: 0,
  },
  {
    name: 'streams around both ends',
    run: async (t) => {
      const { client, server } = await t.pair();
      const echo = t.createWebSocketStream(server);
      echo.pipe(echo);
      const duplex = t.createWebSocketStream(client);
      const answered = once(duplex, 'data');
      duplex.write('hello');
      t.assert.equal(String((await answered)[0]), 'hello');
      for (const each of [echo, duplex]) each.on('error', () => undefined);
    },
    server: { 'handshake 101': 1, open: 1, 'receive binary': [1, 5], 'transmit binary': [1, 5], processed: 1 },
    client: { 'handshake 101': 1, open: 1, 'receive binary': [1, 5], 'transmit binary': [1, 5], processed: 1 },
    up: masked(5),
    down: plain(5),
  },
  {
    name: 'a stream that ends closes the connection',
    run: async (t) => {
      const { client, server } = await t.pair();
      const sink = t.createWebSocketStream(server);
      sink.resume();
      sink.on('end', () => sink.end());
      const duplex = t.createWebSocketStream(client);
      duplex.resume();
      duplex.end('bye');
      await t.closed(client, server);
    },
    server: { 'handshake 101': 1, 'receive binary': [1, 3], processed: 1, 'closed 1005 remote': 1 },
    client: { 'handshake 101': 1, 'transmit binary': [1, 3], 'closed 1005 local': 1 },
    up: masked(3, 0),
    down: plain(0),
  },
];

/** Two streams, each of which reads what the other writes. */
function duplexes() {
  const ends = [];
  const make = (index) =>
    new stream.Duplex({
      read() {
        this.resumeOther?.();
      },
      write(chunk, _encoding, callback) {
        const other = ends[1 - index];
        if (other.push(chunk)) callback();
        else other.resumeOther = callback;
      },
      final(callback) {
        ends[1 - index].push(null);
        callback();
      },
    });
  ends.push(make(0), make(1));
  return ends;
}

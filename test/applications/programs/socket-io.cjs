'use strict';
const http = require('node:http');
const { Server } = require('socket.io');
const { io: connect } = require('socket.io-client');
const { count, next, run, see, until } = require('./report.cjs');

const CLIENTS = 4;

/** Every packet of Engine.IO is a message on its socket. */
function dial(url, options) {
  const client = connect(url, options);
  client.io.engine.on('packetCreate', () => count('sent by clients'));
  return client;
}

run(async () => {
  const server = http.createServer();
  const io = new Server(server, { transports: ['websocket'] });
  io.use((socket, proceed) => proceed(socket.handshake.auth.token === 'good' ? undefined : new Error('no token')));
  io.engine.on('connection', (connection) => {
    // its first packet, `open`, has gone by now
    count('sent by the server');
    connection.on('packetCreate', () => count('sent by the server'));
  });
  const left = [];
  io.on('connection', (socket) => {
    socket.on('sum', (a, b, answer) => answer(a + b));
    socket.on('bytes', (bytes, answer) => answer(Buffer.from(bytes).reverse()));
    socket.on('join', async (room, answer) => {
      await socket.join(room);
      answer([...socket.rooms].length);
    });
    socket.on('disconnect', (reason) => left.push(reason));
  });
  server.listen(0, '127.0.0.1');
  await next(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const options = { transports: ['websocket'], reconnection: false, forceNew: true };

  const refused = dial(url, { ...options, auth: { token: 'bad' } });
  see('refused', (await next(refused, 'connect_error'))[0].message);
  refused.close();

  const clients = Array.from({ length: CLIENTS }, () => dial(url, { ...options, auth: { token: 'good' } }));
  await Promise.all(clients.map((client) => next(client, 'connect')));
  see('connected', io.engine.clientsCount, io.of('/').sockets.size);

  see('acknowledged', await clients[0].emitWithAck('sum', 2, 3));
  see('binary', (await clients[1].emitWithAck('bytes', Buffer.from('abc'))).toString());

  const heard = clients.map(() => []);
  clients.forEach((client, index) => client.onAny((...args) => heard[index].push(args)));
  see('rooms', await clients[0].emitWithAck('join', 'red'), await clients[1].emitWithAck('join', 'red'));

  io.emit('news', { text: 'to all' });
  await until(() => heard.every((list) => list.length === 1));
  io.to('red').emit('red', 1);
  await until(() => heard[0].length === 2 && heard[1].length === 2);
  io.except('red').emit('not red', 2);
  await until(() => heard[2].length === 2 && heard[3].length === 2);
  io.emit('bytes', Buffer.from([1, 2, 3]));
  await until(() => heard.every((list) => list.length === 3));
  io.volatile.emit('volatile', 1);
  await until(() => heard.every((list) => list.length === 4));
  see('heard', heard);
  see(
    'asked by the server',
    await io
      .timeout(5000)
      .to('red')
      .fetchSockets()
      .then((sockets) => sockets.length),
  );

  clients[0].disconnect();
  await until(() => left.length === 1);
  [...io.of('/').sockets.values()][0].disconnect(true);
  await until(() => left.length === 2);
  for (const client of clients) client.close();
  await until(() => io.engine.clientsCount === 0);
  await until(() => left.length === CLIENTS);
  see(
    'left',
    left.slice().sort(),
    clients.map(({ connected }) => connected),
  );
  await new Promise((resolve) => io.close(resolve));
});

'use strict';
const http = require('node:http');
const { Aedes } = require('aedes');
const mqtt = require('mqtt');
const WebSocket = require('ws');
const { count, next, run, see, until } = require('./report.cjs');

run(async () => {
  const broker = await Aedes.createBroker();
  const server = http.createServer();
  const wss = new WebSocket.Server({ server });
  wss.on('connection', (socket, request) => {
    socket.on('message', (data) => {
      count('messages to the broker');
      count('bytes to the broker', data.length);
    });
    broker.handle(WebSocket.createWebSocketStream(socket), request);
  });
  broker.authenticate = (client, name, password, done) => done(null, name !== 'bad');
  const left = [];
  broker.on('clientDisconnect', (client) => left.push(client.id));
  server.listen(0, '127.0.0.1');
  await next(server, 'listening');
  const url = `ws://127.0.0.1:${server.address().port}`;
  const options = { reconnectPeriod: 0, keepalive: 0, clean: true };

  const [first, second] = await Promise.all(
    ['first', 'second'].map((clientId) => mqtt.connectAsync(url, { ...options, clientId })),
  );
  const heard = [];
  for (const client of [first, second]) {
    client.on('message', (topic, payload, { qos, retain }) => {
      heard.push([client.options.clientId, topic, payload.toString(), qos, retain]);
    });
  }
  see(
    'subscribed',
    await first.subscribeAsync('news/#', { qos: 1 }),
    await second.subscribeAsync('news/a', { qos: 0 }),
  );
  await first.publishAsync('news/a', 'to both', { qos: 1 });
  await second.publishAsync('news/b', Buffer.from([1, 2, 3]), { qos: 2 });
  await until(() => heard.length === 3);
  await first.publishAsync('kept', 'retained', { qos: 1, retain: true });
  await second.subscribeAsync('kept');
  await until(() => heard.length === 4);
  await second.publishAsync('news/large', 'x'.repeat(200_000), { qos: 1 });
  await until(() => heard.length === 5);
  see('heard', heard.map((message) => message.map((part) => (part.length > 100 ? part.length : part))).sort());
  see('connected', broker.connectedClients);

  const refused = mqtt.connect(url, { ...options, clientId: 'refused', username: 'bad', password: 'x' });
  see('refused', (await next(refused, 'error'))[0].message);
  refused.end(true);
  await first.endAsync();
  await second.endAsync();
  await until(() => left.length === 2 && wss.clients.size === 0);
  see('left', left.slice().sort());
  await new Promise((resolve) => broker.close(resolve));
  await new Promise((resolve) => wss.close(resolve));
  await new Promise((resolve) => server.close(resolve));
});

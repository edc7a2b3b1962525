'use strict';
const express = require('express');
const expressWs = require('express-ws');
const WebSocket = require('ws');
const { next, run, see, until } = require('./report.cjs');

run(async () => {
  const { app, getWss, applyTo } = expressWs(express());
  const closed = [];
  app.use((request, response, proceed) => {
    request.greeting = 'hello';
    proceed();
  });
  app.ws('/echo', (socket, request) => {
    socket.on('message', (data) => socket.send(`${request.greeting} ${data}`));
    socket.on('close', (code) => closed.push(code));
  });
  const router = express.Router();
  applyTo(router);
  router.ws('/:name', (socket, request) => socket.send(`you are at ${request.params.name}`));
  app.use('/router', router);
  app.ws('/all', (socket) => socket.on('message', (data) => getWss().clients.forEach((one) => one.send(String(data)))));
  app.get('/plain', (request, response) => response.send('plain'));
  const server = app.listen(0, '127.0.0.1');
  await next(server, 'listening');
  const url = `127.0.0.1:${server.address().port}`;

  const client = new WebSocket(`ws://${url}/echo`);
  await next(client, 'open');
  client.send('you');
  see('echo', String((await next(client, 'message'))[0]));
  const routed = new WebSocket(`ws://${url}/router/somewhere`);
  see('routed', String((await next(routed, 'message'))[0]));
  see('plain', await (await fetch(`http://${url}/plain`, { headers: { connection: 'close' } })).text());
  const nowhere = new WebSocket(`ws://${url}/nowhere`);
  see('nowhere', (await next(nowhere, 'close'))[0]);

  const members = Array.from({ length: 3 }, () => new WebSocket(`ws://${url}/all`));
  await Promise.all(members.map((member) => next(member, 'open')));
  const heard = [...members, client, routed].map((member) => next(member, 'message'));
  members[0].send('to all');
  see(
    'broadcast',
    (await Promise.all(heard)).map(([data]) => String(data)),
  );

  for (const member of [...members, client, routed]) member.close(1000);
  await until(() => getWss().clients.size === 0);
  see('closed', closed);
  await new Promise((resolve) => server.close(resolve));
});

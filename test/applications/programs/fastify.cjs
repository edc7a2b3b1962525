'use strict';
const fastify = require('fastify');
const WebSocket = require('ws');
const { next, run, see, until } = require('./report.cjs');

run(async () => {
  const app = fastify();
  const closed = [];
  await app.register(require('@fastify/websocket'), { options: { maxPayload: 1000 } });
  app.addHook('preValidation', async (request, reply) => {
    if (request.query.token === 'bad') await reply.code(401).send({ error: 'no token' });
  });
  app.get('/echo/:room', { websocket: true }, (socket, request) => {
    socket.on('message', (data, isBinary) => socket.send(`${request.params.room}: ${data}`, { binary: isBinary }));
    socket.on('close', (code) => closed.push(code));
  });
  app.get('/async', { websocket: true }, async (socket) => {
    socket.on('message', async (data) => {
      await null;
      socket.send(`later ${data}`);
    });
  });
  app.get('/throws', { websocket: true }, async () => {
    throw new Error('of the handler');
  });
  app.route({
    method: 'GET',
    url: '/both',
    handler: (request, reply) => reply.send('plain'),
    wsHandler: (socket) => socket.send('socket'),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `127.0.0.1:${app.server.address().port}`;

  const client = new WebSocket(`ws://${url}/echo/red`);
  await next(client, 'open');
  client.send('text');
  see('echo', String((await next(client, 'message'))[0]));
  client.send(Buffer.from('bytes'));
  see('binary echo', (await next(client, 'message')).map(String));
  client.close(4001);
  await next(client, 'close');
  await until(() => closed.length === 1);
  see('closed', closed);

  const asynchronous = new WebSocket(`ws://${url}/async`);
  await next(asynchronous, 'open');
  asynchronous.send('a');
  see('asynchronous', String((await next(asynchronous, 'message'))[0]));
  asynchronous.terminate();

  const refused = new WebSocket(`ws://${url}/echo/red?token=bad`);
  see('refused', (await next(refused, 'error'))[0].message);
  const unknown = new WebSocket(`ws://${url}/nowhere`);
  const unknownEnd = await Promise.race([next(unknown, 'error'), next(unknown, 'close')]);
  see('unknown', String(unknownEnd[0]?.message ?? unknownEnd[0]));
  const throwing = new WebSocket(`ws://${url}/throws`);
  see('throws', (await next(throwing, 'close'))[0]);
  const both = new WebSocket(`ws://${url}/both`);
  see('both', String((await next(both, 'message'))[0]), await (await fetch(`http://${url}/both`)).text());
  both.close();
  await next(both, 'close');
  const large = new WebSocket(`ws://${url}/echo/red`);
  await next(large, 'open');
  large.send('a'.repeat(2000));
  see('too large', (await next(large, 'close'))[0]);

  const injected = await app.injectWS('/echo/blue', { headers: { 'x-own': '1' } });
  injected.send('into');
  see('injected', String((await next(injected, 'message'))[0]));
  injected.terminate();
  see('injected, refused', await app.injectWS('/echo/blue?token=bad').catch((error) => error.message));
  await app.close();
  await until(() => closed.length === 3);
  see('all closed', closed.slice().sort());
});

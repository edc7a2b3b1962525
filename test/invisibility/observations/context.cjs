'use strict';
// Asynchronous contexts that listeners and callbacks see.
const { AsyncLocalStorage, AsyncResource, executionAsyncResource } = require('node:async_hooks');
const { WebSocket, connect, dial, listen, listenHttp, next, until, urlOf } = require('../peers.cjs');

const storage = new AsyncLocalStorage();
const name = () => storage.getStore() ?? 'none';

module.exports = {
  'context of listeners on both sides': async () => {
    const log = [];
    const wss = await storage.run('listen', () => listen());
    wss.on('connection', (socket) => {
      log.push(['connection', name()]);
      socket.on('message', (data) => {
        log.push([`server message ${data}`, name()]);
        socket.send(data);
      });
      socket.on('close', () => log.push(['server close', name()]));
    });
    const client = storage.run('dial', () => dial(urlOf(wss)));
    for (const event of ['open', 'message', 'close']) client.on(event, () => log.push([`client ${event}`, name()]));
    await next(client, 'open');
    storage.run('send', () => client.send('a'));
    await next(client, 'message');
    storage.run('close', () => client.close());
    await until(() => log.filter(([event]) => event.endsWith('close')).length === 2);
    return log.sort(([a], [b]) => (a < b ? -1 : 1));
  },
  'context of callbacks of send and ping': async () => {
    const log = [];
    const { client } = await connect();
    storage.run('a', () => client.send('a', () => log.push(['send', name()])));
    storage.run('b', () => client.ping('b', true, () => log.push(['ping', name()])));
    storage.run('c', () => client.pong('c', true, () => log.push(['pong', name()])));
    await until(() => log.length === 3);
    return log;
  },
  'context of callbacks of send with compression': async () => {
    const log = [];
    const { client } = await connect({ server: { perMessageDeflate: { threshold: 0 } } });
    storage.run('a', () => client.send('a', () => log.push(['first', name()])));
    storage.run('b', () => client.send('b', () => log.push(['second', name()])));
    await until(() => log.length === 2);
    return log;
  },
  'context of asynchronous listeners after awaits': async () => {
    const log = [];
    const { client, socket } = await connect();
    socket.on('message', async (data) => {
      log.push([`before ${data}`, name()]);
      await storage.run(`inner ${data}`, async () => {
        await null;
        log.push([`inner ${data}`, name()]);
        await new Promise(setImmediate);
        log.push([`still inner ${data}`, name()]);
      });
      log.push([`after ${data}`, name()]);
    });
    client.send('1');
    client.send('2');
    await until(() => log.length === 8);
    return log.sort(([a], [b]) => (a < b ? -1 : 1));
  },
  'context that a listener enters': async () => {
    const log = [];
    const { socket } = await connect();
    socket.on('message', () => storage.enterWith('entered'));
    socket.on('message', () => log.push(name()));
    await storage.run('outer', async () => {
      socket.emit('message', Buffer.from('a'), false);
      log.push(name());
    });
    log.push(name());
    return log;
  },
  'context of an emit by the application': async () => {
    const { client } = await connect();
    const seen = [];
    for (const event of ['message', 'pong', 'close', 'error', 'custom'])
      client.on(event, () => seen.push([event, name()]));
    storage.run('emit', () => {
      for (const event of ['message', 'pong', 'close', 'error', 'custom']) client.emit(event, new Error('e'));
    });
    return seen;
  },
  'context of an upgrade': async () => {
    const log = [];
    const server = await storage.run('listen', () => listenHttp());
    const wss = new WebSocket.Server({
      noServer: true,
      verifyClient: (info, done) => {
        log.push(['verify', name()]);
        done(true);
      },
    });
    server.on('upgrade', (request, socket, head) => {
      log.push(['upgrade', name()]);
      storage.run('request', async () => {
        await null;
        wss.handleUpgrade(request, socket, head, (webSocket) => {
          log.push(['callback', name()]);
          webSocket.on('message', () => log.push(['message', name()]));
        });
      });
    });
    const client = dial(urlOf(server));
    await next(client, 'open');
    client.send('a');
    await until(() => log.length === 4);
    return log;
  },
  'context of a bound listener': async () => {
    const { client, socket } = await connect();
    const seen = new Promise((resolve) => {
      storage.run('bound', () =>
        socket.on(
          'message',
          AsyncResource.bind(() => resolve(name())),
        ),
      );
    });
    client.send('a');
    return seen;
  },
  'resource in which listeners run': async () => {
    const { client, socket } = await connect();
    const seen = new Promise((resolve) =>
      socket.on('message', () => resolve(executionAsyncResource().constructor.name)),
    );
    client.send('a');
    return seen;
  },
  'context after a listener has thrown': async () => {
    const { socket } = await connect();
    socket.on('message', () => {
      throw new Error('thrown');
    });
    const seen = [];
    storage.run('outer', () => {
      try {
        socket.emit('message', 'a', false);
      } catch {
        seen.push(name());
      }
    });
    return [...seen, name()];
  },
};

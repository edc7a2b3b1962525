'use strict';
// The order and the tick in which events and callbacks come.
const { WebSocket, connect, dial, dialRaw, frame, listen, next, until, urlOf } = require('../peers.cjs');

/** Logs `name` now, and when the next tick, microtask and turn of the event loop are due. */
function mark(log, name) {
  log.push(name);
  process.nextTick(() => log.push(`${name}: tick`));
  Promise.resolve().then(() => log.push(`${name}: microtask`));
}

/** A raw client, so that several frames come in one chunk. */
async function connectRaw(options) {
  const wss = await listen(options);
  const { socket: raw } = await dialRaw(wss._server);
  const [socket] = await next(wss, 'connection');
  return { wss, raw, socket };
}

const threeFrames = () => Buffer.concat(['1', '2', '3'].map((text) => frame(1, text)));

module.exports = {
  'messages of one chunk against ticks and microtasks': async () => {
    const log = [];
    const { raw, socket } = await connectRaw();
    socket.on('message', (data) => mark(log, String(data)));
    raw.write(threeFrames());
    await until(() => log.length === 9);
    return log;
  },
  'messages of one chunk with several listeners': async () => {
    const log = [];
    const { raw, socket } = await connectRaw();
    socket.on('message', (data) => mark(log, `a ${data}`));
    socket.on('message', (data) => mark(log, `b ${data}`));
    raw.write(threeFrames());
    await until(() => log.length === 18);
    return log;
  },
  'messages of one chunk with asynchronous listeners': async () => {
    const log = [];
    const { raw, socket } = await connectRaw();
    socket.on('message', async (data) => {
      mark(log, `before ${data}`);
      await null;
      mark(log, `after ${data}`);
      await new Promise(setImmediate);
      log.push(`end ${data}`);
    });
    raw.write(threeFrames());
    await until(() => log.filter((line) => line.startsWith('end')).length === 3);
    return log;
  },
  'what waits for the promise of a listener': async () => {
    const log = [];
    const { raw, socket } = await connectRaw();
    const promise = Promise.resolve('value');
    socket.on('message', () => {
      promise.then(() => log.push('then 1'));
      queueMicrotask(() => log.push('microtask 1'));
      return promise;
    });
    socket.on('message', () => {
      promise.then(() => log.push('then 2')).then(() => log.push('then 2 then'));
      queueMicrotask(() => log.push('microtask 2'));
    });
    raw.write(frame(1, 'a'));
    await until(() => log.length === 5);
    return log;
  },
  'a listener that returns a thenable': async () => {
    const log = [];
    const { raw, socket } = await connectRaw();
    socket.on('message', () => ({
      get then() {
        log.push('then was read');
        return (...args) => log.push(`then was called with ${args.length}`);
      },
    }));
    socket.on('message', () => log.push('next listener'));
    raw.write(frame(1, 'a'));
    await until(() => log.includes('next listener'));
    await new Promise(setImmediate);
    return log;
  },
  'a listener that returns a promise with a then of its own': async () => {
    const log = [];
    const { raw, socket } = await connectRaw();
    class Counted extends Promise {
      then(...args) {
        log.push(`then with ${args.length}`);
        return super.then(...args);
      }
    }
    let resolve;
    socket.on('message', () => new Counted((done) => (resolve = done)));
    raw.write(frame(1, 'a'));
    await until(() => resolve);
    log.push('returned');
    resolve();
    await new Promise(setImmediate);
    return log;
  },
  'ping, pong and message of one chunk': async () => {
    const log = [];
    const { raw, socket } = await connectRaw();
    for (const event of ['message', 'ping', 'pong']) socket.on(event, (data) => mark(log, `${event} ${data}`));
    raw.write(Buffer.concat([frame(9, 'a'), frame(1, 'b'), frame(10, 'c'), frame(1, 'd')]));
    await until(() => log.length === 12);
    return log;
  },
  'message and close of one chunk': async () => {
    const log = [];
    const { raw, socket } = await connectRaw();
    socket.on('message', (data) => mark(log, String(data)));
    socket.on('close', (code) => mark(log, `close ${code}`));
    raw.end(Buffer.concat([frame(1, 'a'), frame(8, [0x03, 0xe8])]));
    await until(() => log.length === 6);
    return log;
  },
  'callbacks of send': async () => {
    const log = [];
    const { client } = await connect();
    for (const text of ['1', '2', '3']) client.send(text, () => mark(log, `sent ${text}`));
    mark(log, 'called');
    await until(() => log.length === 12);
    return log;
  },
  'callbacks of send with compression': async () => {
    const log = [];
    const { client } = await connect({ server: { perMessageDeflate: { threshold: 0 } } });
    for (const text of ['1', '2', '3']) client.send(text, () => log.push(`sent ${text}`));
    client.ping('', true, () => log.push('pinged'));
    log.push('called');
    await until(() => log.length === 5);
    return log;
  },
  'callbacks of send on a closing socket': async () => {
    const log = [];
    const { client } = await connect();
    client.close();
    client.send('late', (error) => mark(log, error.message));
    mark(log, 'called');
    await until(() => log.length === 6);
    return log;
  },
  'callback of a close of the server': async () => {
    const log = [];
    const { wss, client } = await connect();
    wss.on('close', () => mark(log, 'event'));
    client.close();
    await next(client, 'close');
    wss.close(() => mark(log, 'callback'));
    mark(log, 'called');
    await until(() => log.length === 9);
    return log;
  },
  'events of a client in its life': async () => {
    const log = [];
    const wss = await listen();
    wss.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    const client = dial(urlOf(wss));
    for (const event of ['upgrade', 'open', 'message', 'close', 'error'])
      client.on(event, () => mark(log, `${event} ${client.readyState}`));
    client.once('open', () => client.send('a'));
    client.once('message', () => client.close());
    await next(client, 'close');
    await new Promise(setImmediate);
    return log;
  },
  'events of a server in its life': async () => {
    const log = [];
    const wss = await listen();
    wss._server.on('upgrade', () => mark(log, 'upgrade'));
    wss._server.prependListener('upgrade', () => mark(log, 'upgrade, prepended'));
    wss.on('headers', () => mark(log, 'headers'));
    wss.on('connection', (socket) => {
      mark(log, `connection ${wss.clients.size}`);
      socket.on('close', () => mark(log, `close ${wss.clients.size}`));
    });
    const client = dial(urlOf(wss));
    await next(client, 'open');
    client.terminate();
    await until(() => log.some((line) => line === 'close 0: tick'));
    await new Promise(setImmediate);
    return log;
  },
  'an upgrade against ticks and microtasks': async () => {
    const log = [];
    const wss = await listen({
      verifyClient: (info, done) => {
        mark(log, 'verify');
        done(true);
        mark(log, 'verified');
      },
    });
    wss.on('connection', () => mark(log, 'connection'));
    await dialRaw(wss._server);
    await until(() => log.length === 9);
    return log;
  },
  'a client that fails': async () => {
    const log = [];
    const wss = await listen({ verifyClient: () => false });
    const client = dial(urlOf(wss));
    for (const event of ['error', 'close']) client.on(event, () => mark(log, `${event} ${client.readyState}`));
    await until(() => log.length === 6);
    return log;
  },
  'a client that is terminated while it connects': async () => {
    const log = [];
    const wss = await listen();
    const client = dial(urlOf(wss));
    for (const event of ['error', 'close']) client.on(event, () => mark(log, `${event} ${client.readyState}`));
    client.terminate();
    mark(log, 'terminated');
    await until(() => log.length === 9);
    return log;
  },
  'a stream over a socket': async () => {
    const log = [];
    const { client, socket } = await connect();
    const [near, far] = [WebSocket.createWebSocketStream(client), WebSocket.createWebSocketStream(socket)];
    for (const event of ['data', 'end', 'finish', 'close']) far.on(event, () => log.push(`far ${event}`));
    near.write('a');
    await next(far, 'data');
    near.end();
    await next(far, 'end');
    far.end();
    await next(far, 'close');
    return log;
  },
  'bufferedAmount and readyState around send': async () => {
    const { client } = await connect();
    const states = [client.bufferedAmount, client.readyState];
    client._socket.cork();
    client.send('abc');
    states.push(client.bufferedAmount);
    client._socket.uncork();
    client.close();
    states.push(client.readyState);
    await next(client, 'close');
    return [...states, client.readyState, client.bufferedAmount];
  },
};

// Ways to listen to messages, and what their listeners do.

const { on, once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { masked } = require('../harness/frames.cjs');

const OPEN = { 'handshake 101': 1, open: 1 };

/** A row in which the client sends texts of five bytes to a server that listens by `listen`. */
const heard = (name, listen, { sent = 1, server, ...row } = {}) => ({
  name,
  run: async (t) => {
    const { client, server: socket } = await t.pair();
    const done = listen(socket, t, client);
    for (let count = 0; count < sent; count++) client.send('hello');
    await done;
  },
  server: { ...OPEN, 'receive text': [sent, 5 * sent], ...server },
  client: { ...OPEN, 'transmit text': [sent, 5 * sent] },
  up: sent * masked(5),
  ...row,
});

const ONE = { server: { processed: 1 } };

/** Time that a listener takes which awaits something, and the least that a timer of that time may take. */
const WORK_MS = 30;
const SLOW = { seconds: { server: { processed: (WORK_MS - 2) / 1000 } } };

const reason = (message, more = {}) => Object.assign(new Error(message), more);

module.exports = [
  heard('by on', (socket) => new Promise((resolve) => socket.on('message', resolve)), ONE),
  heard('by onmessage', (socket) => new Promise((resolve) => (socket.onmessage = resolve)), ONE),
  heard('by addEventListener', (socket) => new Promise((resolve) => socket.addEventListener('message', resolve)), ONE),
  heard('by an awaited once', (socket) => once(socket, 'message'), ONE),
  heard(
    'by once, of two messages',
    async (socket, t) => {
      await once(socket, 'message');
      await t.waitFor('the second one', async () => (await t.now()).server['messages receive text'] === 2);
    },
    { sent: 2, server: { processed: 1 } },
  ),
  heard('by prependListener', (socket) => new Promise((resolve) => socket.prependListener('message', resolve)), ONE),
  heard(
    'by three listeners',
    async (socket, t) => {
      let calls = 0;
      socket.on('message', () => calls++);
      socket.addEventListener('message', () => calls++);
      socket.on('message', () => calls++);
      await t.waitFor('all of them', () => calls === 3);
      t.assert.equal(socket.listenerCount('message'), 3);
    },
    ONE,
  ),
  heard('by nobody', (socket, t) => t.waitFor('it', async () => (await t.now()).server['messages receive text'])),
  {
    name: 'by a listener that was added after the first message',
    run: async (t) => {
      const { client, server } = await t.pair();
      client.send('hello');
      await t.waitFor('the first', async () => (await t.now()).server['messages receive text']);
      const second = once(server, 'message');
      client.send('hello');
      await second;
    },
    server: { ...OPEN, 'receive text': [2, 10], processed: 1 },
    client: { ...OPEN, 'transmit text': [2, 10] },
    up: masked(5, 5),
  },
  {
    name: 'by listeners that were all removed again',
    run: async (t) => {
      const { client, server } = await t.pair();
      const first = once(server, 'message');
      server.on('message', () => undefined);
      client.send('hello');
      await first;
      server.removeAllListeners();
      client.send('hello');
      await t.waitFor('the second', async () => (await t.now()).server['messages receive text'] === 2);
      client.close(1000);
      await t.closed(client, server);
    },
    server: { 'handshake 101': 1, 'receive text': [2, 10], processed: 1, 'closed 1000 remote': 1 },
    client: { 'handshake 101': 1, 'transmit text': [2, 10], 'closed 1000 local': 1 },
    up: masked(5, 5, 2),
    down: 4,
  },
  heard(
    'by an asynchronous iterator',
    async (socket) => {
      let count = 0;
      for await (const [data] of on(socket, 'message')) if (String(data) === 'hello' && ++count === 3) break;
    },
    { sent: 3, server: { processed: 3 } },
  ),
  heard(
    'by an async listener that works for a while',
    (socket) => new Promise((resolve) => socket.on('message', async () => (await sleep(WORK_MS), resolve()))),
    { ...ONE, ...SLOW },
  ),
  heard(
    'by a listener that gives back a promise',
    (socket) => new Promise((resolve) => socket.on('message', () => sleep(WORK_MS).then(resolve))),
    { ...ONE, ...SLOW },
  ),
  heard(
    'by several listeners, some of which are async: one record, once the last is done',
    (socket) =>
      new Promise((resolve) => {
        socket.on('message', async () => sleep(5));
        socket.on('message', async () => (await sleep(WORK_MS), resolve()));
        socket.on('message', () => 'done at once');
      }),
    { ...ONE, ...SLOW },
  ),
  heard(
    'by an async listener under once',
    (socket) => new Promise((resolve) => socket.once('message', async () => (await sleep(WORK_MS), resolve()))),
    { ...ONE, ...SLOW },
  ),
  heard(
    'by async listeners of many messages at a time',
    async (socket, t) => {
      let done = 0;
      socket.on('message', async () => (await sleep(WORK_MS), done++));
      await t.waitFor('all of them', () => done === 20);
    },
    { sent: 20, server: { processed: 20 }, seconds: { server: { processed: (20 * (WORK_MS - 2)) / 1000 } } },
  ),
  heard(
    'by an async listener that fails: the process sees the rejection, once, with its reason',
    (socket) => void socket.on('message', async () => Promise.reject(new TypeError('mine'))),
    { server: { 'processed TypeError': 1 }, crashes: ['unhandledRejection mine'] },
  ),
  heard(
    'by an async listener that fails with a code',
    (socket) => void socket.on('message', async () => Promise.reject(reason('mine', { code: 'ENOSPC' }))),
    { server: { 'processed ENOSPC': 1 }, crashes: ['unhandledRejection mine'] },
  ),
  heard(
    'by an async listener that fails with no error',
    (socket) => void socket.on('message', async () => Promise.reject('mine')),
    { server: { 'processed _OTHER': 1 }, crashes: ['unhandledRejection mine'] },
  ),
  heard(
    'by a listener whose promise fails and whose failure is handled elsewhere',
    (socket) =>
      void socket.on('message', () => {
        const work = Promise.reject(new RangeError('mine'));
        work.catch(() => undefined);
        return work;
      }),
    { server: { 'processed RangeError': 1 } },
  ),
  heard(
    'by a listener whose promise fails and that nobody handles',
    (socket) => {
      const work = async () => {
        await sleep(5);
        throw new RangeError('mine');
      };
      socket.on('message', () => work());
    },
    { server: { 'processed RangeError': 1 }, crashes: ['unhandledRejection mine'] },
  ),
  heard(
    'by a wrapper that names an async function as its listener and handles its failure',
    (socket) => {
      const handler = async () => {
        throw new RangeError('mine');
      };
      const wrapper = (...args) => {
        const work = handler(...args);
        work.catch(() => undefined);
        return work;
      };
      wrapper.listener = handler;
      socket.on('message', wrapper);
    },
    { server: { 'processed RangeError': 1 } },
  ),
  heard(
    'by a listener with a call of its own',
    (socket) =>
      new Promise((resolve) => {
        const listener = () => resolve();
        listener.call = () => undefined;
        socket.on('message', Object.setPrototypeOf(listener, null));
      }),
    ONE,
  ),
  heard(
    'by a listener that gives back one promise for several messages',
    async (socket, t) => {
      let done = false;
      const work = sleep(WORK_MS).then(() => (done = true));
      socket.on('message', () => work);
      await t.waitFor('its end', () => done);
    },
    { sent: 3, server: { processed: 3 } },
  ),
  heard(
    'by an async onmessage that fails',
    (socket) => void (socket.onmessage = async () => Promise.reject(new TypeError('mine'))),
    // ws does not hand on what such a handler gives back
    { ...ONE, crashes: ['unhandledRejection mine'] },
  ),
  heard(
    'by a listener that throws',
    (socket) =>
      void socket.on('message', () => {
        throw new TypeError('mine');
      }),
    { server: { 'processed _OTHER': 1 }, crashes: ['uncaughtException mine'], neverCloses: true },
  ),
  heard(
    'by a second listener that throws, behind one that is async',
    (socket, t) => {
      let done = false;
      socket.on('message', async () => (await sleep(5), (done = true)));
      socket.on('message', () => {
        throw new TypeError('mine');
      });
      return t.waitFor('the async one', () => done);
    },
    { server: { 'processed _OTHER': 1 }, crashes: ['uncaughtException mine'], neverCloses: true },
  ),
  {
    name: 'by an async listener whose socket closes meanwhile',
    run: async (t) => {
      const { client, server } = await t.pair();
      let done = false;
      server.on('message', async () => {
        await t.closed(server);
        done = true;
      });
      client.send('hello');
      client.close(1000);
      await t.waitFor('the listener', () => done);
    },
    server: { 'handshake 101': 1, 'receive text': [1, 5], processed: 1, 'closed 1000 remote': 1 },
    client: { 'handshake 101': 1, 'transmit text': [1, 5], 'closed 1000 local': 1 },
    up: masked(5, 2),
    down: 4,
  },
  {
    name: 'by a listener that closes the connection',
    run: async (t) => {
      const { client, server } = await t.pair({
        onConnection: (socket) => socket.on('message', () => socket.close(1000)),
      });
      client.send('hello');
      await t.closed(client, server);
    },
    server: { 'handshake 101': 1, 'receive text': [1, 5], processed: 1, 'closed 1000 local': 1 },
    client: { 'handshake 101': 1, 'transmit text': [1, 5], 'closed 1000 remote': 1 },
    up: masked(5, 2),
    down: 4,
  },
];

// Routes, ignored paths and message types.

const { once } = require('node:events');
const { masked } = require('../harness/frames.cjs');

/** A connection to a path, a message of five bytes, and a close, under a configuration. */
const visit = (name, path, config, route, row = {}) => ({
  name,
  config,
  run: async (t) => {
    const { client, server } = await t.pair({ path });
    const arrived = once(server, 'message');
    client.send('hello');
    await arrived;
    client.close(1000);
    await t.closed(client, server);
  },
  server:
    route === undefined
      ? {}
      : {
          [`handshake 101${route}`]: 1,
          [`receive text${route}`]: [1, 5],
          processed: 1,
          [`closed 1000 remote${route}`]: 1,
        },
  client:
    route === undefined
      ? {}
      : { [`handshake 101${route}`]: 1, [`transmit text${route}`]: [1, 5], [`closed 1000 local${route}`]: 1 },
  up: masked(5, 2),
  down: 4,
  ...row,
});

const ROUTES = { routes: ['/rooms/lobby', '/rooms/:room', '/rooms/:room/users/:user', '/files/*path', '/chat'] };
const at = (path, route) => visit(`a route: ${path}`, path, ROUTES, ` ${route}`);

const IGNORE = { ignore: ['/health', '/internal/*path'] };

/** Texts and Buffers that a client sends, by the type that they count under. */
const typed = (name, sent, types, row) => {
  const count = (direction) =>
    Object.fromEntries(Object.entries(types).map(([type, figures]) => [`${direction} ${type}`, figures]));
  return {
    name: `a message type: ${name}`,
    run: async (t) => {
      const { client, server } = await t.pair();
      let arrived = 0;
      server.on('message', () => arrived++);
      for (const data of sent) client.send(data);
      await t.waitFor('the messages', () => arrived === sent.length);
    },
    server: { 'handshake 101': 1, open: 1, ...count('receive'), processed: sent.length },
    client: { 'handshake 101': 1, open: 1, ...count('transmit') },
    up: masked(...sent.map((data) => Buffer.byteLength(data))),
    ...row,
  };
};

const JSON_TYPE = { config: { message_type: 'json:type' } };

const json = (name, text, type) =>
  typed(`json:type of ${name}`, [text], { [type]: [1, Buffer.byteLength(text)] }, JSON_TYPE);

/** A text of JSON that is so many bytes long. */
const sized = (bytes) => `{"type":"chat","body":"${'x'.repeat(bytes - 25)}"}`;

// functions of the configuration are told apart by what they are, so each has a name
const byFirstLetter = (data) =>
  typeof data === 'string' || Buffer.isBuffer(data) ? String(data).slice(0, 1) : undefined;
const never = () => undefined;
const throws = () => {
  throw new Error('mine');
};
const noText = () => 7;

module.exports = [
  visit('without routes there is no route', '/rooms/7', undefined, ''),
  at('/rooms/7', '/rooms/:room'),
  at('/rooms/7?token=secret', '/rooms/:room'),
  at('/rooms/lobby', '/rooms/lobby'),
  at('/rooms/7/users/8', '/rooms/:room/users/:user'),
  at('/files/a/b/c.txt', '/files/*path'),
  at('/chat', '/chat'),
  at('/elsewhere', '_other'),
  at('/', '_other'),
  at('/rooms/caf%C3%A9', '/rooms/:room'),
  {
    name: 'a route of a handshake that is refused',
    config: ROUTES,
    run: async (t) => {
      const wss = await t.serve({ verifyClient: () => false });
      await t.fail(`${wss.url}/rooms/7`);
    },
    server: { 'handshake 401 401 /rooms/:room': 1 },
    client: { 'handshake 401 401 /rooms/:room': 1, 'errors 401': 1 },
  },
  {
    name: 'a route of a client that is not let in',
    config: ROUTES,
    run: async (t) => {
      const url = await t.listenRaw((socket) => socket.end());
      await t.fail(`${url}/chat`);
    },
    client: { 'handshake - ECONNRESET /chat': 1, 'errors ECONNRESET': 1 },
  },
  {
    name: 'a route of a connection that fails',
    config: ROUTES,
    run: async (t) => {
      const { client, server } = await t.pair({ path: '/chat', server: { maxPayload: 10 } });
      client.send('more than ten bytes');
      await t.closed(client, server);
    },
    server: {
      'handshake 101 /chat': 1,
      'errors WS_ERR_UNSUPPORTED_MESSAGE_LENGTH': 1,
      'closed 1006 local WS_ERR_UNSUPPORTED_MESSAGE_LENGTH /chat': 1,
    },
    client: { 'handshake 101 /chat': 1, 'transmit text /chat': [1, 19], 'closed 1009 remote /chat': 1 },
    up: 'any',
    down: 4,
  },
  visit('an ignored path', '/health', IGNORE, undefined),
  visit('an ignored path with a query', '/health?deep=1', IGNORE, undefined),
  visit('an ignored path by a wildcard', '/internal/a/b', IGNORE, undefined),
  visit('a path that is not ignored', '/healthy', IGNORE, ''),
  visit('an ignored path that is also a route', '/health', { ...IGNORE, routes: ['/health'] }, undefined),
  {
    name: 'an ignored path that is refused, fails, is pinged and sent to when closed',
    config: IGNORE,
    run: async (t) => {
      const wss = await t.serve({ verifyClient: ({ req }) => req.url === '/health', maxPayload: 10 });
      await t.fail(`${wss.url}/internal/x`);
      await t.fail(`${await t.listenRaw((socket) => socket.end())}/health`);
      const accepted = once(wss, 'connection');
      const client = await t.connect(`${wss.url}/health`);
      const [server] = await accepted;
      server.ping();
      await once(server, 'pong');
      client.send('more than ten bytes');
      await t.closed(client, server);
      client.send('too late');
    },
  },
  json('a string', '{"type":"chat","body":"hi"}', 'chat'),
  json('a whole number', '{"type":42}', '42'),
  json('a fraction', '{"type":1.5}', 'text'),
  json('a boolean', '{"type":true}', 'text'),
  json('an object', '{"type":{"name":"chat"}}', 'text'),
  json('a member within another', '{"data":{"type":"chat"}}', 'text'),
  json('no such member', '{"kind":"chat"}', 'text'),
  json('an array', '[{"type":"chat"}]', 'text'),
  json('null', 'null', 'text'),
  json('what is no JSON', '{"type":"chat"', 'text'),
  json('an empty text', '', 'text'),
  json('a text of 4096 B', sized(4096), 'chat'),
  json('a text of 4097 B', sized(4097), 'text'),
  json('an escaped string', '{"type":"ch\\u0061t"}', 'chat'),
  json('the last of two', '{"type":"one","type":"two"}', 'two'),
  typed('json:type of binary', [Buffer.from('{"type":"chat"}')], { binary: [1, 15] }, JSON_TYPE),
  typed(
    'a function, of texts and Buffers',
    ['alpha', 'beta', Buffer.from('beta')],
    { a: [1, 5], b: [2, 8] },
    { messageType: byFirstLetter },
  ),
  typed(
    'a function that says nothing',
    ['alpha', Buffer.from('beta')],
    { text: [1, 5], binary: [1, 4] },
    { messageType: never },
  ),
  typed(
    'a function that throws',
    ['alpha', Buffer.from('beta')],
    { text: [1, 5], binary: [1, 4] },
    { messageType: throws, warns: [/messageType threw: Error: mine/] },
  ),
  typed(
    'a function that gives no text',
    ['alpha'],
    { text: [1, 5] },
    { messageType: noText, warns: [/messageType gave a number/] },
  ),
  {
    name: 'a message type of a message in fragments',
    ...JSON_TYPE,
    run: async (t) => {
      const { client, server } = await t.pair();
      const arrived = once(server, 'message');
      client.send('{"type":', { fin: false });
      client.send('"chat"}', { fin: true });
      await arrived;
    },
    server: { 'handshake 101': 1, open: 1, 'receive chat': [1, 15], processed: 1 },
    // whoever sends in fragments is not asked to keep them
    client: { 'handshake 101': 1, open: 1, 'transmit text': [1, 15] },
    up: masked(8, 7),
  },
  {
    name: 'a message type and a route together',
    config: { ...JSON_TYPE.config, ...ROUTES },
    run: async (t) => {
      const { client, server } = await t.pair({ path: '/rooms/7' });
      const arrived = once(server, 'message');
      client.send('{"type":"chat"}');
      await arrived;
    },
    server: { 'handshake 101 /rooms/:room': 1, open: 1, 'receive chat /rooms/:room': [1, 15], processed: 1 },
    client: { 'handshake 101 /rooms/:room': 1, open: 1, 'transmit chat /rooms/:room': [1, 15] },
    up: masked(15),
  },
  visit('with websocket.enabled: false nothing is measured', '/', { enabled: false }, undefined),
];

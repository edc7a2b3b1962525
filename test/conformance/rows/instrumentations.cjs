// Instrumentations beside the dashboard's: what is handed to them, what they measure, and being switched on and off.

const { once } = require('node:events');
const http = require('node:http');
const { hiddenCopy } = require('../harness/copies.cjs');
const { ECHOED, echo, exchange } = require('../harness/echo.cjs');
const { figuresOf } = require('../harness/figures.cjs');
const { masked, plain } = require('../harness/frames.cjs');

/** An instrumentation beside the dashboard's. The figures of the row are then those of its own meter provider. */
function instrument(t, config = {}) {
  const { MeterProvider, MetricReader } = t.app.require('@opentelemetry/sdk-metrics');
  class Reader extends MetricReader {
    onShutdown() {}
    onForceFlush() {}
  }
  const reader = new Reader();
  const instrumentation = new t.app.telemetry.WsInstrumentation(config);
  instrumentation.setMeterProvider(new MeterProvider({ readers: [reader] }));
  t.ownFigures = async () => figuresOf(await reader.collect());
  t.finish = () => instrumentation.disable();
  return instrumentation;
}

/** Likewise, of the hidden copy, with which the row then works. */
function instrumentHidden(t, config) {
  const classes = hiddenCopy(t);
  Object.assign(t, classes);
  const instrumentation = instrument(t, config);
  instrumentation.instrument(classes);
  return instrumentation;
}

/** Own and inherited-from descriptors of everything that may be patched. */
const shapeOf = ({ WebSocket, WebSocketServer, Sender }) =>
  [WebSocket, WebSocketServer, Sender, http.Server].map(({ prototype }) => Object.getOwnPropertyDescriptors(prototype));

module.exports = [
  {
    name: 'a copy that no hook sees, handed to instrument()',
    run: async (t) => {
      instrumentHidden(t);
      const { client } = await t.pair({ onConnection: echo });
      await exchange(client);
    },
    ...ECHOED,
  },
  {
    name: 'a copy that was handed to instrument() twice, and enabled twice',
    run: async (t) => {
      const instrumentation = instrumentHidden(t);
      instrumentation.instrument(hiddenCopy(t));
      instrumentation.enable();
      const { client } = await t.pair({ onConnection: echo });
      await exchange(client);
    },
    ...ECHOED,
  },
  {
    name: 'refusals of a copy that was handed to instrument()',
    run: async (t) => {
      instrumentHidden(t);
      const wss = await t.serve({ verifyClient: (info, done) => done(false, 403) });
      await t.fail(wss.url);
    },
    server: { 'handshake 403 403': 1 },
    client: { 'handshake 403 403': 1, 'errors 403': 1 },
  },
  {
    name: 'routes, ignored paths and a message type of an instrumentation',
    run: async (t) => {
      instrumentHidden(t, {
        routes: ['/rooms/:room'],
        ignore: ['/health'],
        messageType: (data) => String(data).slice(0, 2),
      });
      const wss = await t.serve({}, echo);
      await exchange(await t.connect(`${wss.url}/rooms/7`));
      await exchange(await t.connect(`${wss.url}/health`));
    },
    server: {
      'handshake 101 /rooms/:room': 1,
      open: 1,
      'receive he /rooms/:room': [1, 5],
      'transmit he /rooms/:room': [1, 5],
      processed: 1,
    },
    client: {
      'handshake 101 /rooms/:room': 1,
      open: 1,
      'receive he /rooms/:room': [1, 5],
      'transmit he /rooms/:room': [1, 5],
      processed: 1,
    },
    up: masked(5),
    down: plain(5),
  },
  {
    name: 'two instrumentations of one copy both measure it',
    run: async (t) => {
      instrument(t);
      const { client } = await t.pair({ onConnection: echo });
      await exchange(client);
      const { server } = await t.dashboardNow();
      t.assert.equal(server['messages receive text'], 1);
      t.assert.equal(server['handshake 101'], 1);
      t.assert.equal(server.open, 1);
    },
    ...ECHOED,
  },
  {
    name: 'disable() puts everything back',
    run: async (t) => {
      const classes = hiddenCopy(t);
      const before = shapeOf(classes);
      const instrumentation = instrumentHidden(t);
      t.assert.notDeepEqual(shapeOf(classes), before);
      const { client } = await t.pair({ onConnection: echo });
      await exchange(client);
      instrumentation.disable();
      t.assert.deepEqual(shapeOf(classes), before);
      await exchange(client);
    },
    ...ECHOED,
    server: { ...ECHOED.server, open: 0, network: 'any' },
    client: { ...ECHOED.client, open: 0, network: 'any' },
  },
  {
    name: 'sockets that were open before it is enabled are not measured, not even their close',
    run: async (t) => {
      const instrumentation = instrumentHidden(t, { enabled: false });
      const { client, server } = await t.pair({ onConnection: echo });
      instrumentation.enable();
      await exchange(client);
      client.ping();
      await once(client, 'pong');
      client.close(1000);
      await t.closed(client, server);
    },
  },
  {
    name: 'disabled with a socket open, and enabled again: the old one is forgotten, a new one is measured',
    run: async (t) => {
      const instrumentation = instrumentHidden(t);
      const { wss, client, server } = await t.pair({ onConnection: echo });
      instrumentation.disable();
      instrumentation.enable();
      await exchange(client, 'not measured');
      await exchange(await t.connect(wss.url));
      client.close(1000);
      await t.closed(client, server);
    },
    server: { ...ECHOED.server, 'handshake 101': 2, network: 'any' },
    client: { ...ECHOED.client, 'handshake 101': 2, network: 'any' },
  },
  {
    name: 'disabled in the middle of a handshake',
    run: async (t) => {
      const instrumentation = instrumentHidden(t);
      let verify;
      const wss = await t.serve({ verifyClient: (info, done) => (verify = () => done(true)) }, echo);
      const client = t.dial(wss.url);
      const opened = once(client, 'open');
      await t.waitFor('verifyClient', () => verify);
      instrumentation.disable();
      verify();
      await opened;
      await exchange(client);
      client.close(1000);
      await t.closed(client);
    },
  },
  {
    name: 'disabled while an async listener works',
    run: async (t) => {
      const instrumentation = instrumentHidden(t);
      const { client, server } = await t.pair();
      let work;
      let done = false;
      server.on('message', async () => {
        await new Promise((resolve) => (work = resolve));
        done = true;
      });
      client.send('hello');
      await t.waitFor('the listener', () => work);
      instrumentation.disable();
      work();
      await t.waitFor('its end', () => done);
    },
    server: { 'handshake 101': 1, 'receive text': [1, 5], network: 'any' },
    client: { 'handshake 101': 1, 'transmit text': [1, 5], network: 'any' },
  },
];

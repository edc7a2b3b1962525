// Copies of `ws` in one process.

const { once } = require('node:events');
const { hiddenCopy, otherCopy } = require('../harness/copies.cjs');
const { ECHOED, echo, exchange } = require('../harness/echo.cjs');

module.exports = [
  {
    name: 'require and import give the same classes',
    run: async (t) => {
      const WebSocket = t.app.require('ws');
      t.assert.equal(WebSocket, t.WebSocket);
      t.assert.equal(WebSocket.Server, t.WebSocketServer);
    },
  },
  {
    name: 'a server of one copy, a client of another',
    run: async (t) => {
      const { WebSocket } = otherCopy(t);
      const wss = await t.serve({}, echo);
      const client = t.keep(new WebSocket(wss.url));
      await once(client, 'open');
      await exchange(client);
    },
    ...ECHOED,
  },
  {
    name: 'a client of one copy, a server of another',
    run: async (t) => {
      t.WebSocketServer = otherCopy(t).WebSocketServer;
      const wss = await t.serve({}, echo);
      await exchange(await t.connect(wss.url));
    },
    ...ECHOED,
  },
  {
    name: 'two servers of two copies, one of which refuses',
    run: async (t) => {
      const wss = await t.serve({}, echo);
      t.WebSocketServer = otherCopy(t).WebSocketServer;
      const refusing = await t.serve({ verifyClient: () => false });
      await exchange(await t.connect(wss.url));
      await t.fail(refusing.url);
    },
    ...ECHOED,
    server: { ...ECHOED.server, 'handshake 401 401': 1 },
    client: { ...ECHOED.client, 'handshake 401 401': 1, 'errors 401': 1 },
  },
  {
    name: 'a copy that no hook sees is not measured, but for the handshake that its http server answers',
    run: async (t) => {
      Object.assign(t, hiddenCopy(t));
      const { client } = await t.pair({ onConnection: echo });
      await exchange(client);
    },
    server: { 'handshake 101': 1 },
  },
  {
    name: 'a copy that no hook sees, handed to the dashboard',
    // a dashboard of its own, so that later rows find the copy unmeasured
    config: { idle_after_ms: 20_000 },
    run: async (t) => {
      const classes = hiddenCopy(t);
      Object.assign(t, classes);
      t.app.telemetry.getTelemetryDashboard().wsInstrumentation.instrument(classes);
      const { client } = await t.pair({ onConnection: echo });
      await exchange(client);
    },
    ...ECHOED,
  },
];

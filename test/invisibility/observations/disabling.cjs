'use strict';
// What is left of the instrumentation once it is disabled, on two copies of ws: each observation lists differences, of which
// there should be none.
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { resolve } = require('node:path');
const stream = require('node:stream');
const { EventEmitter } = require('node:events');
const { WebSocket, connect, next } = require('../peers.cjs');

// asked for when needed: the names of the observations are read where neither is there
const otherCopy = () => require(resolve('node_modules', 'other'));
const instrument = (config) => new (require(process.env.DIST_INDEX).WsInstrumentation)(config);

const ownersOf = () => ({
  'http.Server.prototype': http.Server.prototype,
  'https.Server.prototype': https.Server.prototype,
  'http.ClientRequest.prototype': http.ClientRequest.prototype,
  'net.Server.prototype': net.Server.prototype,
  'net.Socket.prototype': net.Socket.prototype,
  'stream.Duplex.prototype': stream.Duplex.prototype,
  'EventEmitter.prototype': EventEmitter.prototype,
  http,
  https,
  'Promise.prototype': Promise.prototype,
  ...ofCopy('first', WebSocket),
  ...ofCopy('second', otherCopy()),
});

function ofCopy(name, copy) {
  return {
    [`${name} WebSocket`]: copy,
    [`${name} WebSocket.prototype`]: copy.prototype,
    [`${name} WebSocket.Server`]: copy.Server,
    [`${name} WebSocket.Server.prototype`]: copy.Server.prototype,
    [`${name} Sender.prototype`]: copy.Sender.prototype,
    [`${name} Receiver.prototype`]: copy.Receiver.prototype,
  };
}

const descriptorsOf = (object) =>
  new Map(Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)]));

const snapshot = () => new Map(Object.entries(ownersOf()).map(([name, owner]) => [name, descriptorsOf(owner)]));

/** Each property that is another, has other flags, is new, is gone or stands elsewhere. Functions are compared by identity. */
function differences(before, after) {
  const found = [];
  for (const [owner, was] of before) {
    const is = after.get(owner);
    if ([...was.keys()].map(String).join() !== [...is.keys()].map(String).join()) found.push(`${owner}: keys`);
    for (const key of new Set([...was.keys(), ...is.keys()])) {
      const [one, other] = [was.get(key), is.get(key)];
      const same = one && other && Object.keys(one).every((field) => Object.is(one[field], other[field]));
      if (!same) found.push(`${owner}.${String(key)}`);
    }
  }
  return found;
}

/** Runs `act` with the instrumentation on; how things differ from before once it is off again. */
const afterwards =
  (act = () => {}) =>
  async () => {
    const before = snapshot();
    const instrumentation = instrument();
    const during = differences(before, snapshot());
    let result;
    try {
      result = await act(instrumentation);
    } finally {
      instrumentation.disable();
    }
    if (during.length === 0) throw new Error('nothing was instrumented');
    return [...differences(before, snapshot()), ...(result ?? [])];
  };

async function talk({ client, socket }) {
  socket.on('message', (data) => socket.send(data));
  client.send('hello');
  const [data] = await next(client, 'message');
  if (String(data) !== 'hello') throw new Error('no echo');
}

module.exports = {
  'after disable': afterwards(),
  'after disable, twice': afterwards((instrumentation) => {
    instrumentation.disable();
    instrumentation.disable();
  }),
  'after enable, twice': afterwards((instrumentation) => {
    instrumentation.enable();
    instrumentation.enable();
  }),
  'after disable and enable': afterwards((instrumentation) => {
    const during = snapshot();
    instrumentation.disable();
    instrumentation.enable();
    return [...during.keys()].filter((owner) => descriptorsOf(ownersOf()[owner]).size !== during.get(owner).size);
  }),
  'after ten rounds of enable': afterwards((instrumentation) => {
    for (let round = 0; round < 10; round++) {
      instrumentation.disable();
      instrumentation.enable();
    }
  }),
  'after disable with open sockets, which work on': async () => {
    let open;
    const left = await afterwards(async () => {
      open = await connect();
      await talk(open);
    })();
    await talk(await connect());
    open.socket.removeAllListeners('message');
    await talk(open);
    const ends = [next(open.client, 'close'), next(open.socket, 'close')];
    open.client.close();
    await Promise.all(ends);
    return left;
  },
  'after disable in a message listener': async () => {
    const before = snapshot();
    const instrumentation = instrument();
    const { client, socket } = await connect();
    socket.on('message', () => instrumentation.disable());
    socket.on('message', (data) => socket.send(data));
    client.send('a');
    await next(client, 'message');
    return differences(before, snapshot());
  },
  'after disable in a handshake': async () => {
    const before = snapshot();
    const instrumentation = instrument();
    const verifyClient = (info, done) => {
      instrumentation.disable();
      setImmediate(done, true);
    };
    await talk(await connect({ server: { verifyClient } }));
    return differences(before, snapshot());
  },
  'after enable in a handshake': async () => {
    const before = snapshot();
    const instrumentation = instrument({ enabled: false });
    const verifyClient = (info, done) => {
      instrumentation.enable();
      setImmediate(done, true);
    };
    await talk(await connect({ server: { verifyClient } }));
    instrumentation.disable();
    return differences(before, snapshot());
  },
  'sockets and their parts, from before': async () => {
    const { client, socket, wss } = await connect();
    const things = {
      client,
      socket,
      wss,
      http: wss._server,
      raw: socket._socket,
      sender: socket._sender,
      receiver: socket._receiver,
    };
    const functions = () =>
      Object.entries(things).flatMap(([name, thing]) =>
        [...descriptorsOf(thing)]
          .filter(([, { value }]) => typeof value === 'function')
          .map(([key]) => `${name}.${String(key)}`),
      );
    const before = functions();
    const instrumentation = instrument();
    const during = functions();
    await talk({ client, socket });
    instrumentation.disable();
    return [...during, ...functions()].filter((name) => !before.includes(name));
  },
  'raw sockets of upgrades that were measured': async () => {
    const instrumentation = instrument();
    const { client, socket } = await connect();
    const own = [client._socket, socket._socket, socket._sender, client._sender].map((thing) =>
      [...descriptorsOf(thing)].filter(([, { value }]) => typeof value === 'function').map(([key]) => String(key)),
    );
    instrumentation.disable();
    const plain = await connect();
    const wanted = [plain.client._socket, plain.socket._socket, plain.socket._sender, plain.client._sender].map(
      (thing) =>
        [...descriptorsOf(thing)].filter(([, { value }]) => typeof value === 'function').map(([key]) => String(key)),
    );
    return own.flatMap((names, index) => names.filter((name) => !wanted[index].includes(name)));
  },
  'two instrumentations, disabled in the order of their making': async () => {
    const before = snapshot();
    const both = [instrument(), instrument()];
    for (const instrumentation of both) instrumentation.disable();
    await talk(await connect());
    return differences(before, snapshot());
  },
  'two instrumentations, disabled in the other order': async () => {
    const before = snapshot();
    const both = [instrument(), instrument()];
    for (const instrumentation of both.reverse()) instrumentation.disable();
    await talk(await connect());
    return differences(before, snapshot());
  },
  'a class given by instrument': async () => {
    const before = snapshot();
    const instrumentation = instrument({ enabled: false });
    const Other = otherCopy();
    instrumentation.instrument({ WebSocket: Other, WebSocketServer: Other.Server });
    const still = differences(before, snapshot());
    instrumentation.enable();
    instrumentation.disable();
    return [...still, ...differences(before, snapshot())];
  },
  'a method that the application wrapped meanwhile stays wrapped': async () => {
    const instrumentation = instrument();
    const original = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'send');
    const wrapped = function (...args) {
      return original.value.apply(this, args);
    };
    WebSocket.prototype.send = wrapped;
    instrumentation.disable();
    const found = WebSocket.prototype.send === wrapped ? [] : ['the wrapper of the application is gone'];
    await talk(await connect());
    Object.defineProperty(WebSocket.prototype, 'send', original);
    await talk(await connect());
    return found;
  },
};

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const frames = require('./frames.cjs');
const { RawClient, acceptance, listenRaw, upgradeRequest } = require('./peers.cjs');
const { settle, waitFor } = require('./wait.cjs');

/** What a row works with. Everything it opens is closed behind it. */
class Tools {
  assert = assert;
  frames = frames;
  acceptance = acceptance;
  waitFor = waitFor;
  settle = settle;
  #closers = [];
  #sockets = [];
  /** For the bytes that a pair has written: its ends and what they had written when it was open. */
  #pair = undefined;

  /** @param ws the exports of the `ws` of this process; `app` loads others. */
  constructor(ws, app) {
    Object.assign(this, ws);
    this.app = app;
  }

  track(close) {
    this.#closers.push(close);
  }

  /** Has a socket closed behind the row. */
  keep(socket) {
    this.#sockets.push(socket);
    // an application listens to errors; those who do not die of them
    socket.on('error', () => undefined);
    return socket;
  }

  /** A server on a port of its own. */
  async serve(options = {}, onConnection = undefined) {
    const { Server = this.WebSocketServer, ...rest } = options;
    const wss = new Server({ host: '127.0.0.1', port: 0, ...rest });
    this.attend(wss, onConnection);
    await once(wss, 'listening');
    wss.url = `ws://127.0.0.1:${wss.address().port}`;
    return wss;
  }

  /** Has a server closed behind the row, with its sockets. */
  attend(wss, onConnection) {
    wss.on('connection', (socket, request) => {
      this.keep(socket);
      onConnection?.(socket, request);
    });
    this.track(() => new Promise((resolve) => wss.close(() => resolve())));
    return wss;
  }

  /** Has an http server listen. */
  async listen(server = http.createServer(), where = { port: 0, host: '127.0.0.1' }) {
    server.listen(where);
    this.track(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    await once(server, 'listening');
    server.url = `ws://127.0.0.1:${server.address()?.port}`;
    return server;
  }

  /** An http server that gives each request for an upgrade to `onUpgrade(request, socket, head)`. */
  async listenUpgrade(onUpgrade) {
    const server = await this.listen();
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      this.track(() => socket.destroy());
      onUpgrade(request, socket, head);
    });
    return server;
  }

  /** A client that has begun to connect. */
  dial(url, ...rest) {
    return this.keep(new this.WebSocket(url, ...rest));
  }

  /** A client that is open. */
  async connect(url, ...rest) {
    const client = this.dial(url, ...rest);
    await once(client, 'open');
    return client;
  }

  /** A client that does not get to open. @returns the message of its first error */
  async fail(url, ...rest) {
    const client = this.dial(url, ...rest);
    client.on('open', () => assert.fail('it has opened'));
    const errors = [];
    client.on('error', (error) => errors.push(error));
    await this.closed(client);
    return errors[0].message;
  }

  /** Both ends of a connection. */
  async pair({ server: serverOptions, client: clientOptions, path = '/', onConnection } = {}) {
    const wss = await this.serve(serverOptions, onConnection);
    const accepted = once(wss, 'connection');
    const client = await this.connect(wss.url + path, clientOptions);
    const [server] = await accepted;
    this.#pair = { server, client, down: server._socket.bytesWritten, up: client._socket.bytesWritten };
    return { wss, server, client };
  }

  /** What the pair has written since it was open. */
  get written() {
    const { server, client, up, down } = this.#pair;
    return { up: client._socket.bytesWritten - up, down: server._socket.bytesWritten - down };
  }

  /** The next message of a socket, as a Buffer. */
  async message(socket) {
    const [data] = await once(socket, 'message');
    return Buffer.from(data);
  }

  /** Waits until all are closed. */
  async closed(...sockets) {
    for (const socket of sockets)
      if (socket.readyState !== 3) await new Promise((resolve) => socket.once('close', resolve));
  }

  /** A TCP connection to a server; sends what it is given. */
  raw({ url }, ...data) {
    const raw = new RawClient(Number(new URL(url).port));
    this.track(() => {
      raw.socket.destroy();
      return raw.end();
    });
    if (data.length > 0) raw.socket.write(Buffer.concat(data.map((part) => Buffer.from(part))));
    return raw;
  }

  /** A TCP connection to a server that has been through the handshake by hand. */
  async rawPair(options = {}, onConnection = undefined) {
    const wss = await this.serve(options, onConnection);
    const accepted = once(wss, 'connection');
    const raw = this.raw(wss, this.request());
    const [server] = await accepted;
    assert.equal(await raw.status(), 101);
    return { wss, raw, server };
  }

  /** The text of a request for an upgrade. */
  request(options) {
    return upgradeRequest(options);
  }

  /** A TCP server. @returns its URL */
  listenRaw(answer) {
    return listenRaw(answer, (close) => this.track(close));
  }

  /** A client whose other end is a TCP connection that has accepted it by hand. */
  async rawServer(clientOptions = undefined) {
    let peer;
    const url = await this.listenRaw((socket, request) => {
      peer = socket;
      socket.write(acceptance(request));
    });
    const client = await this.connect(url, clientOptions);
    return { peer, client };
  }

  /** Leaves the sockets, which will not close, and closes what is beneath them. */
  async abandon() {
    for (const socket of this.#sockets) socket._socket?.destroy();
    // a server may wait for them in vain
    for (const close of this.#closers.splice(0).reverse()) void close();
    await settle();
  }

  /** Closes everything, last opened first. */
  async close() {
    for (const socket of this.#sockets) if (socket.readyState !== 3) socket.terminate();
    for (const close of this.#closers.splice(0).reverse()) await close();
    await this.closed(...this.#sockets);
  }
}

module.exports = { Tools };

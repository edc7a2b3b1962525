// Ends of connections that are not `ws`: they say what no `ws` would say.

const { createHash } = require('node:crypto');
const { once } = require('node:events');
const net = require('node:net');
const { waitFor } = require('./wait.cjs');

const HEADERS = {
  Host: 'localhost',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

const head = (first, headers) =>
  [
    first,
    ...Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])),
    '',
    '',
  ].join('\r\n');

/** The text of a request for an upgrade; a header that is undefined is left out. */
const upgradeRequest = ({ method = 'GET', path = '/', headers = {} } = {}) =>
  head(`${method} ${path} HTTP/1.1`, { ...HEADERS, ...headers });

const acceptOf = (key) => createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** The text that accepts a request for an upgrade. */
const acceptance = (request, headers = {}) => {
  const [, key] = /^sec-websocket-key: (.*)$/im.exec(request);
  return head('HTTP/1.1 101 Switching Protocols', {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': acceptOf(key.trim()),
    ...headers,
  });
};

/** A TCP connection to a server, and the text that has come in. */
class RawClient {
  received = Buffer.alloc(0);
  ended = false;

  constructor(port) {
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.on('data', (chunk) => (this.received = Buffer.concat([this.received, chunk])));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.ended = true));
  }

  /** The status of the answer once its head is there. */
  status() {
    return waitFor('an answer', () => {
      const [, status] = /^HTTP\/1\.1 (\d{3}) [^]*?\r\n\r\n/.exec(this.received.toString('latin1')) ?? [];
      return status && Number(status);
    });
  }

  /** Frames that have come in behind the answer's head. */
  get frames() {
    return this.received.subarray(this.received.indexOf('\r\n\r\n') + 4);
  }

  end() {
    return waitFor('the end of the connection', () => this.ended);
  }
}

/** A TCP server that gives each request to `answer(socket, request)`, request by request. */
async function listenRaw(answer, track) {
  const server = net.createServer((socket) => {
    track(() => socket.destroy());
    socket.on('error', () => undefined);
    let request = '';
    const read = (chunk) => {
      request += chunk.toString('latin1');
      if (!request.includes('\r\n\r\n')) return;
      socket.off('data', read);
      // what comes then is read and forgotten
      socket.resume();
      answer(socket, request);
    };
    socket.on('data', read);
  });
  track(() => new Promise((resolve) => server.close(resolve)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `ws://127.0.0.1:${server.address().port}`;
}

module.exports = { RawClient, listenRaw, upgradeRequest, acceptance };

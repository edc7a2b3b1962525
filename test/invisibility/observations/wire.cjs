'use strict';
// The bytes of handshakes and frames.
const http = require('node:http');
const {
  WebSocket,
  HANDSHAKE,
  connect,
  dial,
  dialRaw,
  frame,
  listen,
  listenHttp,
  next,
  until,
  urlOf,
} = require('../peers.cjs');

/** The answer to a handshake, up to the end of the connection or of its head. */
const answer = (options, lines) => async () => {
  const wss = await listen(options);
  const { socket, bytes } = await dialRaw(wss._server, lines);
  await Promise.race([next(socket, 'end'), until(() => bytes().includes('\r\n\r\n'))]);
  return bytes()
    .toString('latin1')
    .replace(/^Date: .*\r\n/im, '');
};

const without = (name) => HANDSHAKE.filter((line) => !line.startsWith(name));
const replaced = (name, value) => [...without(name), `${name}: ${value}`];

/** The request that a client sends, without its random key and the port. */
const requestOf = (url, options, protocols) => async () => {
  const server = await listenHttp();
  const seen = new Promise((resolve) =>
    server.on('upgrade', (request, socket) => {
      socket.destroy();
      resolve([request.method, request.url, request.rawHeaders]);
    }),
  );
  const client = new WebSocket(`${urlOf(server)}${url}`, protocols, options);
  client.on('error', () => {});
  const [method, path, headers] = await seen;
  return [method, path, headers.map((text) => text.replace(/:\d+$/, ':PORT').replace(/^[\w+/]{22}==$/, 'KEY'))];
};

/** What a server answers that decides by itself. */
const byApplication = (respond, lines) => async () => {
  const server = await listenHttp();
  server.on('upgrade', respond);
  const { socket, bytes } = await dialRaw(server, lines);
  await next(socket, 'close');
  return bytes().toString('latin1');
};

/** All that a server sends to a raw client while `act` runs, after the handshake. */
const sentBy = (act, options) => async () => {
  const wss = await listen(options);
  const { socket: raw, bytes } = await dialRaw(wss._server);
  const [socket] = await next(wss, 'connection');
  await until(() => bytes().includes('\r\n\r\n'));
  act(socket, raw);
  await next(raw, 'end');
  const all = bytes();
  return all.subarray(all.indexOf('\r\n\r\n') + 4).toString('hex');
};

module.exports = {
  'answer 101': answer(),
  'answer 101 with a protocol and an extension': answer({ perMessageDeflate: true }, [
    ...HANDSHAKE,
    'Sec-WebSocket-Protocol: a, b',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
  ]),
  'answer 400 to a bad key': answer({}, replaced('Sec-WebSocket-Key', 'short')),
  'answer 400 to a bad version': answer({}, replaced('Sec-WebSocket-Version', '7')),
  'answer 400 to another path': answer({ path: '/elsewhere' }),
  'answer 401 of verifyClient': answer({ verifyClient: () => false }),
  'answer of an asynchronous verifyClient': answer({
    verifyClient: (info, done) => setImmediate(done, false, 418, 'no tea', { 'X-More': 'yes' }),
  }),
  'answer 405 to another method': answer({}, ['POST / HTTP/1.1', ...HANDSHAKE.slice(1)]),
  'answer 426 to a plain request': answer({}, ['GET / HTTP/1.1', 'Host: localhost', 'Connection: close']),
  'answer to another upgrade': answer({}, replaced('Upgrade', 'other')),
  'answer 503 of a server that closes': async () => {
    const server = await listenHttp();
    const wss = new WebSocket.Server({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      wss.close();
      wss.handleUpgrade(request, socket, head, () => {});
    });
    const { socket, bytes } = await dialRaw(server);
    await Promise.race([next(socket, 'end'), until(() => bytes().includes('\r\n\r\n'))]);
    return bytes().toString('latin1');
  },
  'answer of an application by write and destroy': byApplication((request, socket) => {
    socket.write('HTTP/1.1 403 Forbidden\r\n\r\n');
    socket.destroy();
  }),
  'answer of an application by end': byApplication((request, socket) => {
    socket.end('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n\r\nslow down');
  }),
  'answer of an application in pieces, as bytes, with callbacks': byApplication((request, socket) => {
    socket.write(Buffer.from('HTTP/1.1 4'), () => {
      socket.write('303420', 'hex');
      socket.end(new Uint8Array(Buffer.from('Not Found\r\n\r\n')), () => {});
    });
  }),
  'answer of an application by destroy alone': byApplication((request, socket) => socket.destroy()),
  'answer of a ServerResponse on the raw socket': byApplication((request, socket) => {
    const response = new http.ServerResponse(request);
    response.assignSocket(socket);
    response.sendDate = false;
    response.writeHead(402, { Connection: 'close' });
    response.end('pay', () => socket.destroySoon());
  }),
  'answer of an http server without ws': async () => {
    const server = await listenHttp(
      http.createServer((request, response) => {
        response.sendDate = false;
        response.end(`answered ${request.headers.upgrade}`);
      }),
    );
    const { socket, bytes } = await dialRaw(server, replaced('Connection', 'close, Upgrade'));
    await next(socket, 'end');
    return bytes().toString('latin1');
  },
  'return values of writing on the raw socket': async () => {
    const server = await listenHttp();
    const seen = new Promise((resolve) =>
      server.on('upgrade', (request, socket) => {
        const wrote = socket.write('HTTP/1.1 403 Forbidden\r\n');
        const ended = socket.end('\r\n') === socket;
        resolve([wrote, ended, socket.destroy() === socket, socket.destroyed, socket.writableEnded]);
      }),
    );
    await dialRaw(server);
    return seen;
  },
  'headers that an application adds': async () => {
    const wss = await listen();
    wss.on('headers', (headers) => headers.push('X-Added: yes'));
    const { bytes } = await dialRaw(wss._server);
    await until(() => bytes().includes('\r\n\r\n'));
    return bytes().toString('latin1');
  },
  'request of a client': requestOf('/path?query=1', {}),
  'request of a client with protocols': requestOf('/', {}, ['a', 'b']),
  'request of a client with options': requestOf('/', {
    headers: { 'X-Own': '1', Cookie: 'c=d' },
    origin: 'http://origin',
    auth: 'user:password',
    perMessageDeflate: false,
    protocolVersion: 8,
  }),
  'request of a client after a redirect': async () => {
    const target = await listenHttp();
    const seen = new Promise((resolve) =>
      target.on('upgrade', (request, socket) => (socket.destroy(), resolve(request.rawHeaders.length))),
    );
    const first = await listenHttp();
    first.on('upgrade', (request, socket) =>
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${urlOf(target)}/next\r\n\r\n`),
    );
    dial(urlOf(first), { followRedirects: true }).on('error', () => {});
    return seen;
  },
  'frames of all kinds': sentBy((socket) => {
    socket.send('text');
    socket.send(Buffer.from('bytes'));
    socket.send('text as bytes', { binary: true });
    socket.send(Buffer.from('bytes as text'), { binary: false });
    socket.send(7);
    socket.send(new Uint16Array([1, 2, 3]));
    socket.send(new Uint8Array([1, 2, 3]).buffer);
    socket.send('');
    socket.send('a'.repeat(126));
    socket.send('fragment 1', { fin: false });
    socket.ping('between');
    socket.send('fragment 2', { fin: true });
    socket.ping();
    socket.pong('unasked');
    socket.close(3001, 'reason');
    socket._socket.end();
  }),
  'frames with compression': async () => {
    const wss = await listen({ perMessageDeflate: { threshold: 0 } });
    const { socket: raw, bytes } = await dialRaw(wss._server, [
      ...HANDSHAKE,
      'Sec-WebSocket-Extensions: permessage-deflate',
    ]);
    const [socket] = await next(wss, 'connection');
    for (const text of ['a'.repeat(1000), 'b', 'a'.repeat(1000)]) socket.send(text);
    socket.send('plain', { compress: false });
    socket.close();
    await until(() => bytes().includes(Buffer.from([0x88, 0])));
    raw.end();
    return bytes().toString('hex');
  },
  'frames straight from the sender': sentBy((socket) => {
    const { _sender: sender } = socket;
    const results = WebSocket.Sender.frame(Buffer.from('encoded'), {
      fin: true,
      rsv1: false,
      mask: false,
      opcode: 1,
      readOnly: true,
    });
    sender.sendFrame(results, () => {});
    sender.sendFrame(results);
    socket._socket.end();
  }),
  'answers to a ping and to a close': sentBy((socket, raw) => {
    raw.write(Buffer.concat([frame(9, 'ping'), frame(8, [0x0f, 0xa1])]));
  }),
  'answer to a bad frame': sentBy((socket, raw) => {
    socket.on('error', () => {});
    raw.write(frame(3, 'a'));
  }),
  'bytes of a terminated socket': sentBy((socket) => {
    socket.send('last');
    socket._socket.end();
  }),
  'bytes read and written': async () => {
    const { client, socket } = await connect({ client: { perMessageDeflate: false } });
    client.send('abc');
    await next(socket, 'message');
    return [client._socket.bytesWritten > 0, socket._socket.bytesWritten, client._sender._bufferedBytes];
  },
};

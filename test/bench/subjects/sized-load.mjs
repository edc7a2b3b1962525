// A load generator for echo servers of any size: raw sockets and frames made beforehand, so that it costs less than the server.
// A fixed number of messages is under way, spread over all connections in turn.
import { once } from 'node:events';
import { connect } from 'node:net';
import { constants, deflateRawSync } from 'node:zlib';
import { random } from '../values.mjs';
import { serve } from '../worker.mjs';

const OPEN_AT_ONCE = 200;
const HANDSHAKE = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];
const OFFER = 'Sec-WebSocket-Extensions: permessage-deflate';
const MASK = [1, 2, 3, 4];

/** A frame's header has at most so many bytes: what the server sends is not masked. */
const MAX_HEADER_BYTES = 10;

/** Connections by the port of their server. @type {Map<number, Connection[]>} */
const connections = new Map();

/** Counts the frames that come in, whatever the pieces they come in. */
class Connection {
  onFrame = undefined;
  #socket;
  /** Bytes of the frame's payload that are still to come; undefined before its header is complete. */
  #missing = undefined;
  #header = Buffer.alloc(0);

  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('close', () => {
      throw new Error('the server has closed a connection');
    });
  }

  static async open(port, deflate) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.write(`${[...HANDSHAKE, ...(deflate ? [OFFER] : [])].join('\r\n')}\r\n\r\n`);
    const [head] = await once(socket, 'data');
    const isDeflated = head.toString().includes('permessage-deflate');
    if (!head.toString().startsWith('HTTP/1.1 101') || isDeflated !== deflate) throw new Error(head.toString());
    return new Connection(socket);
  }

  send(frame) {
    this.#socket.write(frame);
  }

  #receive(chunk) {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#missing === undefined) {
        const before = this.#header.length;
        const header = Buffer.concat([this.#header, chunk.subarray(offset, offset + MAX_HEADER_BYTES - before)]);
        const headerBytes = headerLength(header);
        if (headerBytes === undefined || header.length < headerBytes) {
          this.#header = header;
          return;
        }
        this.#missing = payloadLength(header);
        this.#header = Buffer.alloc(0);
        offset += headerBytes - before;
      }
      const taken = Math.min(this.#missing, chunk.length - offset);
      this.#missing -= taken;
      offset += taken;
      if (this.#missing > 0) return;
      this.#missing = undefined;
      this.onFrame?.();
    }
  }
}

function headerLength(header) {
  if (header.length < 2) return undefined;
  return { 126: 4, 127: 10 }[header[1]] ?? 2;
}

function payloadLength(header) {
  if (header[1] === 126) return header.readUInt16BE(2);
  return header[1] === 127 ? Number(header.readBigUInt64BE(2)) : header[1];
}

/** A masked text frame. Compressed, it refers to no earlier message, so that it may come at any time. */
function frameOf(bytes, deflate) {
  const text = textOf(bytes);
  const payload = deflate
    ? deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
    : Buffer.from(text);
  const first = deflate ? 0xc1 : 0x81;
  let header = Buffer.from([first, 0x80 | payload.length]);
  if (payload.length > 125) {
    header = Buffer.from([first, 0x80 | 126, 0, 0]);
    header.writeUInt16BE(payload.length, 2);
  }
  if (payload.length > 65_535) throw new Error('no frame of so many bytes');
  return Buffer.concat([header, Buffer.from(MASK), payload.map((byte, index) => byte ^ MASK[index % 4])]);
}

/** JSON such as services send, cut to the length. */
function textOf(bytes) {
  const next = random(1);
  let text = '';
  while (text.length < bytes) {
    const id = Math.floor(next() * 1e6);
    text += JSON.stringify({ id, type: 'moved', x: next().toFixed(4), y: next().toFixed(4), by: `player-${id % 100}` });
  }
  return text.slice(0, bytes);
}

async function open({ port, count, deflate }) {
  const opened = [];
  while (opened.length < count) {
    const batch = Math.min(OPEN_AT_ONCE, count - opened.length);
    opened.push(...(await Promise.all(Array.from({ length: batch }, () => Connection.open(port, deflate)))));
  }
  connections.set(port, opened);
}

/**
 * @param {{ port: number, ms: number, bytes: number, deflate: boolean, underWay: number }} how
 * @returns {Promise<{ messages: number, seconds: number }>}
 */
function run({ port, ms, bytes, deflate, underWay }) {
  const frame = frameOf(bytes, deflate);
  const targets = connections.get(port);
  const startMs = performance.now();
  let sent = 0;
  let echoed = 0;
  return new Promise((resolve) => {
    const send = () => targets[sent++ % targets.length].send(frame);
    const onFrame = () => {
      echoed++;
      const elapsedMs = performance.now() - startMs;
      if (elapsedMs < ms) send();
      else if (echoed === sent) resolve({ messages: echoed, seconds: elapsedMs / 1000 });
    };
    for (const target of targets) target.onFrame = onFrame;
    for (let message = 0; message < underWay; message++) send();
  });
}

serve({ open, run });

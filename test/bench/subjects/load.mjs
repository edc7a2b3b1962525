// A load generator for the echo server: raw sockets and frames made beforehand, so that it costs less than the server and the
// server is what is measured. One message is under way on each connection.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setInterval } from 'node:timers/promises';
import { serve } from '../worker.mjs';

const CONNECTIONS = 16;
const PAYLOAD_BYTES = 128;
const HANDSHAKE = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n');

/** A masked text frame with a 16-bit length; what comes back is unmasked. */
const FRAME = Buffer.concat([
  Buffer.from([0x81, 0x80 | 126, 0, PAYLOAD_BYTES, 1, 2, 3, 4]),
  Buffer.from({ length: PAYLOAD_BYTES }, (_, index) => 0x61 ^ [1, 2, 3, 4][index % 4]),
]);
const REPLY_BYTES = 4 + PAYLOAD_BYTES;

/** @type {Map<number, import('node:net').Socket[]>} by port */
const connections = new Map();
const roundTripsMs = new Float64Array(1 << 20);

async function open(port) {
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => upgrade(port)));
  connections.set(port, sockets);
}

async function upgrade(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.write(HANDSHAKE);
  const [head] = await once(socket, 'data');
  if (!head.toString().startsWith('HTTP/1.1 101')) throw new Error(`no upgrade: ${head.toString()}`);
  return socket;
}

/** @returns {Promise<{ messages: number, seconds: number, p99: number }>} p99 of the round trip in ms */
async function run({ port, ms }) {
  let count = 0;
  const startMs = performance.now();
  const endMs = startMs + ms;
  await Promise.all(
    connections.get(port).map(
      (socket) =>
        new Promise((resolve) => {
          let sentMs = performance.now();
          let missing = REPLY_BYTES;
          const receive = (chunk) => {
            missing -= chunk.length;
            if (missing > 0) return;
            const nowMs = performance.now();
            if (count < roundTripsMs.length) roundTripsMs[count] = nowMs - sentMs;
            count++;
            if (nowMs >= endMs) {
              socket.off('data', receive);
              resolve();
              return;
            }
            missing = REPLY_BYTES;
            sentMs = nowMs;
            socket.write(FRAME);
          };
          socket.on('data', receive);
          socket.write(FRAME);
        }),
    ),
  );
  const seconds = (performance.now() - startMs) / 1000;
  return { messages: count, seconds, p99: p99(count) };
}

/**
 * A message on each connection every millisecond, of which the server has time to spare.
 *
 * @returns {Promise<{ p99: number }>} of the round trip in ms
 */
async function pace({ port, ms }) {
  let count = 0;
  const turns = connections.get(port).map((socket) => {
    let sentMs = 0;
    let missing = 0;
    const receive = (chunk) => {
      missing -= chunk.length;
      if (missing === 0) roundTripsMs[count++] = performance.now() - sentMs;
    };
    socket.on('data', receive);
    return {
      send() {
        if (missing > 0) return;
        missing = REPLY_BYTES;
        sentMs = performance.now();
        socket.write(FRAME);
      },
      isDone: () => missing === 0,
      end: () => socket.off('data', receive),
    };
  });
  for await (const _ of setInterval(1)) {
    if ((ms -= 1) > 0) for (const turn of turns) turn.send();
    else if (turns.every((turn) => turn.isDone())) break;
  }
  for (const turn of turns) turn.end();
  return { p99: p99(count) };
}

function p99(count) {
  const sorted = roundTripsMs.slice(0, count).sort();
  return sorted[Math.ceil(0.99 * sorted.length) - 1];
}

serve({ open, run, pace });

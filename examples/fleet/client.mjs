// A process of clients: it keeps connections to the fleet, has messages echoed, and counts what it sends and gets. What happens here
// is not measured by the package. Orders and reports go over the channel to the parent:
//   { kind: 'servers', servers: [{ name, url }] }                     who is there now, the first time: begin
//   { kind: 'stop' }                                                  send no more, wait for all echoes, close
//   { kind: 'rest' }                                                  send no more, wait for all echoes, stay connected
//   ← { kind: 'counts' | 'stopped' | 'resting', epochMs, counts }     what was counted until then, by server
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from './connection.mjs';
import { Tally } from './tally.mjs';

const TICK_MS = 10;
const RETRY_MS = 200;

const { CONNECTIONS = '8', RATE_PER_SECOND = '200', REPORT_EVERY_MS = '200' } = process.env;
const slots = Number(CONNECTIONS);

/** @type {import('./connection.mjs').Server[]} */
let servers = [];
/** @type {Map<string, Tally>} by name of the server */
const tallies = new Map();
/** @type {Set<ReturnType<typeof connect>>} */
const connections = new Set();
let isSending = false;
let isStopping = false;

/** Connects as often as there are slots; a connection that ends makes room for the next. */
function fill() {
  while (!isStopping && servers.length > 0 && connections.size < slots) {
    const server = leastUsed();
    const tally = tallies.get(server.name) ?? new Tally();
    tallies.set(server.name, tally);
    const connection = connect(server, tally);
    connections.add(connection);
    void connection.ended.then(async (hadBegun) => {
      if (!hadBegun) await sleep(RETRY_MS); // nobody listens there just now
      connections.delete(connection);
    });
  }
}

/** The server with the fewest connections from here: one that is new gets its share. */
function leastUsed() {
  const uses = new Map(servers.map(({ name }) => [name, 0]));
  for (const { server } of connections) uses.set(server.name, (uses.get(server.name) ?? 0) + 1);
  const usesOf = ({ name }) => uses.get(name) ?? 0;
  return servers.reduce((least, server) => (usesOf(server) < usesOf(least) ? server : least));
}

let index = 0;
let due = 0;
let lastMs = performance.now();

/** Sends what is due by now, in turn on all connections that take something. */
function send() {
  const nowMs = performance.now();
  due = Math.min(due + ((nowMs - lastMs) / 1000) * Number(RATE_PER_SECOND), slots);
  lastMs = nowMs;
  fill();
  for (const connection of connections) {
    if (!isSending || due < 1) break;
    if (!connection.send(index)) continue;
    index++;
    due--;
    // to the end of the line
    connections.delete(connection);
    connections.add(connection);
  }
}

/** @param {'counts' | 'stopped' | 'resting'} kind */
function report(kind) {
  const counts = Object.fromEntries([...tallies].map(([name, tally]) => [name, tally.counts]));
  if (process.connected) process.send?.({ kind, epochMs: Date.now(), counts });
}

async function rest() {
  isSending = false;
  await Promise.all(Array.from(connections, (connection) => connection.answered()));
  report('resting');
}

async function stop() {
  isSending = false;
  isStopping = true;
  await Promise.all(Array.from(connections, (connection) => connection.leave()));
  report('stopped');
}

process.on('message', (/** @type {any} */ order) => {
  if (order.kind === 'servers') {
    if (servers.length === 0) isSending = true;
    servers = order.servers;
  } else if (order.kind === 'rest') void rest();
  else void stop();
});
process.on('SIGINT', () => undefined); // a terminal sends its Ctrl-C to all: when to end is the parent's business
process.on('disconnect', () => process.exit()); // the parent is gone
setInterval(send, TICK_MS);
setInterval(() => report('counts'), Number(REPORT_EVERY_MS));

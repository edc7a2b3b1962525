// node --expose-gc memory.mjs STORE SERIES: tells what the series of a store keep in memory.
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../worker.mjs';
import { fill, stores } from './series.mjs';

const [name, count] = process.argv.slice(2);
const store = await stores[name]();
const server = createServer((request, response) => store.handler(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
fill(store, 'first', 1)();
await scrape();
const before = await heldBytes();
const touch = fill(store, 'bench', Number(count));
for (let turn = 0; turn < 20; turn++) touch();
await scrape();
const held = await heldBytes();

serve({ bytesPerSeries: () => (held - before) / Number(count) });

/** What a scrape leaves behind, such as label texts, belongs to a series too. */
async function scrape() {
  const [response] = await once(get({ port: server.address().port, host: '127.0.0.1', agent: false }), 'response');
  await once(response.resume(), 'end');
}

async function heldBytes() {
  for (let turn = 0; turn < 3; turn++) {
    await sleep(20);
    globalThis.gc();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

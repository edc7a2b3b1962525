// node scrape.mjs STORE SERIES: serves the metrics of a store over HTTP and tells what a scrape cost.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { serve } from '../worker.mjs';
import { fill, stores } from './series.mjs';

const [name, count] = process.argv.slice(2);
const store = await stores[name]();
const touch = fill(store, 'bench', Number(count));
const RECORDS_BEFORE = 20;
for (let turn = 0; turn < RECORDS_BEFORE; turn++) touch();

let watching = false;
let scraped = Promise.resolve();

const server = createServer((request, response) => {
  const watch = watching ? watchLoop() : undefined;
  const before = process.cpuUsage();
  scraped = once(response, 'finish').then(() => {
    const { user, system } = process.cpuUsage(before);
    return { cpuMs: (user + system) / 1000, blockMs: watch?.() };
  });
  return store.handler(request, response);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

/** Turns the event loop as fast as it goes. @returns ends it and tells the longest turn in ms */
function watchLoop() {
  let longestMs = 0;
  let lastMs = performance.now();
  let immediate = setImmediate(function turn() {
    tick();
    immediate = setImmediate(turn);
  });
  function tick() {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  }
  return () => {
    clearImmediate(immediate);
    tick();
    return longestMs;
  };
}

serve(
  {
    /** All series have changed since the last scrape. `watch`: the event loop is watched, at the price of CPU time. */
    prepare: ({ watch }) => {
      watching = watch;
      touch();
    },
    result: () => scraped,
  },
  server.address().port,
);

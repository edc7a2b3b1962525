// node cluster.mjs WORKERS SERIES: a primary whose workers have series, and tell them; with 0 workers the process has them itself.
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../worker.mjs';
import { fill, stores } from './series.mjs';

const [workerCount, series] = process.argv.slice(2).map(Number);
const CHANGE_MS = 200;

const store = await stores.ours();
if (cluster.isWorker) runWorker();
else await runPrimary();

function actsOn(touch) {
  return {
    touch,
    /** CPU time that this process takes in so many ms, while all its series change each 200 ms or none does. */
    cpu: async ({ ms, changing }) => {
      const timer = changing ? setInterval(touch, CHANGE_MS) : undefined;
      const before = process.cpuUsage();
      await sleep(ms);
      const { user, system } = process.cpuUsage(before);
      clearInterval(timer);
      return (user + system) / 1000;
    },
  };
}

function runWorker() {
  const acts = actsOn(fill(store, 'bench', series));
  process.on('message', async ({ what, value }) => process.send({ answer: (await acts[what](value)) ?? null }));
  process.send({ answer: 'ready' });
}

async function runPrimary() {
  const own = actsOn(workerCount === 0 ? fill(store, 'bench', series) : () => undefined);
  const workers = [];
  for (let index = 0; index < workerCount; index++) {
    const worker = cluster.fork();
    await once(worker, 'message');
    workers.push(worker);
  }
  const all = (what, value) =>
    Promise.all(
      workers.map(async (worker) => {
        worker.send({ what, value });
        return (await once(worker, 'message'))[0].answer;
      }),
    );

  let watching = false;
  let scraped;
  const server = createServer((request, response) => {
    const watch = watching ? watchLoop() : undefined;
    const before = process.cpuUsage();
    const startMs = performance.now();
    scraped = once(response, 'finish').then(() => {
      const { user, system } = process.cpuUsage(before);
      return { timeMs: performance.now() - startMs, cpuMs: (user + system) / 1000, blockMs: watch?.() };
    });
    return store.handler(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  serve(
    {
      prepare: async ({ watch }) => {
        watching = watch;
        own.touch();
        await all('touch');
      },
      result: () => scraped,
      cpu: async (value) => {
        const [told, primary] = await Promise.all([all('cpu', value), own.cpu(value)]);
        return { workers: told, primary };
      },
      /** Bytes that one worker sends in so many ms. */
      bytes: async ({ ms, changing }) => {
        let bytes = 0;
        const count = (message) => (bytes += JSON.stringify(message).length + 1);
        workers[0].process.on('internalMessage', count);
        await all('cpu', { ms, changing });
        workers[0].process.off('internalMessage', count);
        return bytes;
      },
      stop: () => void process.kill(workers[0].process.pid, 'SIGSTOP'),
      go: () => void process.kill(workers[0].process.pid, 'SIGCONT'),
    },
    server.address().port,
  );
}

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

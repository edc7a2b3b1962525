// Memory that series keep, and what becomes of it under a flood of label values.
import { summary } from '../rounds.mjs';
import { Worker, withWorkers } from '../worker.mjs';

const SERIES = 10_000;
const FLAGS = ['--expose-gc'];
const FLOOD = [100_000, 1_000_000];

/** Heap growth between the two totals of the flood that counts as none. */
const FLAT_BYTES = 256 * 1024;

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds = 3, log }) {
  const stores = ['ours', 'prom-client', 'opentelemetry'];
  const bytes = Object.fromEntries(stores.map((store) => [store, []]));
  const growth = [];
  let flood;
  for (let round = 0; round < rounds; round++) {
    log(`round ${round + 1} of ${rounds}`);
    for (const store of stores) {
      const starting = [Worker.start('subjects/memory.mjs', { args: [store, String(SERIES)], flags: FLAGS })];
      bytes[store].push(await withWorkers(starting, ([worker]) => worker.ask('bytesPerSeries')));
    }
    flood = await withWorkers([Worker.start('subjects/flood.mjs', { flags: FLAGS })], floodOnce);
    growth.push(flood.grown);
  }
  return [...stores.map((store) => row(store, bytes[store])), floodRow(growth, flood)];
}

async function floodOnce([worker]) {
  const [less, more] = FLOOD;
  const before = await worker.ask('flood', less);
  const after = await worker.ask('flood', more);
  return { ...after, grown: after.bytes - before.bytes };
}

function row(store, bytes) {
  const what = `memory of a histogram series: ${store}`;
  return { what, against: `${SERIES} series, after a scrape`, unit: 'B', ...summary(bytes) };
}

function floodRow(growth, { overflow, messages, nanoseconds }) {
  return {
    what: `flood of ${FLOOD[1]} message types: heap growth`,
    against: `the heap after ${FLOOD[0]}`,
    unit: 'kB',
    ...Object.fromEntries(Object.entries(summary(growth)).map(([k, v]) => [k, k === 'rounds' ? v : v / 1000])),
    target: FLAT_BYTES / 1000,
    detail: `${messages} messages counted, overflow ${overflow}, ${nanoseconds.toFixed(0)} ns each`,
  };
}

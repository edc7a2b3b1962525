// node record.mjs SUBJECT CASE: answers how long a record takes and how much it allocates.
import { serve } from '../worker.mjs';

const BATCH_MS = 80;
const ALLOCATION_BYTES = 24 * 2 ** 20;
const MOST_CALLS = 4_000_000;

const [subject, name] = process.argv.slice(2);
const { cases } = await import(`./${subject}.mjs`);

// All ways to record, before the one that is measured: in a service the engine has seen more than one of them.
for (let turn = 0; turn < 20; turn++) for (const run of Object.values(cases)) run(5000);
const run = cases[name];
run(500_000);
const callsPerBatch = calibrate();

serve({ nanoseconds: () => nanosecondsPerCall(callsPerBatch), bytes: bytesPerCall });

/** CPU time of the whole process: the garbage collector's threads count, another process on the core does not. */
function nanosecondsPerCall(calls) {
  const before = process.cpuUsage();
  run(calls);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / calls;
}

function calibrate() {
  let calls = 10_000;
  for (;;) {
    const startMs = performance.now();
    run(calls);
    const elapsedMs = performance.now() - startMs;
    if (elapsedMs > BATCH_MS / 2) return Math.ceil((calls * BATCH_MS) / elapsedMs);
    calls *= 2;
  }
}

/** Needs --expose-gc, and a young generation so large that nothing is collected while it is measured. */
function bytesPerCall() {
  const estimate = grownBy(20_000) / 20_000;
  const calls = Math.min(MOST_CALLS, Math.ceil(ALLOCATION_BYTES / Math.max(estimate, 1e-6)));
  return grownBy(calls) / calls;
}

function grownBy(calls) {
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  run(calls);
  return process.memoryUsage().heapUsed - before;
}

// node examples/fleet/run.mjs: a fleet of services with their clients, a collector and a store. See README.md.
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Fleet } from './fleet.mjs';
import { USAGE, readOptions } from './options.mjs';
import { MissingProgram } from './programs.mjs';
import { Stack } from './stack.mjs';
import { storedCounts } from './store.mjs';
import { Screen, formatBytes, formatCount, totalOf } from './table.mjs';
import { interruption, onKeys } from './terminal.mjs';

const PACKAGE = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const DRAW_EVERY_MS = 500;
/** For what is in the collector's queue when all have ended. */
const ARRIVAL_MS = 60_000;
const EXIT_CODE = { equal: 0, failed: 1, usage: 2 };

/** @returns {Promise<number>} exit code */
async function main() {
  const options = readOptionsOrExit();
  if (!existsSync(PACKAGE)) throw new MissingProgram('the package is not built: npm ci && npm run build');
  const screen = new Screen();
  const interrupted = interruption();
  let stack;
  if (options.store === undefined) {
    screen.print('starting the store and the collector …');
    stack = await Stack.start();
  } else {
    stack = new Stack(options.store, options.collector);
  }
  try {
    return await runFleet(options, stack, screen, interrupted);
  } finally {
    await stack.close();
  }
}

function readOptionsOrExit() {
  try {
    const options = readOptions(process.argv.slice(2));
    if (!options.help) return options;
    console.log(USAGE);
    process.exit(EXIT_CODE.equal);
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(EXIT_CODE.usage);
  }
}

/** @returns {Promise<number>} exit code */
async function runFleet(options, stack, screen, interrupted) {
  const { processes, clients, rate, interval, seconds } = options;
  screen.print(`starting ${processes} processes of the service and ${clients} of clients …`);
  const fleet = new Fleet({
    processes,
    clients,
    ratePerSecond: rate,
    otlpUrl: stack.collectorUrl,
    intervalMs: interval * 1000,
  });
  await fleet.start();
  screen.print(`the store is at ${stack.storeUrl}; each process pushes every ${interval} s\n`);

  let note = '';
  let stored;
  const state = () => ({ names: fleet.names, counted: fleet.counts, stored, running: stack.running, note });
  const draw = async () => {
    stored = await storedCounts(stack.storeUrl, [...fleet.counts.keys()]);
    screen.draw(state());
  };
  const stopActing = actOnKeys(fleet, stack, screen, (text) => (note = text));
  const ends = [interrupted, fleet.lost, ...(seconds === Infinity ? [] : [sleep(seconds * 1000)])];
  let isOver = false;
  const over = Promise.race(ends).finally(() => (isOver = true));
  over.catch(() => undefined); // it is awaited below
  while (!isOver) {
    await draw();
    await Promise.race([over, sleep(DRAW_EVERY_MS)]);
  }
  await over;

  await stopActing();
  note = 'ending: the last echoes, then the last pushes …';
  await draw();
  await stack.repair();
  await fleet.finish();
  const counted = totalOf(fleet.counts);
  const isComplete = () => {
    const { messages, bytes } = totalOf(stored ?? new Map());
    return messages === counted.messages && bytes === counted.bytes;
  };
  const endMs = performance.now() + ARRIVAL_MS;
  for (await draw(); !isComplete() && performance.now() < endMs; await draw()) await sleep(DRAW_EVERY_MS);

  const { messages, bytes } = totalOf(stored ?? new Map());
  const held = isComplete() ? 'exactly that' : `${formatCount(messages)} messages with ${formatBytes(bytes)}`;
  screen.conclude(
    state(),
    `The clients counted ${formatCount(counted.messages)} messages with ${formatBytes(counted.bytes)}; the store holds ${held}.`,
  );
  return isComplete() ? EXIT_CODE.equal : EXIT_CODE.failed;
}

/** @returns {() => Promise<void>} ends it, with what is under way */
function actOnKeys(fleet, stack, screen, setNote) {
  if (!screen.isTerminal) return () => Promise.resolve();
  const hint = `${stack.isOwn ? 'c collector  s store  ' : ''}r replace a process  Ctrl-C end`;
  setNote(hint);
  /** @type {Promise<void> | undefined} one thing at a time */
  let underWay;
  const act = (text, work) => () => {
    if (underWay) return;
    setNote(text);
    underWay = work()
      .catch((error) => screen.print(error.message))
      .finally(() => {
        underWay = undefined;
        setNote(hint);
      });
  };
  const stop = onKeys({
    r: act('a process is replaced …', () => fleet.replaceNext()),
    ...(stack.isOwn && {
      c: act('the collector …', () => stack.toggleCollector()),
      s: act('the store …', () => stack.toggleStore()),
    }),
  });
  return async () => {
    stop();
    await underWay;
  };
}

let code = EXIT_CODE.failed;
try {
  code = await main();
} catch (error) {
  console.error(error instanceof MissingProgram ? error.message : `the fleet has failed: ${error.message}`);
}
process.exit(code);

// node examples/fleet/run.mjs: a fleet of services with their clients, a collector and a store. See README.md.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Fleet } from './fleet.mjs';
import { MissingProgram, collectorOf, findPrograms, storeOf, takesOtlp } from './programs.mjs';
import { storedCounts } from './store.mjs';
import { Screen, formatBytes, formatCount, totalOf } from './table.mjs';

const USAGE = `usage: node examples/fleet/run.mjs [options]

  --processes N   of the service; default 8
  --clients N     processes of clients; default 2
  --rate N        messages a second, of all clients together; default 800
  --interval N    seconds between two pushes of a process; default 2
  --seconds N     ends then; default: at Ctrl-C
  --help

On a terminal: c kills or starts the collector, s the store, r replaces a process.`;

const DRAW_EVERY_MS = 500;
const RECOVERY_MS = 60_000;
const INTERRUPTED = 130;
const screen = new Screen();
/** What must be ended, last first. */
const closers = [];
let note = '';

/** @returns {Record<'processes' | 'clients' | 'rate' | 'interval' | 'seconds', number>} */
function readOptions() {
  const text = { type: /** @type {const} */ ('string') };
  try {
    const { values } = parseArgs({
      options: { processes: text, clients: text, rate: text, interval: text, seconds: text, help: { type: 'boolean' } },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const { processes = '8', clients = '2', rate = '800', interval = '2', seconds = 'Infinity' } = values;
    const options = { processes, clients, rate, interval, seconds };
    return Object.fromEntries(
      Object.entries(options).map(([name, value]) => {
        const number = Number(value);
        const isWhole = name !== 'processes' && name !== 'clients' ? true : Number.isInteger(number);
        if (!(number > 0) || !isWhole) throw new Error(`--${name} ${value}: not a number above 0`);
        return [name, number];
      }),
    );
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Resolves at the first Ctrl-C or SIGTERM; the second ends at once. */
function interruption() {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        if (isAsked) process.exit(INTERRUPTED);
        isAsked = true;
        resolve(undefined);
      });
    }
  });
}

/** @returns {() => void} ends it */
function onKeys(keys) {
  const { stdin } = process;
  if (!stdin.isTTY || !screen.isTerminal) return () => undefined;
  const listener = (text) => {
    for (const key of text) {
      if (key === '\x03')
        process.kill(process.pid, 'SIGINT'); // as raw mode hands it on
      else keys[key]?.();
    }
  };
  stdin.setRawMode(true).setEncoding('utf8').on('data', listener).resume();
  return () => stdin.off('data', listener).setRawMode(false).pause();
}

async function main() {
  const options = readOptions();
  if (!existsSync(fileURLToPath(new URL('../../dist/index.js', import.meta.url)))) {
    throw new MissingProgram('the package is not built: npm ci && npm run build');
  }
  const programs = findPrograms();
  const interrupted = interruption();

  const store = await storeOf(programs);
  closers.push(() => store.program.close());
  const collector = await collectorOf(programs, store.otlpUrl);
  closers.push(() => collector.program.close());
  screen.print('starting the store and the collector …');
  await store.program.start();
  if (programs.isPrometheus && !(await takesOtlp(store.otlpUrl))) {
    throw new MissingProgram(
      `${programs.store} was built without its OTLP receiver: take the build from https://prometheus.io/download/, or victoria-metrics`,
    );
  }
  await collector.program.start();

  screen.print(`starting ${options.processes} processes of the service and ${options.clients} of clients …`);
  let fail = () => undefined;
  const failed = new Promise((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  const fleet = new Fleet(
    {
      processes: options.processes,
      clients: options.clients,
      ratePerSecond: options.rate,
      otlpUrl: collector.url,
      intervalMs: options.interval * 1000,
    },
    (what) => fail(new Error(`${what} has ended`)),
  );
  await fleet.start();
  screen.print(
    `the store is at ${store.url}${programs.isPrometheus ? '' : '/vmui'}; each process pushes every ${options.interval} s\n`,
  );

  const seconds = options.seconds === Infinity ? new Promise(() => undefined) : sleep(options.seconds * 1000);
  let isEnding = false;
  let isBusy = false;
  let replaced = 0;
  const during = async (text, work) => {
    if (isBusy || isEnding) return;
    isBusy = true;
    note = text;
    await work().catch(fail);
    note = '';
    isBusy = false;
  };
  const toggle = (program) => () => (program.isRunning ? program.kill() : program.start());
  const stopKeys = onKeys({
    c: () => during('', toggle(collector.program)),
    s: () => during('', toggle(store.program)),
    r: () => during('a process is replaced …', () => fleet.replace(replaced++ % options.processes)),
  });
  const hint = screen.isTerminal ? 'c collector  s store  r replace a process  Ctrl-C end' : '';
  let stored;
  const draw = async () => {
    stored = await storedCounts(store.url);
    screen.draw({
      names: fleet.names,
      counted: fleet.counts,
      stored,
      running: { collector: collector.program.isRunning, store: store.program.isRunning },
      note: note || (isEnding ? '' : hint),
    });
  };
  const drawing = (async () => {
    while (!isEnding) {
      await draw();
      await sleep(DRAW_EVERY_MS);
    }
  })();
  await Promise.race([interrupted, seconds, failed]);

  isEnding = true;
  note = 'ending: the clients get their echoes, the processes push their last figures …';
  await drawing;
  stopKeys();
  await store.program.start();
  await collector.program.start();
  await fleet.finish();
  const counted = totalOf(fleet.counts);
  const endMs = performance.now() + RECOVERY_MS;
  const isComplete = () => {
    const { messages, bytes } = totalOf(stored ?? new Map());
    return messages === counted.messages && bytes === counted.bytes;
  };
  do {
    await draw();
    if (isComplete()) break;
    await sleep(DRAW_EVERY_MS);
  } while (performance.now() < endMs);

  const { messages, bytes } = totalOf(stored ?? new Map());
  const clients = `The clients counted ${formatCount(counted.messages)} messages with ${formatBytes(counted.bytes)}`;
  screen.print(
    isComplete()
      ? `${clients}; the store holds exactly that.`
      : `${clients}; the store holds ${formatCount(messages)} messages with ${formatBytes(bytes)}.`,
  );
  return isComplete() ? 0 : 1;
}

let code = 1;
try {
  code = await main();
} catch (error) {
  console.error(error instanceof MissingProgram ? error.message : `the fleet has failed: ${error.message}`);
}
for (const close of closers.reverse()) await close().catch(() => undefined);
process.exit(code);

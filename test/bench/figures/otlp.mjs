// One push over OTLP, from collecting to the answer: CPU time, bytes and memory, against a server that answers 200.
import { setTimeout as sleep } from 'node:timers/promises';
import { RATE, SAMPLING_MS } from '../otlp/fleet.mjs';
import { startSink } from '../otlp/sink.mjs';
import { interleave, median, ratios, summary } from '../rounds.mjs';
import { Worker, withWorkers } from '../worker.mjs';

/** Series and the rounds for them. */
const SIZES = [
  [1, 40],
  [10, 40],
  [100, 30],
  [1000, 20],
  [2000, 20],
];
const MEMORY_ROUNDS = 5;
const MEMORY_SERIES = 100;

/** Pushes of a process before the first that counts. */
const WARM_UPS = 60;

/** Built-in series that ours pushes as well; the same ones are in the baseline with 0 series. */
const CASES = [
  ['ours', 'http/protobuf'],
  ['ours', 'http/json'],
  ['opentelemetry', 'http/protobuf'],
];
const SDK = 'the plain SDK with its exporter, the same series';

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds, log }) {
  const sink = await startSink();
  try {
    const rows = [];
    for (const [series, defaultRounds] of SIZES) {
      log(`${series} series`);
      rows.push(...rowsOf(series, await measureSize(sink, series, rounds ?? defaultRounds)));
    }
    log('memory');
    return [...rows, await memoryRow(sink, Math.min(rounds ?? MEMORY_ROUNDS, MEMORY_ROUNDS))];
  } finally {
    sink.close();
  }
}

async function measureSize(sink, series, rounds) {
  const workers = [...CASES.map(([store, protocol]) => [store, series, protocol]), ['ours', 0, 'http/protobuf']];
  const starting = workers.map(([store, count, protocol]) => startWorker(sink, store, count, protocol));
  return withWorkers(starting, async (started) => {
    for (const worker of started) for (let push = 0; push < WARM_UPS; push++) await worker.ask('push');
    sink.take();
    for (const [index, worker] of started.entries()) if (workers[index][0] === 'ours') await complete(sink, worker);
    const cases = started.map((worker) => async () => {
      const cpuMs = await worker.ask('push');
      const { bodies, sentBytes, rawBytes } = sink.take();
      if (bodies.length !== 1) throw new Error(`a push came ${bodies.length} times`);
      return { cpuMs, sentBytes, rawBytes };
    });
    return interleave(rounds, cases);
  });
}

/** Waits until a push has all series. */
async function complete(sink, worker) {
  for (;;) {
    await worker.ask('push');
    if (sink.take().bodies.some((body) => body.includes(RATE))) return;
    await sleep(SAMPLING_MS / 10);
  }
}

function startWorker(sink, store, series, protocol) {
  const args = [store, String(series), protocol, `${sink.base}/v1/metrics`];
  return Worker.start('subjects/otlp.mjs', { args, flags: ['--expose-gc'] });
}

function rowsOf(series, [proto, json, sdk, none]) {
  const cpu = (pushes) => pushes.map(({ cpuMs }) => cpuMs);
  const of = (pushes, key) => median(pushes.map((push) => push[key]));
  const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const sizes = (pushes) => `${kB(of(pushes, 'rawBytes'))}, ${kB(of(pushes, 'sentBytes'))} gzipped`;
  const ms = (pushes) => `${median(cpu(pushes)).toFixed(2)} ms`;
  const what = `push of ${series} series`;
  return [
    {
      // by which the tables of otel-collector/README.md find it
      id: `process.cpuMs.${series}`,
      rawBytes: of(proto, 'rawBytes'),
      sentBytes: of(proto, 'sentBytes'),
      what: `${what}: CPU`,
      against: 'and the built-in ones: http/protobuf, gzip',
      unit: 'ms',
      ...summary(cpu(proto)),
      detail: `${sizes(proto)}; without these series ${ms(none)}, ${sizes(none)}`,
    },
    {
      what: `${what}: CPU`,
      against: SDK,
      ...summary(ratios(cpu(proto), cpu(sdk))),
      detail: `${ms(proto)} : ${ms(sdk)}`,
    },
    {
      what: `${what}: CPU of http/json`,
      against: 'http/protobuf',
      ...summary(ratios(cpu(json), cpu(proto))),
      detail: `${ms(json)} : ${ms(proto)}; ${sizes(json)}`,
    },
  ];
}

async function memoryRow(sink, rounds) {
  const grown = [];
  for (let round = 0; round < rounds; round++) {
    const starting = ['http/protobuf', 'none'].map((how) => startWorker(sink, 'ours', MEMORY_SERIES, how));
    grown.push(
      await withWorkers(starting, async ([pushing, silent]) => {
        for (let push = 0; push < WARM_UPS; push++) await pushing.ask('push');
        sink.take();
        return ((await pushing.ask('rssBytes')) - (await silent.ask('rssBytes'))) / 2 ** 20;
      }),
    );
  }
  return {
    id: 'process.memoryMiB',
    what: 'memory (RSS) that pushing adds to a process',
    against: `a process that does not; ${MEMORY_SERIES} series`,
    unit: 'MiB',
    ...summary(grown),
  };
}

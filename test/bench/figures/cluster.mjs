// What it takes to be one service: a primary with 8 workers against one process that has the same series, over HTTP on loopback.
import { request } from 'node:http';
import { interleave, median, ratios, summary } from '../rounds.mjs';
import { Worker, withWorkers } from '../worker.mjs';

const WORKERS = 8;
/** Series of each worker, the same in all, and the rounds for them. */
const SIZES = [
  [100, 15],
  [1000, 11],
  [2000, 9],
];
const COST_ROUNDS = 5;
const COST_MS = 2000;
const COST_SERIES = 1000;
const WARM_UPS = 10;
const ALONE = 'one process with the same series';

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds, log }) {
  const rows = [];
  for (const [series, defaultRounds] of SIZES) {
    log(`${series} series`);
    const starting = [WORKERS, 0].map((workers) =>
      Worker.start('subjects/cluster.mjs', { args: [String(workers), String(series)] }),
    );
    rows.push(
      ...(await withWorkers(starting, async (subjects) => {
        const found = await scrapeRows(subjects, series, rounds ?? defaultRounds);
        if (series !== COST_SERIES) return found;
        log('reporting');
        found.push(...(await costRows(subjects, rounds ?? COST_ROUNDS)));
        log('a stopped worker');
        found.push(...(await stoppedRows(subjects, rounds ?? COST_ROUNDS)));
        return found;
      })),
    );
  }
  return rows;
}

async function scrapeRows(subjects, series, rounds) {
  for (const subject of subjects) for (let scrapes = 0; scrapes < WARM_UPS; scrapes++) await scrape(subject, false);
  const cases = (watch) => subjects.map((subject) => () => scrape(subject, watch));
  const [cluster, alone] = await interleave(rounds, cases(false));
  const [watched, watchedAlone] = await interleave(rounds, cases(true));
  const of = (results, key) => results.map((result) => result[key]);
  const ms = (results, key) => `${median(of(results, key)).toFixed(2)} ms`;
  const what = `scrape of ${WORKERS} workers with ${series} series each`;
  const compare = (key) => ({
    against: ALONE,
    ...summary(ratios(of(cluster, key), of(alone, key))),
    detail: `${ms(cluster, key)} : ${ms(alone, key)}`,
  });
  return [
    { what: `${what}: time`, ...compare('timeMs') },
    { what: `${what}: CPU of the primary`, ...compare('cpuMs') },
    {
      what: `${what}: longest block of the primary`,
      against: '10 ms',
      unit: 'ms',
      ...summary(of(watched, 'blockMs')),
      target: 10,
      detail: `${ALONE}: ${ms(watchedAlone, 'blockMs')}`,
    },
  ];
}

async function costRows([cluster, alone], rounds) {
  const rows = [];
  for (const changing of [false, true]) {
    const value = { ms: COST_MS, changing };
    const [told, single] = await interleave(rounds, [() => cluster.ask('cpu', value), () => alone.ask('cpu', value)]);
    const bytes = [];
    for (let round = 0; round < rounds; round++) bytes.push(await cluster.ask('bytes', value));
    const seconds = COST_MS / 1000;
    const what = changing ? `${COST_SERIES} series that change each 200 ms` : `${COST_SERIES} series at rest`;
    const perSecond = (values) => ({ unit: 'ms/s', ...summary(values.map((cpu) => cpu / seconds)) });
    rows.push(
      {
        what: `${what}: CPU of a worker beyond that of a process that tells nobody`,
        against: 'nothing',
        ...perSecond(told.map(({ workers }, round) => median(workers) - single[round].primary)),
        detail: `${(median(told.map(({ workers }) => median(workers))) / seconds).toFixed(1)} : ${(median(single.map(({ primary }) => primary)) / seconds).toFixed(1)} ms/s`,
      },
      {
        what: `${what}: CPU of the primary for each of ${WORKERS} workers`,
        against: 'nothing',
        ...perSecond(told.map(({ primary }) => primary / WORKERS)),
      },
      {
        what: `${what}: bytes of a worker`,
        against: 'nothing',
        unit: 'kB/s',
        ...summary(bytes.map((count) => count / seconds / 1000)),
      },
    );
  }
  return rows;
}

async function stoppedRows([cluster], rounds) {
  const first = [];
  const next = [];
  for (let round = 0; round < rounds; round++) {
    await cluster.ask('stop');
    first.push(await timeOf(cluster));
    next.push(await timeOf(cluster));
    await cluster.ask('go');
    // what it owes has come once a scrape is as quick as before
    await timeOf(cluster);
    await scrape(cluster, false);
  }
  const what = `scrape of ${WORKERS} workers with ${COST_SERIES} series each, one of them stopped`;
  return [
    { what: `${what}: the first`, against: '250 ms', unit: 'ms', ...summary(first), target: 250 },
    { what: `${what}: the next`, against: '250 ms', unit: 'ms', ...summary(next), target: 250 },
  ];
}

async function scrape(subject, watch) {
  await subject.ask('prepare', { watch });
  await get(subject.ready);
  return subject.ask('result');
}

async function timeOf(subject) {
  await get(subject.ready);
  return (await subject.ask('result')).timeMs;
}

function get(port) {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path: '/metrics', agent: false }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('scrape failed'))));
    });
    sent.on('error', reject).end();
  });
}

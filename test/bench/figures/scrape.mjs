// One scrape over HTTP on loopback, from the request handler to the last byte: CPU time and the longest block of the event loop.
import { request } from 'node:http';
import { interleave, median, ratios, summary } from '../rounds.mjs';
import { Worker, withWorkers } from '../worker.mjs';

/** Series and the rounds for them. */
const SIZES = [
  [100, 25],
  [1000, 15],
  [2000, 15],
  [10_000, 7],
];
const PROM = 'prom-client, with its default metrics as ours has its own';
const OTEL = 'the stock PrometheusExporter';

/** Series that a process has written before the first scrape that counts, and the least number of scrapes. */
const WARM_UP_SERIES = 30_000;
const WARM_UPS = 4;

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds, log }) {
  const rows = [];
  const perSeries = new Map();
  for (const [series, defaultRounds] of SIZES) {
    log(`${series} series`);
    const starting = ['ours', 'prom-client', 'opentelemetry'].map((store) =>
      Worker.start('subjects/scrape.mjs', { args: [store, String(series)] }),
    );
    const figures = await withWorkers(starting, (workers) => measureSize(workers, series, rounds ?? defaultRounds));
    rows.push(...rowsOf(series, figures));
    perSeries.set(series, median(figures.cpu[0]) / series);
  }
  return [...rows, growth(perSeries)];
}

async function measureSize(workers, series, rounds) {
  const warmUps = Math.max(WARM_UPS, WARM_UP_SERIES / series);
  for (const worker of workers) for (let scrapes = 0; scrapes < warmUps; scrapes++) await scrape(worker, false);
  const cases = (watch) => workers.map((worker) => () => scrape(worker, watch));
  const cpu = await interleave(rounds, cases(false));
  const block = await interleave(rounds, cases(true));
  return {
    cpu: cpu.map((results) => results.map(({ cpuMs }) => cpuMs)),
    block: block.map((results) => results.map(({ blockMs }) => blockMs)),
    bytes: cpu.map(([{ bytes }]) => bytes),
  };
}

async function scrape(worker, watch) {
  await worker.ask('prepare', { watch });
  const bytes = await get(worker.ready);
  return { ...(await worker.ask('result')), bytes };
}

function get(port) {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path: '/metrics', agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (chunk) => (bytes += chunk.length));
      response.on('end', () => (response.statusCode === 200 ? resolve(bytes) : reject(new Error('scrape failed'))));
    });
    sent.on('error', reject).end();
  });
}

function rowsOf(series, { cpu, block, bytes }) {
  const [ours, prom, otel] = cpu;
  const ms = (values) => `${median(values).toFixed(2)} ms`;
  const kB = (size) => `${Math.round(size / 1000)} kB`;
  const what = `scrape of ${series} series: CPU`;
  const detail = (against, size) => `${ms(ours)} : ${ms(against)}; ${kB(bytes[0])} : ${kB(size)}`;
  return [
    { what, against: PROM, ...summary(ratios(ours, prom)), target: 0.35, detail: detail(prom, bytes[1]) },
    { what, against: OTEL, ...summary(ratios(ours, otel)), detail: detail(otel, bytes[2]) },
    {
      what: `scrape of ${series} series: longest block`,
      against: '10 ms, up to 2000 series',
      unit: 'ms',
      ...summary(block[0]),
      target: series <= 2000 ? 10 : undefined,
      detail: `prom-client ${ms(block[1])}, stock exporter ${ms(block[2])}`,
    },
  ];
}

function growth(perSeries) {
  const ratio = perSeries.get(10_000) / perSeries.get(1000);
  return {
    what: 'scrape: CPU per series, of 10000',
    against: 'of 1000 series',
    median: ratio,
    low: ratio,
    high: ratio,
    rounds: 1,
    target: 1.3,
    detail: 'linear growth: 1',
  };
}

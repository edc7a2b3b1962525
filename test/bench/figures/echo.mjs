// A ws echo server that 16 connections with 128-byte messages saturate, instrumented against not.
import { startEchoServer } from '../echo-server.mjs';
import { confidence, median, ratios, summary } from '../rounds.mjs';
import { Worker, withWorkers } from '../worker.mjs';

const RUN_MS = 1000;
const PACED_MS = 800;
const WARM_UP_MS = 1000;

/** The processes are new for each set of rounds: how one of them was compiled stays with it. */
const ROUNDS_PER_SET = 4;

/** Peers take part in every third round. */
const PEERS_EVERY = 3;

const SERVERS = {
  plain: {},
  again: {},
  ours: { instrumented: true },
  prom: { variant: 'prom-client' },
  otel: { variant: 'opentelemetry' },
};
const PEERS = ['prom', 'otel'];
const TITLES = {
  again: 'not instrumented either (A/A)',
  ours: 'instrumented',
  prom: 'prom-client by hand',
  otel: 'OpenTelemetry by hand',
};

/** @typedef {{ rate: number, p99: number, saturated: number, cpu: number }} Run messages/s, p99 in ms paced and saturated, CPU seconds of the server per message */

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds = 24, log }) {
  /** @type {Record<string, Run>[]} */
  const results = [];
  while (results.length < rounds) {
    const starting = [Worker.start('subjects/load.mjs'), ...Object.values(SERVERS).map(startEchoServer)];
    await withWorkers(starting, async ([load, ...workers]) => {
      for (const worker of workers) await warmUp(load, worker);
      const servers = Object.keys(SERVERS).map((name, index) => [name, workers[index]]);
      const end = Math.min(rounds, results.length + ROUNDS_PER_SET);
      while (results.length < end) {
        log(`round ${results.length + 1} of ${rounds}`);
        results.push(await measureRound(load, servers, results.length));
      }
    });
  }
  return Object.keys(TITLES).flatMap((name) => rowsOf(name, results));
}

async function warmUp(load, server) {
  await load.ask('open', server.ready);
  await load.ask('run', { port: server.ready, ms: WARM_UP_MS });
}

/** Every second round goes backwards, so that a drift hits all. */
async function measureRound(load, servers, round) {
  const order = round % PEERS_EVERY === 0 ? [...servers] : servers.filter(([name]) => !PEERS.includes(name));
  if (round % 2 === 1) order.reverse();
  const result = {};
  for (const [name, server] of order) result[name] = await run(load, server);
  return result;
}

/** @returns {Promise<Run>} */
async function run(load, server) {
  const before = await server.ask('cpu');
  const { messages, seconds, p99: saturated } = await load.ask('run', { port: server.ready, ms: RUN_MS });
  const cpu = ((await server.ask('cpu')) - before) / messages;
  const { p99 } = await load.ask('pace', { port: server.ready, ms: PACED_MS });
  return { rate: messages / seconds, p99, saturated, cpu };
}

function rowsOf(name, results) {
  const rounds = results.filter((result) => result[name]);
  if (rounds.length === 0) return [];
  const of = (who, key) => rounds.map((round) => round[who][key]);
  const against = (key) => ratios(of(name, key), of('plain', key));
  const noise = (key) => confidence(ratios(valuesOf(results, 'again', key), valuesOf(results, 'plain', key)));
  const row = (what, key, detail, more, note = '') => {
    const figures = summary(against(key));
    const [low, high] = confidence(against(key));
    return {
      what: `ws echo ${TITLES[name]}: ${what}`,
      against: 'not instrumented',
      ...figures,
      ...more?.(figures.median, noise(key)),
      detail: `${detail(of(name, key))} : ${detail(of('plain', key))}; median 95 %: ${low.toFixed(3)} – ${high.toFixed(3)}${note}`,
    };
  };
  const target =
    (bound, atLeast) =>
    (value, [low, high]) => ({
      target: bound,
      atLeast,
      met: (atLeast ? value >= bound : value <= bound) || (value >= low && value <= high),
    });
  const ours = name === 'ours';
  return [
    row('messages/s', 'rate', (values) => `${Math.round(median(values))}/s`, ours ? target(0.97, true) : undefined),
    row(
      'p99 of the round trip, at 16,000 messages/s',
      'p99',
      (values) => `${median(values).toFixed(3)} ms`,
      ours ? target(1.05, false) : undefined,
    ),
    row('p99 of the round trip, saturated', 'saturated', (values) => `${median(values).toFixed(2)} ms`),
    row(
      'server CPU per message',
      'cpu',
      (values) => `${(median(values) * 1e6).toFixed(1)} µs`,
      undefined,
      busy(rounds, name),
    ),
    ...(ours ? shareOfPeer(results, noise('cpu')) : []),
  ];
}

/** Whether the server was what limited the rate. */
function busy(rounds, name) {
  const share = median(rounds.map((round) => round[name].cpu * round[name].rate));
  return `; server busy ${Math.round(share * 100)} % of a core`;
}

/** Our overhead against that of prom-client. */
function shareOfPeer(results, [noiseLow, noiseHigh]) {
  const overhead = (name) => {
    const rounds = results.filter((result) => result[name]);
    return ratios(valuesOf(rounds, name, 'cpu'), valuesOf(rounds, 'plain', 'cpu')).map((ratio) => ratio - 1);
  };
  const ours = overhead('ours');
  const peer = median(overhead('prom'));
  const { median: mine, low, high } = summary(ours);
  const inNoise = mine + 1 >= noiseLow && mine + 1 <= noiseHigh;
  return [
    {
      what: 'ws echo instrumented: CPU overhead',
      against: "prom-client's overhead",
      median: mine / peer,
      low: low / peer,
      high: high / peer,
      rounds: ours.length,
      target: 0.25,
      met: mine / peer <= 0.25 || inNoise,
      detail: `+${(mine * 100).toFixed(1)} % : +${(peer * 100).toFixed(1)} %; A/A ${percent(noiseLow)} to ${percent(noiseHigh)}${inNoise ? ': ours is within it' : ''}`,
    },
  ];
}

function percent(ratio) {
  return `${ratio >= 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(1)} %`;
}

function valuesOf(results, name, key) {
  return results.map((result) => result[name][key]);
}

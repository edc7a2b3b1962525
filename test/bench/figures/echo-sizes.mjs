// What a message costs a ws echo server by the number of its sockets and the size of the message, with and without compression:
// instrumented against not, and not instrumented against the same again (A/A), which tells the noise.
import { execFileSync } from 'node:child_process';
import { startEchoServer } from '../echo-server.mjs';
import { confidence, interleave, median, ratios, summary } from '../rounds.mjs';
import { Worker, withWorkers } from '../worker.mjs';

const SOCKETS = [1, 100, 5000];
const SIZES = [64, 64_000];
const SERVERS = [{}, {}, { instrumented: true }];

/** Messages under way at once: as many keep the server busy, be it on one connection or on all. */
const UNDER_WAY = 32;

const RUN_MS = 200;
const WARM_UP_MS = 500;

/** The processes are new for each set of rounds: how one of them was compiled stays with it. */
const ROUNDS_PER_SET = 8;

/** Files that a process opens besides. */
const SPARE_FILES = 200;

const AT_LEAST = 0.97;

const OURS = 'ws echo instrumented';
const PLAIN = 'not instrumented';

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds = 20, log }) {
  const most = fileLimit();
  const rows = [];
  for (const deflate of [false, true]) {
    for (const bytes of SIZES) {
      for (const sockets of SOCKETS) {
        const cell = { sockets, bytes, deflate };
        // all are connected to the one process of the load
        const files = sockets * SERVERS.length + SPARE_FILES;
        if (files > most) rows.push(leftOut(cell, files, most, log));
        else rows.push(...rowsOf(cell, await measureCell(cell, rounds, log)));
      }
    }
  }
  return rows;
}

/** Node.js raises its limit as far as it may, and its children have the same. */
function fileLimit() {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? Infinity : Number(limit);
}

/** @returns {Promise<{ rate: number, cpu: number }[][]>} by server, then by round: messages/s, and CPU seconds of the server each */
async function measureCell({ sockets, bytes, deflate }, rounds, log) {
  const results = SERVERS.map(() => []);
  while (results[0].length < rounds) {
    const count = Math.min(ROUNDS_PER_SET, rounds - results[0].length);
    log(`${title({ sockets, bytes, deflate })}: round ${results[0].length + 1} of ${rounds}`);
    const servers = SERVERS.map((server) => startEchoServer({ ...server, deflate }));
    await withWorkers([Worker.start('subjects/sized-load.mjs'), ...servers], async ([load, ...workers]) => {
      const run = (worker, ms) => load.ask('run', { port: worker.ready, ms, bytes, deflate, underWay: UNDER_WAY });
      for (const worker of workers) {
        await load.ask('open', { port: worker.ready, count: sockets, deflate });
        await run(worker, WARM_UP_MS);
      }
      const cases = workers.map((worker) => async () => {
        const before = await worker.ask('cpu');
        const { messages, seconds } = await run(worker, RUN_MS);
        return { rate: messages / seconds, cpu: ((await worker.ask('cpu')) - before) / messages };
      });
      (await interleave(count, cases)).forEach((values, index) => results[index].push(...values));
    });
  }
  return results;
}

/** Says in the results why a cell is missing there. */
function leftOut(cell, files, most, log) {
  const why = `needs ${files} open files, and \`ulimit -n\` gives ${most} at most`;
  log(`left out: ${title(cell)} ${why}`);
  return {
    what: `${OURS}, ${title(cell)}`,
    against: PLAIN,
    leftOut: `${why}: run it after \`ulimit -n ${files}\`, as root where that is refused`,
  };
}

function rowsOf(cell, results) {
  const of = (key) => results.map((rounds) => rounds.map((round) => round[key]));
  const row = (what, key, show) => {
    const [plain, again, ours] = of(key);
    const noise = confidence(ratios(again, plain));
    const figures = ratios(ours, plain);
    const [low, high] = confidence(figures);
    return {
      noise,
      what: `${OURS}, ${title(cell)}: ${what}`,
      against: PLAIN,
      ...summary(figures),
      detail: `${show(median(ours))} : ${show(median(plain))}; median 95 %: ${range(low, high)}; A/A ${range(...noise)}`,
    };
  };
  const { noise, ...rate } = row('messages/s', 'rate', (value) => `${Math.round(value)}/s`);
  const { noise: _, ...cpu } = row('server CPU per message', 'cpu', (value) => `${(value * 1e6).toFixed(1)} µs`);
  const isNoise = rate.median >= noise[0] && rate.median <= noise[1];
  return [{ ...rate, target: AT_LEAST, atLeast: true, met: rate.median >= AT_LEAST || isNoise }, cpu];
}

function title({ sockets, bytes, deflate }) {
  const size = bytes < 1000 ? `${bytes} B` : `${bytes / 1000} kB`;
  return `${sockets} ${sockets === 1 ? 'socket' : 'sockets'} × ${size}${deflate ? ', deflate' : ''}`;
}

function range(low, high) {
  return `${low.toFixed(3)} – ${high.toFixed(3)}`;
}

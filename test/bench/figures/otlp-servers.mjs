// What real collectors and a real VictoriaMetrics cost for each process that pushes. Every row has an `id`, by which the sizing table of
// otel-collector/README.md finds it.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { CORES, Fleet, asRequests, countSeries, sampleService } from '../otlp/fleet.mjs';
import { Server, missing, until } from '../otlp/server.mjs';
import { startSink } from '../otlp/sink.mjs';
import { summary } from '../rounds.mjs';

const ROUNDS = 5;
const STEP_MS = 10_000;

/** Beside one agent. */
const PROCESSES = 8;
const PACED_SECONDS = 12;

/** Behind one gateway. */
const FLEET = 200;
const TICKS = 16;

/** Of the run for disk space: an hour. */
const DISK_PROCESSES = 40;
const DISK_TICKS = 360;
const DISK_ROUNDS = 3;

const QUEUED_REPEATS = 20;

/** @param {{ rounds?: number, log: (text: string) => void }} options */
export async function measure({ rounds = ROUNDS, log }) {
  const absent = missing(['otelcol', 'victoria-metrics']);
  if (absent.length > 0) {
    const leftOut = `${absent.join(', ')} not found: put the servers of the stack tests on the PATH`;
    return [{ what: 'what servers cost that are pushed to', against: '', leftOut }];
  }
  const sample = await sampleService();
  const service = countSeries(sample);
  const figures = new Figures();
  for (let round = 0; round < rounds; round++) {
    log(`round ${round + 1} of ${rounds}: agent`);
    await measureAgent(sample, round + 1, figures);
    log(`round ${round + 1} of ${rounds}: gateway and store`);
    await measureGateway(sample, round + 1, figures);
    log(`round ${round + 1} of ${rounds}: queue`);
    await measureQueue(sample, round + 1, figures);
    if (round < DISK_ROUNDS) {
      log(`round ${round + 1} of ${Math.min(rounds, DISK_ROUNDS)}: disk`);
      await measureDisk(sample, round + 1, figures);
    }
  }
  return [...countRows(service), ...figures.rows()];
}

/** Values of each figure, round by round. */
class Figures {
  #values = new Map();

  add(id, value) {
    this.#values.set(id, [...(this.#values.get(id) ?? []), value]);
  }

  rows() {
    return Object.entries(WHAT).map(([id, [what, against, unit]]) => ({
      id,
      what,
      against,
      unit,
      ...summary(this.#values.get(id)),
      ...(id === 'agent.cpuMs' && { detail: execFileSync('otelcol', ['--version'], { encoding: 'utf8' }).trim() }),
    }));
  }
}

const ONE_PUSH = 'one push of one process';
const AGENT = `the agent, ${PROCESSES} processes`;
const GATEWAY = `the gateway, ${FLEET} processes`;
const STORE = `VictoriaMetrics, ${FLEET} processes`;

/** By the id of a figure: what it is, against what, and its unit. */
const WHAT = {
  'push.bytes': ['bytes of a push, gzipped', ONE_PUSH, 'B'],
  'push.bytesFromAgent': [`bytes of a push among those of ${PROCESSES} processes, gzipped`, ONE_PUSH, 'B'],
  'agent.cpuMs': [`${AGENT}: CPU`, ONE_PUSH, 'ms'],
  'agent.idleCpu': ['the agent: CPU at rest', 'a core', ''],
  'agent.memoryMiB': [`${AGENT}: memory (RSS)`, 'whole', 'MiB'],
  'gateway.cpuMs': [`${GATEWAY}, pushing through agents of ${PROCESSES}: CPU`, ONE_PUSH, 'ms'],
  'gateway.directCpuMs': [`${GATEWAY}, pushing each by itself: CPU`, ONE_PUSH, 'ms'],
  'gateway.memoryMiB': [`${GATEWAY}: memory (RSS)`, 'whole', 'MiB'],
  'queue.bytesPerPoint': ['a collector: memory (RSS) of what waits in its queue', 'one data point', 'B'],
  'store.cpuUs': [`${STORE}: CPU`, 'one sample of a known series', 'µs'],
  'store.newSeriesCpuUs': [`${STORE}: CPU`, 'one sample of a new series', 'µs'],
  'store.bytesPerSeries': [`${STORE}: memory (RSS)`, 'one active series', 'B'],
  'store.diskBytesPerSample': [`VictoriaMetrics, ${DISK_PROCESSES} processes, an hour: disk`, 'one sample', 'B'],
  'store.indexBytesPerSeries': [`VictoriaMetrics, ${DISK_PROCESSES} processes: disk of the index`, 'one series', 'B'],
};

function countRows({ points, histograms, stored }) {
  const row = (id, what, value) => ({ id, what, against: 'a service', ...summary([value]) });
  return [
    row('push.points', `data points of a push; a WebSocket service, ${CORES} cores`, points),
    row('push.histograms', 'histograms among them', histograms),
    row('push.series', 'series in a store that they make', stored),
  ];
}

async function measureAgent(sample, seed, figures) {
  const sink = await startSink();
  const agent = await Server.collector('collector', { OTLP_ENDPOINT: sink.base });
  try {
    const bodies = asRequests(await new Fleet(sample, PROCESSES, seed).pushes(Date.now()), 1);
    const push = () => Promise.all(bodies.map((body) => agent.push(body)));
    await push();
    await sleep(2000);
    sink.take();
    const pace = async (each) => {
      const before = agent.cpuMs;
      for (let second = 0; second < PACED_SECONDS; second++) {
        await each();
        await sleep(1000);
      }
      return agent.cpuMs - before;
    };
    const idleMs = await pace(() => undefined);
    const busyMs = await pace(push);
    const pushes = PROCESSES * PACED_SECONDS;
    await until('the agent to have handed on all', async () => (await queued(agent)) === 0);
    figures.add('agent.idleCpu', idleMs / (PACED_SECONDS * 1000));
    figures.add('agent.cpuMs', (busyMs - idleMs) / pushes);
    figures.add('agent.memoryMiB', agent.rssBytes / 2 ** 20);
    figures.add('push.bytes', bodies.reduce((sum, { length }) => sum + length, 0) / PROCESSES);
    const { sentBytes, bodies: taken } = sink.take();
    if (taken.length === 0) throw new Error('the agent handed nothing on');
    figures.add('push.bytesFromAgent', sentBytes / pushes);
  } finally {
    await agent.stop();
    sink.close();
  }
}

async function measureGateway(sample, seed, figures) {
  const store = await Server.victoriaMetrics();
  const gateway = await Server.collector('gateway', { OTLP_ENDPOINT: store.base });
  try {
    const fleet = new Fleet(sample, FLEET, seed);
    const { points, stored } = countSeries(sample);
    const emptyBytes = store.rssBytes;
    const beginMs = Date.now() - (2 * TICKS + 1) * STEP_MS;
    let step = 0;
    let expectedPoints = 0;
    /** @returns CPU time of both */
    const run = async (ticks, together) => {
      const batches = [];
      for (let tick = 0; tick < ticks; tick++) {
        batches.push(asRequests(await fleet.pushes(beginMs + step++ * STEP_MS), together));
      }
      const before = [gateway.cpuMs, store.cpuMs];
      for (const requests of batches) {
        for (let from = 0; from < requests.length; from += 4) {
          await Promise.all(requests.slice(from, from + 4).map((request) => gateway.push(request)));
        }
      }
      expectedPoints += ticks * FLEET * points;
      const sent = async () => (await gateway.metric(/^otelcol_exporter_sent_metric_points/)) >= expectedPoints;
      await until('the gateway to have handed on all', sent);
      await store.get('/internal/force_flush');
      return [gateway.cpuMs - before[0], store.cpuMs - before[1]];
    };
    const [, newMs] = await run(1, PROCESSES);
    const [gatewayMs, storeMs] = await run(TICKS, PROCESSES);
    const [directMs] = await run(TICKS, 1);
    figures.add('gateway.cpuMs', gatewayMs / (TICKS * FLEET));
    figures.add('gateway.directCpuMs', directMs / (TICKS * FLEET));
    figures.add('gateway.memoryMiB', gateway.rssBytes / 2 ** 20);
    figures.add('store.newSeriesCpuUs', (newMs * 1000) / (FLEET * stored));
    figures.add('store.cpuUs', (storeMs * 1000) / (TICKS * FLEET * stored));
    figures.add('store.bytesPerSeries', (store.rssBytes - emptyBytes) / (FLEET * stored));
  } finally {
    await gateway.stop();
    await store.stop();
  }
}

/** With a store that is away. */
async function measureQueue(sample, seed, figures) {
  const gateway = await Server.collector('gateway', { OTLP_ENDPOINT: 'http://127.0.0.1:1' });
  try {
    const requests = asRequests(await new Fleet(sample, FLEET, seed).pushes(Date.now()), PROCESSES);
    const before = gateway.rssBytes;
    for (let repeat = 0; repeat < QUEUED_REPEATS; repeat++) for (const request of requests) await gateway.push(request);
    const waiting = QUEUED_REPEATS * FLEET * countSeries(sample).points;
    // what is being sent in vain counts as in the queue
    if ((await queued(gateway)) !== waiting) throw new Error('the gateway does not hold all');
    figures.add('queue.bytesPerPoint', (gateway.rssBytes - before) / waiting);
  } finally {
    await gateway.stop();
  }
}

async function measureDisk(sample, seed, figures) {
  const store = await Server.victoriaMetrics();
  try {
    const fleet = new Fleet(sample, DISK_PROCESSES, seed);
    const beginMs = Date.now() - (DISK_TICKS + 1) * STEP_MS;
    for (let tick = 0; tick < DISK_TICKS; tick++) {
      const requests = asRequests(await fleet.pushes(beginMs + tick * STEP_MS), DISK_PROCESSES);
      for (const request of requests) await store.push(request);
    }
    await store.get('/internal/force_flush');
    await store.get('/internal/force_merge');
    await until('the store to have merged', async () => (await store.metric(/^vm_active_force_merges/)) === 0);
    const rows = await store.metric(/^vm_rows\{type="storage\//);
    const expected = DISK_TICKS * DISK_PROCESSES * countSeries(sample).stored;
    if (rows !== expected) throw new Error(`the store has ${rows} samples of ${expected}`);
    figures.add('store.diskBytesPerSample', (await store.metric(/^vm_data_size_bytes\{type="storage\//)) / rows);
    const index = await store.metric(/^vm_data_size_bytes\{type="indexdb\//);
    figures.add('store.indexBytesPerSeries', index / (rows / DISK_TICKS));
  } finally {
    await store.stop();
  }
}

function queued(collector) {
  return collector.metric(/^otelcol_exporter_queue_size/);
}

import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterService, sumOf } from '../support/cluster-service.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { Program } from '../support/program.ts';
import { startPrometheus } from '../support/stack-server.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const WORKERS = 8;
const KILLS = 100;
const CONNECTIONS = 24;
/** Between two kills: the next worker is up by then, as a rule. */
const PAUSE_MS = 500;
const MESSAGES = 'websocket_server_messages_total';
const RECEIVED = { network_io_direction: 'receive' };

/** What the clients have counted. */
interface Counts {
  readonly sent: number;
  readonly answered: number;
  /** Connections that a kill has ended. */
  readonly lost: number;
  /** Of those, answers within the last 200 ms before they ended: a worker tells each 50 ms, and the machine is busy. */
  readonly answeredInInterval: number;
}

/** Prometheus extrapolates an increase by up to half a scrape interval at each end. */
const GUESSED = 0.03;

const CLIENTS = resolve(__dirname, '../fixtures/cluster/clients.cjs');

test('8 workers under load, 100 times killed and replaced, are one service whose counters never go down', async () => {
  const service = await ClusterService.start({ args: [String(WORKERS)], env: { REPLACE: '1' } });
  const [port = 0] = await service.echoes(WORKERS);
  const prometheus = await startPrometheus([{ job: 'service', urls: [`http://127.0.0.1:${service.port}/metrics`] }]);
  closeLater(() => prometheus.stop());
  const query = async (expression: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
    const text = await prometheus.getText(`/api/v1/query?query=${encodeURIComponent(expression)}`);
    return (JSON.parse(text) as { data: { result: [] } }).data.result;
  };
  await waitFor('the first scrape', async () => (await query('up == 1')).length > 0, 30_000);
  const clients = [1, 2].map(() => new Program([CLIENTS, String(port), String(CONNECTIONS / 2)]));
  for (const client of clients) await client.said(/control \d+/);

  let last = 0;
  for (let kills = 0; kills < KILLS; kills++) {
    await sleep(PAUSE_MS);
    const pids = await waitFor('all workers', async () => {
      const all = await service.pids();
      return all.length === WORKERS && all;
    });
    // the oldest one: a worker that has just begun has no clients yet
    await service.ask('kill', pids[0]);
    const now = (await service.sum(MESSAGES, RECEIVED)) ?? 0;
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
  const counts = await Promise.all(
    clients.map(async (client) => {
      const response = await fetch(`http://127.0.0.1:${await client.said(/control (\d+)/)}`);
      return (await response.json()) as Counts;
    }),
  );
  const sum = (key: keyof Counts): number => counts.reduce((total, each) => total + each[key], 0);

  const samples = await service.scrape();
  const total = sumOf(samples, MESSAGES, RECEIVED) ?? 0;
  const missing = sum('answered') - total;
  process.stdout.write(
    `${KILLS} kills, ${sum('lost')} connections lost, ${sum('sent')} messages sent, ${sum('answered')} answered, ${total} counted: ` +
      `${missing} answered ones are missing, ${(missing / KILLS).toFixed(1)} a kill; ` +
      `within 200 ms before their end these connections were answered ${sum('answeredInInterval')}\n`,
  );
  expect(sum('lost')).toBeGreaterThan(KILLS);
  expect(total).toBeLessThanOrEqual(sum('sent'));
  expect(missing).toBeLessThanOrEqual(sum('answeredInInterval'));
  // what has stopped is there no more: connections and workers that were killed are no gauges
  expect(sumOf(samples, 'websocket_server_open_connections')).toBe(0);
  expect(samples.filter(({ name }) => name === 'telemetry_worker_age_seconds').length).toBeLessThanOrEqual(WORKERS);

  await waitFor(
    'the last scrape',
    async () => {
      const [stored] = await query(`sum(${MESSAGES}{network_io_direction="receive"})`);
      return Number(stored?.value[1]) === total;
    },
    15_000,
  );
  const text = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
  const typed = [...text.matchAll(/^# TYPE (\S+) (counter|histogram)$/gm)];
  const names = typed.flatMap(([, name = '', type]) =>
    type === 'counter' ? [name] : [`${name}_bucket`, `${name}_sum`, `${name}_count`],
  );
  expect(names.length).toBeGreaterThan(20);
  let series = 0;
  // one by one: the answers have no names
  for (const name of names) {
    expect([name, await query(`resets(${name}[10m]) > 0`)]).toEqual([name, []]);
    series += (await query(name)).length;
  }
  expect(series).toBeGreaterThan(100);
  const numberOf = async (expression: string): Promise<number> => Number((await query(expression))[0]?.value[1]);
  const received = `${MESSAGES}{network_io_direction="receive"}[10m]`;
  // the first value is no increase, and what is added up to the edges of the time is a guess
  const increased =
    (await numberOf(`sum(increase(${received}))`)) + (await numberOf(`sum(min_over_time(${received}))`));
  process.stdout.write(`increase() and the first values: ${Math.round(increased)}\n`);
  expect(increased).toBeGreaterThanOrEqual((1 - GUESSED) * (sum('answered') - sum('answeredInInterval')));
  expect(increased).toBeLessThanOrEqual((1 + GUESSED) * sum('sent'));
  const failed = await query('count_over_time((up == 0)[10m:1s])');
  expect(failed).toEqual([]);
  expect(service.program.stderr).toBe('');
}, 180_000);

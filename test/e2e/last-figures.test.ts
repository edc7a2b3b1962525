import { resolve } from 'node:path';
import { closeLeftovers } from '../support/leftovers.ts';
import { ClusterService, EchoClient, sumOf } from '../support/cluster-service.ts';
import { Program } from '../support/program.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const FIXTURES = resolve(__dirname, '../fixtures');
const MESSAGES = 'websocket_server_messages_total';
const CONNECTIONS = 'websocket_server_connection_duration_seconds_count';
const RECEIVED = { network_io_direction: 'receive' };

/** Of what each worker has counted, by how it ended, what its primary has. */
async function countedOf(...args: string[]): Promise<Record<string, number>> {
  const program = new Program(
    ['--import', 'telemetry-dashboard/register', resolve(FIXTURES, 'cluster/last-figures.cjs'), ...args],
    { env: { TELEMETRY_DASHBOARD_CONFIG: resolve(FIXTURES, 'cluster/any-port.json') } },
  );
  const counted = await program.said(/counted (.*)/, 30_000);
  expect((await program.exited).code).toBe(0);
  return JSON.parse(counted) as Record<string, number>;
}

describe('what a worker or thread has counted in the moment in which it ends', () => {
  it('is in the sum once, however it ends, before it was welcomed by a busy primary too', async () => {
    const all = await Promise.all([countedOf(), countedOf('busy')]);
    expect(all.map((counted) => Object.keys(counted).length)).toEqual([13, 10]);
    for (const counted of all) {
      expect(counted).toEqual(Object.fromEntries(Object.keys(counted).map((name) => [name, 1])));
    }
  }, 40_000);
});

/** The worker of a service is disconnected while its sockets talk on, which they do for a while. */
async function drain(how: 'disconnect' | 'disconnect itself'): Promise<void> {
  const service = await ClusterService.start({ args: ['1'] });
  const [port = 0] = await service.echoes(1);
  const [pid] = await service.pids();
  const clients = Array.from({ length: 12 }, () => new EchoClient(port));
  const sum = (key: 'sent' | 'answered'): number => clients.reduce((total, client) => total + client[key], 0);
  const load = clients.map((client) => client.echo(Infinity));
  await waitFor('all to talk', () => clients.every(({ answered }) => answered > 0));
  await service.ask(how, pid);
  const before = sum('answered');
  await waitFor('them to talk on', () => sum('answered') > before + 1000);
  for (const client of clients) client.stop();
  await Promise.all(load);
  await Promise.all(clients.map((client) => client.close()));
  await waitFor('its end', async () => (await service.pids()).length === 0);
  const samples = await service.scrape();
  expect([sumOf(samples, MESSAGES, RECEIVED), sumOf(samples, CONNECTIONS)]).toEqual([sum('sent'), 12]);
}

describe('a worker that is disconnected under load', () => {
  it('is in the sum to its last message and close, whoever disconnects it', async () => {
    await Promise.all([drain('disconnect'), drain('disconnect itself')]);
  });
});

describe('a worker of another version, which its primary does not understand', () => {
  it('says so, opens no port and runs on', async () => {
    const env = { WORKERS_PROTOCOL: '99' };
    const service = await ClusterService.start({ args: ['1'], register: false, env });
    const [port = 0] = await service.echoes(1);
    await service.program.said(/a worker has telemetry-dashboard/);
    await service.program.said(/what this worker measures is in no sum/);
    const answer = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } });
    expect(await answer.json()).toMatchObject({ address: null });
    const [pid] = await service.pids();
    await service.ask('count and exit', pid);
    await waitFor('its end', async () => (await service.pids()).length === 0);
    expect(await service.sum('orders_total')).toBeUndefined();
    expect(service.program.stderr.trim().split('\n')).toHaveLength(2);
  });
});

import type { RealtimeMetrics } from '../../src/index.ts';
import { ClusterService, EchoClient, sumOf } from '../support/cluster-service.ts';
import { closeLeftovers } from '../support/leftovers.ts';
import { waitFor } from '../support/wait-for.ts';

afterEach(closeLeftovers);

const MESSAGES = 'websocket_server_messages_total';
const RECEIVED = { network_io_direction: 'receive' };

/** What a worker tells of itself. */
interface WorkerAnswer {
  readonly pid: number;
  readonly heard: unknown[];
  readonly live: RealtimeMetrics;
  readonly address: unknown;
}

/** Asks until each worker has answered. */
async function askWorkers(service: ClusterService, port: number): Promise<WorkerAnswer[]> {
  const pids = await service.pids();
  const answers = new Map<number, WorkerAnswer>();
  await waitFor('each worker to answer', async () => {
    const response = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } });
    const answer = (await response.json()) as WorkerAnswer;
    answers.set(answer.pid, answer);
    return pids.every((pid) => answers.has(pid));
  });
  return [...answers.values()];
}

describe.each([
  { program: 'cluster/service.cjs', register: true, env: {} },
  { program: 'cluster/service.mjs', register: true, env: { ADVANCED: '1' } },
  { program: 'cluster/service.cjs', register: false, env: {} },
  { program: 'cluster/service.mjs', register: false, env: { ADVANCED: '1' } },
])('a cluster: %j', (options) => {
  it('is one service: exact sums at rest and under load, live figures of the whole, workers apart on demand', async () => {
    const service = await ClusterService.start({ ...options, args: ['3'] });
    const [port = 0] = await service.echoes(3);
    const clients = Array.from({ length: 6 }, () => new EchoClient(port));
    const sum = (key: 'sent' | 'answered'): number => clients.reduce((total, client) => total + client[key], 0);
    const load = clients.map((client) => client.echo(Infinity));
    for (let scrapes = 0; scrapes < 15; scrapes++) {
      const before = sum('answered');
      const samples = await service.scrape();
      expect(sumOf(samples, MESSAGES, RECEIVED) ?? 0).toBeGreaterThanOrEqual(before);
      expect(sumOf(samples, MESSAGES, RECEIVED) ?? 0).toBeLessThanOrEqual(sum('sent'));
    }
    for (const client of clients) client.stop();
    await Promise.all(load);
    const samples = await service.scrape();
    const sent = sum('sent');
    expect(sumOf(samples, MESSAGES, RECEIVED)).toBe(sent);
    expect(sumOf(samples, 'websocket_server_message_size_bytes_sum', RECEIVED)).toBe(5 * sent);
    expect(sumOf(samples, 'websocket_server_message_size_bytes_bucket', { ...RECEIVED, le: '+Inf' })).toBe(sent);
    expect(sumOf(samples, 'websocket_server_message_process_duration_seconds_count')).toBe(sent);
    expect(sumOf(samples, 'websocket_server_open_connections')).toBe(6);
    const apart = await service.scrape('/metrics/workers');
    const shares = ['1', '2', '3'].map((worker) => sumOf(apart, MESSAGES, { ...RECEIVED, worker }) ?? 0);
    expect(shares.every((share) => share > 0)).toBe(true);
    expect(shares[0]! + shares[1]! + shares[2]!).toBe(sent);
    expect(await service.ask<RealtimeMetrics>('live')).toMatchObject({
      connections: { active: 6, total: 6, opened: 6 },
      messages: { incoming: sent, outgoing: sent },
    });
    const answers = await askWorkers(service, port);
    expect(answers.map(({ live }) => live.messages.incoming).sort()).toEqual(shares.sort());
    expect(answers.map(({ address, heard }) => [address, heard])).toEqual(answers.map(() => [null, []]));
    expect(await service.ask('heard')).toEqual([]);
    expect(service.program.stderr).toBe('');
  });
});

describe('a worker of a cluster', () => {
  it('tells hundreds of series that it has not told of before as it exits', async () => {
    const config = { limits: { attribute_values: 500 } };
    const service = await ClusterService.start({ args: ['1'], config });
    await service.echoes(1);
    const [pid] = await service.pids();
    await service.ask('count much and exit', pid);
    await waitFor('its end', async () => (await service.pids()).length === 0);
    expect(await service.sum('orders_total')).toBe(400);
  });

  it('that takes its time to load is not alone for that', async () => {
    const service = await ClusterService.start({ args: ['1'], env: { SLOW: '1' } });
    await service.echoes(1);
    await waitFor('it to be a member', async () => (await service.sum('telemetry_worker_age_seconds')) !== undefined);
    expect(service.program.stderr).toBe('');
  });

  it('leaves what it has counted when it is disconnected, shut down, or killed once it has told', async () => {
    const service = await ClusterService.start({ args: ['3'] });
    await service.echoes(3);
    const [one, two, three] = (await service.pids()) as [number, number, number];
    await service.ask('count', one);
    await service.ask('count', two);
    await service.ask('count', three);
    await service.ask('disconnect', one);
    await service.ask('shut down', two);
    await service.waitForSum('orders_total', 15);
    await service.ask('kill', three);
    await waitFor('its end', async () => (await service.pids()).length === 1);
    const samples = await service.scrape();
    expect(sumOf(samples, 'orders_total')).toBe(15);
    expect(sumOf(samples, 'telemetry_worker_age_seconds')).toBeUndefined();
    await service.ask('fork');
    await waitFor('its first report', async () => (await service.sum('telemetry_worker_age_seconds')) !== undefined);
    expect(await service.sum('telemetry_worker_age_seconds', { worker: '1' })).toBeLessThan(5);
  });

  it('that is stopped holds back no scrape; its age rises, and nothing is lost when it goes on', async () => {
    const service = await ClusterService.start({ args: ['2'] });
    await service.echoes(2);
    const [stopped, other] = (await service.pids()) as [number, number];
    await service.ask('count', stopped);
    await service.waitForSum('orders_total', 5);
    process.kill(stopped, 'SIGSTOP');
    await service.ask('count', stopped);
    await service.ask('count', other);
    const startMs = performance.now();
    await service.waitForSum('orders_total', 10);
    await service.scrape();
    process.stdout.write(`scrapes beside a stopped worker: ${(performance.now() - startMs).toFixed(0)} ms\n`);
    await waitFor('its age to rise', async () => ((await service.sum('telemetry_worker_age_seconds')) ?? 0) > 1.5);
    process.kill(stopped, 'SIGCONT');
    await service.waitForSum('orders_total', 15);
    await waitFor('its age to fall', async () => ((await service.sum('telemetry_worker_age_seconds')) ?? 9) < 1);
  });

  it('hands on what its threads count, once', async () => {
    const service = await ClusterService.start({ args: ['1'] });
    await service.echoes(1);
    const [pid] = await service.pids();
    await service.ask('start a thread', pid);
    await service.ask('count', pid);
    await service.waitForSum('orders_total', 12);
    expect(await service.sum('orders_total', { worker: '1' }, '/metrics/workers')).toBe(12);
    // gauges are told each 800 ms at the thread's end: what is there at once was asked for
    let asked = 0;
    for (let jobs = 1; jobs <= 5; jobs++) {
      await service.ask('set in a thread', pid);
      await waitFor('it to be set', async () => (await service.ask<unknown[]>('heard')).includes(jobs));
      if ((await service.sum('jobs')) === jobs) asked++;
    }
    expect(asked).toBeGreaterThanOrEqual(2);
  });

  it('hands on its instruments of dashboard.meter and those of its threads; what stood in them goes with it', async () => {
    const service = await ClusterService.start({ args: ['1'] });
    await service.echoes(1);
    const [pid] = await service.pids();
    await service.ask('start a thread', pid);
    await service.ask('use the meter', pid);
    await service.ask('use the meter here');
    await service.waitForSum('tasks', 34);
    await service.waitForSum('jobs_total', 6);
    process.kill(pid!, 'SIGKILL');
    await waitFor('its end', async () => (await service.pids()).length === 0);
    await service.waitForSum('tasks', 2);
    expect(await service.sum('jobs_total')).toBe(6);
    expect(service.program.stderr).toBe('');
  });
});

describe('a primary', () => {
  it('alone evaluates alerts, of the whole', async () => {
    const rule = {
      name: 'many_messages',
      metric: 'websocket.server.messages',
      statistic: 'increase',
      comparison: '>',
      threshold: 8,
      for_ms: 0,
      severity: 'warning',
    };
    const service = await ClusterService.start({ args: ['2'], config: { alerts: { rules: [rule] } } });
    const [port = 0] = await service.echoes(2);
    // in both directions 10 of each worker, 20 of both
    const clients = [new EchoClient(port), new EchoClient(port)];
    await Promise.all(clients.map((client) => client.echo(5)));
    await waitFor('the alert', async () => {
      const { alerts } = await service.ask<RealtimeMetrics>('live');
      return alerts.some(({ name, state, value }) => name === 'many_messages' && state === 'firing' && value === 20);
    });
    expect(await service.sum('telemetry_alert_active')).toBe(1);
    const answers = await askWorkers(service, port);
    expect(answers.map(({ live }) => [live.messages.total, live.alerts])).toEqual([
      [10, []],
      [10, []],
    ]);
  });

  it('that begins late takes over the port and what was counted until then', async () => {
    const service = await ClusterService.start({ args: ['2', 'late'], register: false });
    // one of the two has the port; the other one runs on without, and waits for the primary
    await service.program.said(/the port is in use.*this worker runs on/);
    await service.echoes(2);
    await waitFor('an endpoint', () => service.scrape().catch(() => undefined));
    const pids = await service.pids();
    for (const pid of pids) await service.ask('count', pid);
    await service.ask('begin');
    await service.waitForSum('orders_total', 10);
    expect(await service.ask<{ port: number }>('address')).toMatchObject({ port: service.port });
    await service.ask('end');
    await expect(service.scrape()).rejects.toThrow();
    for (const pid of pids) await service.ask('count', pid);
    await service.ask('begin');
    await service.waitForSum('orders_total', 10);
  });

  it('without the package leaves each worker alone, as if there were no primary', async () => {
    const service = await ClusterService.start({ args: ['1', 'apart'], register: false });
    await service.echoes(1);
    const [pid] = await service.pids();
    await service.ask('count', pid);
    await service.waitForSum('orders_total', 5);
    expect(await service.sum('telemetry_worker_age_seconds')).toBeUndefined();
  });

  it('that is killed leaves no worker behind', async () => {
    const service = await ClusterService.start({ args: ['2'] });
    await service.echoes(2);
    const pids = await service.pids();
    service.program.kill('SIGKILL');
    await waitFor('the end of its workers', () =>
      pids.every((pid) => {
        try {
          return !process.kill(pid, 0);
        } catch {
          return true;
        }
      }),
    );
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { Program } from '../support/program.ts';
import { parseSamples, valueOf } from '../support/prometheus-text.ts';

afterEach(closeLeftovers);

const fixture = (name: string): string => resolve(__dirname, '../fixtures', name);

/** Runs a fixture as a user would, with a configuration file that names a port. */
function register(name: string, config: object): Program {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  return new Program(['--import', 'telemetry-dashboard/register', fixture(name)], {
    env: { TELEMETRY_DASHBOARD_CONFIG: file },
  });
}

describe.each(['echo.cjs', 'echo.mjs'])('node --import telemetry-dashboard/register %s', (name) => {
  it('measures an application that knows nothing of telemetry, to the message and the byte', async () => {
    const port = await freePort();
    const program = register(name, { prometheus: { port } });
    const url = `ws://127.0.0.1:${await program.said(/listening on (\d+)/)}`;
    const MESSAGES = 50;
    const SIZES = [0, 1, 125, 126, 70_000];
    for (const code of [1000, 4001]) {
      const client = new WebSocket(url);
      await once(client, 'open');
      let echoes = 0;
      const done = new Promise<void>((resolveDone) =>
        client.on('message', () => ++echoes === MESSAGES && resolveDone()),
      );
      for (let index = 0; index < MESSAGES; index++) {
        const size = SIZES[index % SIZES.length]!;
        client.send(index % 2 === 0 ? 'a'.repeat(size) : Buffer.alloc(size));
      }
      await done;
      client.close(code);
      await once(client, 'close');
    }
    const samples = parseSamples(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    const bytes = 10 * SIZES.reduce((sum, size) => sum + size, 0);
    for (const direction of ['receive', 'transmit']) {
      for (const type of ['text', 'binary']) {
        const labels = { network_io_direction: direction, websocket_message_type: type };
        expect(valueOf(samples, 'websocket_server_messages_total', labels)).toBe(MESSAGES);
        expect(valueOf(samples, 'websocket_server_io_bytes_total', labels)).toBe(bytes);
      }
    }
    expect(
      valueOf(samples, 'websocket_server_connection_duration_seconds_count', { websocket_close_code: '4xxx' }),
    ).toBe(1);
    expect(
      valueOf(samples, 'websocket_server_connection_duration_seconds_count', { websocket_close_code: '1000' }),
    ).toBe(1);
    expect(valueOf(samples, 'websocket_server_message_process_duration_seconds_count')).toBe(2 * MESSAGES);
    program.kill('SIGTERM');
    await expect(program.exited).resolves.toEqual({ code: null, signal: 'SIGTERM' });
    expect(program.stderr).toBe('');
  });
});

describe('telemetry-dashboard/register', () => {
  it('lets a process end that has nothing else to do', async () => {
    const program = register('nothing-to-do.cjs', { prometheus: { port: 0 } });
    await expect(program.exited).resolves.toEqual({ code: 0, signal: null });
    expect([program.stdout, program.stderr]).toEqual(['nothing to do\n', '']);
  });

  it('lets a process die of an error that nobody handles', async () => {
    const program = register('crash.cjs', { prometheus: { port: 0 } });
    await expect(program.exited).resolves.toEqual({ code: 1, signal: null });
    expect(program.stderr).toContain('ECONNREFUSED');
  });

  it('lets the application run without the endpoint when the port is in use, and says so in one line', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    closeLater(() => blocker.close());
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const program = register('echo.cjs', { prometheus: { port }, logging: { format: 'json' } });
    await program.said(/listening on \d+/);
    await program.said(/without \/metrics/);
    expect(program.stderr.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(program.stderr)).toMatchObject({
      level: 'error',
      msg: expect.stringContaining(`127.0.0.1:${port}: the port is in use; set prometheus.port`) as string,
    });
  });

  it('is the same dashboard for import and require, and says where it came from', async () => {
    const program = register('reaches-dashboard.mjs', { prometheus: { port: 0 } });
    await expect(program.exited).resolves.toEqual({ code: 0, signal: null });
    expect(program.stdout).toContain('same true\n');
    expect(program.stdout).toContain('already initialized by telemetry-dashboard/register');
  });

  it('does not start an application with a named configuration that is wrong, and lists all that is', async () => {
    const program = register('nothing-to-do.cjs', { prometheus: { port: -1 }, retention: 5 });
    await expect(program.exited).resolves.toEqual({ code: 1, signal: null });
    const [first, ...problems] = program.stderr.trim().split('\n');
    expect(first).toMatch(/^telemetry-dashboard: wrong configuration \(from .*\)$/);
    expect(problems.sort()).toEqual([
      '  prometheus.port: -1, expected a whole number from 0 to 65535',
      '  retention: 5, expected a section (an object)',
    ]);
  });

  it('lets a worker thread run on that starts after the file has become wrong', async () => {
    const program = register('late-worker.cjs', { prometheus: { port: 0 }, reload_interval_ms: 0 });
    await expect(program.exited).resolves.toEqual({ code: 0, signal: null });
    expect(program.stdout).toContain('worker has run');
    expect(program.stdout).toContain('worker ended with 0');
    expect(program.stderr).toContain('prot: no such key');
  });

  it('does not measure sockets with websocket.enabled: false, and tells idle ones by websocket.idle_after_ms', async () => {
    const openWith = async (websocket: object): Promise<ReturnType<typeof parseSamples>> => {
      const port = await freePort();
      const program = register('echo.cjs', { prometheus: { port }, websocket });
      const client = new WebSocket(`ws://127.0.0.1:${await program.said(/listening on (\d+)/)}`);
      closeLater(() => client.terminate());
      await once(client, 'open');
      client.send('x');
      await once(client, 'message');
      return parseSamples(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    };
    const off = await openWith({ enabled: false });
    expect(off.filter(({ name }) => name === 'websocket_server_messages_total')).toEqual([]);
    const open = (samples: typeof off, state: string): number | undefined =>
      valueOf(samples, 'websocket_server_open_connections', { websocket_connection_state: state });
    const idle = await openWith({ idle_after_ms: 1 });
    expect([open(idle, 'active'), open(idle, 'idle')]).toEqual([0, 1]);
    const active = await openWith({});
    expect([open(active, 'active'), open(active, 'idle')]).toEqual([1, 0]);
  });

  it('logs without harm when nobody reads standard error', async () => {
    const program = new Program([fixture('logs-without-reader.cjs')]);
    await program.said(/ready/);
    program.closeStandardError();
    await expect(program.exited).resolves.toEqual({ code: 0, signal: null });
    expect(program.stdout).toContain('still here');
  });

  it.each(['{"checks": []}', '// no JSON'])(
    'ignores a file that it only found and that is not its own, with one line: %s',
    async (text) => {
      const folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
      closeLater(() => rmSync(folder, { recursive: true }));
      writeFileSync(join(folder, 'package.json'), '{}');
      mkdirSync(join(folder, 'configs'));
      writeFileSync(join(folder, 'configs/monitoring.json'), text);
      const program = new Program(
        ['--import', resolve(__dirname, '../../dist/register.js'), fixture('nothing-to-do.cjs')],
        { cwd: folder },
      );
      await expect(program.exited).resolves.toEqual({ code: 0, signal: null });
      expect(
        program.stderr.split('\n').filter((line) => line.includes('wrong as a configuration of telemetry-dashboard')),
      ).toHaveLength(1);
    },
  );
});

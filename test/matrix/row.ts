import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Child } from '../support/child-process.ts';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { NATIVE_FIGURES, NativePeer, measureNative } from '../support/native-peer.ts';
import type { MatrixRow, ProgramOptions } from '../support/packed-app.ts';
import { PackedApp } from '../support/packed-app.ts';
import { answers, scrape } from '../support/scrape.ts';
import type { Scrape } from '../support/scrape.ts';
import { waitFor } from '../support/wait-for.ts';
import { WsLoad } from '../support/ws-load.ts';
import type { Expected } from '../support/ws-load.ts';
import { SIZE_BUCKETS } from '../../src/catalog/buckets.ts';

const INSTALL_MS = 300_000;
const TEST_MS = 60_000;

/** A metric as the in-memory exporter of a fixture gives it, by HTTP. */
interface OwnMetric {
  readonly descriptor: { readonly name: string; readonly unit: string };
  readonly scope: { readonly name: string };
  readonly dataPoints: readonly { readonly attributes: Record<string, string>; readonly value: unknown }[];
}

/** Everything that must hold in one row of the matrix, with the package as npm installs it. */
export function describeRow(title: string, row: MatrixRow): void {
  describe(title, () => {
    let app: PackedApp;

    beforeAll(async () => (app = await PackedApp.create(row)), INSTALL_MS);
    afterEach(closeLeftovers);
    afterAll(() => app.remove());

    const start = (program: string, options?: ProgramOptions): Child => {
      const child = app.start(program, options);
      closeLater(() => child.stop());
      return child;
    };
    const startUnderRegister = async (program: string, env?: Record<string, string>) => {
      const port = await freePort();
      const child = start(program, {
        register: true,
        config: { prometheus: { enabled: true, port } },
        ...(env && { env }),
      });
      return { child, metricsUrl: `http://127.0.0.1:${port}/metrics` };
    };
    const startLoad = async (url: string, size?: { connections: number; messages: number }): Promise<WsLoad> => {
      const load = await WsLoad.start(url, size);
      closeLater(() => {
        load.abort();
      });
      return load;
    };

    test('runs on the Node.js that it is about', async () => {
      const version = (await app.nodeVersion()).trim();
      expect(version).toMatch(row.node === undefined ? process.version : new RegExp(`^v${row.node}\\.`));
    });

    test.each(['@opentelemetry/sdk-metrics', '@opentelemetry/api', '@opentelemetry/resources', '@opentelemetry/core'])(
      'has one copy of %s',
      (name) => {
        const versions = app.versionsOf(name);
        expect(versions).toHaveLength(1);
        const asked = row.dependencies[name];
        if (asked !== undefined) expect(versions).toEqual([asked]);
      },
    );

    test.each(['node16', 'nodenext'])(
      'every public name compiles with module %s, as ESM and as CommonJS, libraries checked too',
      async (module) => {
        await expect(app.compile(module)).resolves.toBe('');
      },
      TEST_MS,
    );

    describe('under --import telemetry-dashboard/register', () => {
      test.each(['app.cjs', 'app.mjs'])(
        '%s, which knows nothing of telemetry, has every message, byte, connection and close counted',
        async (program) => {
          const { child, metricsUrl } = await startUnderRegister(program);
          const load = await startLoad(await child.waitForOutput(/listening on (\S+)/));

          const whileOpen = await scrape(metricsUrl);
          expect(openConnections(whileOpen)).toEqual({ active: 100, idle: 0 });

          await load.end();
          const metrics = await waitFor(
            'all connections to be closed',
            async () => {
              const text = await scrape(metricsUrl);
              return openConnections(text).active === 0 && text;
            },
            10_000,
          );
          expect(load.expected.sizes.receive.count).toBe(10_000);
          expect(seenBy(metrics)).toEqual(load.expected);
          expect(metrics.series('websocket_server_message_process_duration_seconds_count')).toEqual({ '{}': 10_000 });
          expect(metrics.sum('websocket_server_handshake_duration_seconds_count')).toBe(load.expected.connections);
          expect(metrics.sum('websocket_server_errors_total')).toBe(0);
          expect(metrics.sum('websocket_client_messages_total')).toBe(0);
          expect(child.stderr).toBe('');
        },
        TEST_MS,
      );

      test.each(['cluster.cjs', 'thread.cjs'])(
        'the workers of %s are one service with their primary',
        async (program) => {
          const { child, metricsUrl } = await startUnderRegister(program);
          const load = await startLoad(await child.waitForOutput(/listening on (\S+)/), {
            connections: 14,
            messages: 1400,
          });
          await load.end();
          const metrics = await waitFor(
            'all connections to be closed',
            async () => {
              const text = await scrape(metricsUrl);
              return openConnections(text).active === 0 && text;
            },
            10_000,
          );
          expect(seenBy(metrics)).toEqual(load.expected);
          expect(child.stderr).toBe('');
        },
        TEST_MS,
      );

      test.each(['own-sdk.cjs', 'own-sdk.mjs'])(
        'the own OpenTelemetry of %s is not touched, and our metrics stay out of it',
        async (program) => {
          const { child, metricsUrl } = await startUnderRegister(program, OWN_SDK_ENVIRONMENT);
          const url = await child.waitForOutput(/listening on (\S+)/);
          const load = await startLoad(url, { connections: 7, messages: 700 });
          await load.end();
          const metrics = await waitFor(
            'all connections to be closed',
            async () => {
              const text = await scrape(metricsUrl);
              return openConnections(text).active === 0 && text;
            },
            10_000,
          );
          expect(seenBy(metrics)).toEqual(load.expected);
          expect(metrics.names).not.toContain('app_echoes_total');

          const own = await ownMetrics(url);
          const ownNames = own.map(({ descriptor }) => descriptor.name);
          expect(ownNames).toEqual(['app.echoes']);
          expect(valuesOf(own, 'app.echoes', 'type')).toEqual({
            text: load.expected.messages['transmit text'],
            binary: load.expected.messages['transmit binary'],
          });
          expect(child.stderr).toBe('');
        },
        TEST_MS,
      );

      test(
        'native.mjs has every handshake, connection, close and error of the WebSocket of the platform measured',
        async () => {
          const peer = await NativePeer.start();
          const port = await freePort();
          const child = start('native.mjs', {
            register: true,
            config: { prometheus: { enabled: true, port } },
            // before 22, Node.js has it behind a flag
            ...(row.node === undefined && { env: { NODE_OPTIONS: '--experimental-websocket' } }),
            args: peer.urls,
          });
          const metricsUrl = `http://127.0.0.1:${port}/metrics`;
          await waitFor('the endpoint', () => answers(metricsUrl), 10_000);
          const { whileOpen, atEnd } = await measureNative(peer, () => scrape(metricsUrl));
          expect(whileOpen).toBe(peer.connections);
          expect(atEnd).toEqual(NATIVE_FIGURES);
          expect(child.stderr).toBe('');
        },
        TEST_MS,
      );

      test.each(
        ['app.cjs', 'app.mjs'].flatMap((program) =>
          (['http/protobuf', 'http/json', 'grpc'] as const).map((protocol) => [program, protocol] as const),
        ),
      )(
        '%s has its messages pushed by %s, the last ones when SIGTERM ends it',
        async (program, protocol) => {
          const isGrpc = protocol === 'grpc';
          const receiver = isGrpc ? await OtlpReceiver.grpc() : await OtlpReceiver.http();
          const endpoint = isGrpc ? receiver.url : `${receiver.url}/v1/metrics`;
          const child = start(program, {
            register: true,
            config: { prometheus: { enabled: false }, otlp: { enabled: true, protocol, endpoint, interval_ms: 1000 } },
          });
          const load = await startLoad(await child.waitForOutput(/listening on (\S+)/), {
            connections: 7,
            messages: 700,
          });
          await receiver.push(1);
          await load.end();
          child.kill('SIGTERM');
          expect(await child.waitForEnd()).toEqual({ code: null, signal: 'SIGTERM' });
          const messages = Object.values(load.expected.messages).reduce((sum, count) => sum + count, 0);
          expect(receiver.pushes.at(-1)?.metrics.get('websocket.server.messages')?.sum).toBe(messages);
          expect(child.stderr).toBe('');
        },
        TEST_MS,
      );

      test('a program whose collector refuses ends by itself', async () => {
        const endpoint = `http://127.0.0.1:${await freePort()}/v1/metrics`;
        const config = { prometheus: { enabled: false }, otlp: { enabled: true, endpoint, interval_ms: 100 } };
        const child = start('nothing.cjs', { register: true, config });
        expect(await child.waitForEnd()).toEqual({ code: 0, signal: null });
      });

      test('a program with nothing else to do ends by itself', async () => {
        const { child } = await startUnderRegister('nothing.cjs');
        expect(await child.waitForEnd()).toEqual({ code: 0, signal: null });
        expect([child.stdout, child.stderr]).toEqual(['done\n', '']);
      });

      test.each(['app.cjs', 'app.mjs'])('SIGTERM ends %s as it does without us', async (program) => {
        const plain = start(program);
        const { child } = await startUnderRegister(program);
        for (const process of [plain, child]) {
          await process.waitForOutput(/listening on (\S+)/);
          process.kill('SIGTERM');
        }
        const ending = await plain.waitForEnd();
        expect(ending).toEqual({ code: null, signal: 'SIGTERM' });
        expect(await child.waitForEnd()).toEqual(ending);
        expect(child.stderr).toBe('');
      });

      test('a port in use costs the endpoint and one log line that names port and setting, not the application', async () => {
        const port = await occupyPort();
        const config = { prometheus: { enabled: true, port } };
        const server = start('app.cjs', { register: true, config });
        const load = await startLoad(await server.waitForOutput(/listening on (\S+)/), {
          connections: 1,
          messages: 10,
        });
        await load.end();
        expect(server.ended).toBe(false);
        await waitFor('the line', () => server.stderr !== '');
        expectOneLineAbout(server, port);

        const program = start('nothing.cjs', { register: true, config });
        expect(await program.waitForEnd()).toEqual({ code: 0, signal: null });
        expect(program.stdout).toBe('done\n');
        expectOneLineAbout(program, port);
      });
    });

    describe('WsInstrumentation in an own NodeSDK, without register', () => {
      test.each(['own-sdk.cjs', 'own-sdk.mjs'])(
        '%s gets the exact figures of its sockets in its own exporter',
        async (program) => {
          const child = start(program, { args: ['instrumented'], env: OWN_SDK_ENVIRONMENT });
          const url = await child.waitForOutput(/listening on (\S+)/);
          const load = await startLoad(url, { connections: 14, messages: 1400 });
          expect(valuesOf(await ownMetrics(url), 'websocket.server.open_connections', STATE)).toMatchObject({
            active: 14,
          });
          await load.end();
          const own = await waitFor(
            'all connections to be closed',
            async () => {
              const metrics = await ownMetrics(url);
              return valuesOf(metrics, 'websocket.server.open_connections', STATE)['active'] === 0 && metrics;
            },
            10_000,
          );
          expect(figuresOf(own)).toEqual(load.expected);
          const durations = valuesOf(own, 'websocket.server.message.process.duration') as Record<string, Histogram>;
          expect(Object.values(durations).map(({ count }) => count)).toEqual([1400]);
          expect(valuesOf(own, 'app.echoes', 'type')).toEqual({
            text: load.expected.messages['transmit text'],
            binary: load.expected.messages['transmit binary'],
          });
          const names = own.map(({ descriptor }) => descriptor.name);
          expect(names.filter((name) => !name.startsWith('websocket.'))).toEqual(['app.echoes']);
          expect(new Set(own.map(({ scope }) => scope.name))).toEqual(
            new Set(['the application', 'telemetry-dashboard']),
          );
          expect(child.stderr).toBe('');
        },
        TEST_MS,
      );
    });

    describe("the user's views", () => {
      test(
        'give the data points that plain instruments of the SDK would have, whatever the views do',
        async () => {
          const differences = JSON.parse(await app.run('views-differential.cjs')) as Record<string, string[]>;
          expect(Object.keys(differences).length).toBeGreaterThanOrEqual(30);
          expect(Object.entries(differences).filter(([, found]) => found.length > 0)).toEqual([]);
        },
        TEST_MS,
      );
    });
  });
}

const STATE = 'websocket.connection.state';

/** Only metrics are of interest, and nothing may be sent anywhere. */
const OWN_SDK_ENVIRONMENT = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_LOG_LEVEL: 'error' };

function openConnections(metrics: Scrape): { active: number | undefined; idle: number | undefined } {
  const count = (state: string): number | undefined =>
    metrics.value('websocket_server_open_connections', { websocket_connection_state: state });
  return { active: count('active'), idle: count('idle') };
}

/** What `/metrics` says, in the terms of the load; fails on a series that the load does not explain. */
function seenBy(metrics: Scrape): Expected {
  const byLabels = (name: string, ...labels: string[]): Record<string, number> =>
    Object.fromEntries(
      metrics.samples
        .filter((sample) => sample.name === name && sample.value > 0)
        .map((sample) => {
          expect(Object.keys(sample.labels).sort()).toEqual([...labels].sort());
          return [labels.map((label) => sample.labels[label]).join(' '), sample.value];
        }),
    );
  const size = 'websocket_server_message_size_bytes';
  const sizes = (direction: string): Expected['sizes']['receive'] => {
    const labels = { network_io_direction: direction };
    const bounds = [...SIZE_BUCKETS.exported.map(String), '+Inf'];
    const cumulative = bounds.map((le) => metrics.value(`${size}_bucket`, { ...labels, le }) ?? NaN);
    return {
      count: metrics.value(`${size}_count`, labels) ?? NaN,
      sum: metrics.value(`${size}_sum`, labels) ?? NaN,
      buckets: cumulative.map((count, index) => count - (cumulative[index - 1] ?? 0)),
    };
  };
  const closed = byLabels(
    'websocket_server_connection_duration_seconds_count',
    'websocket_close_code',
    'websocket_close_initiator',
  );
  return {
    connections: Object.values(closed).reduce((sum, count) => sum + count, 0),
    messages: byLabels('websocket_server_messages_total', 'network_io_direction', 'websocket_message_type'),
    bytes: byLabels('websocket_server_io_bytes_total', 'network_io_direction', 'websocket_message_type'),
    sizes: { receive: sizes('receive'), transmit: sizes('transmit') },
    closed,
  };
}

interface Histogram {
  readonly count: number;
  readonly sum: number;
  readonly buckets: { readonly counts: number[] };
}

/** The same of what an own exporter got. */
function figuresOf(metrics: readonly OwnMetric[]): Expected {
  const sizes = valuesOf(metrics, 'websocket.server.message.size', 'network.io.direction') as Record<string, Histogram>;
  const size = (direction: string): Expected['sizes']['receive'] => {
    const { count, sum, buckets } = sizes[direction] as Histogram;
    return { count, sum, buckets: buckets.counts };
  };
  const durations = valuesOf(
    metrics,
    'websocket.server.connection.duration',
    'websocket.close.code',
    'websocket.close.initiator',
  ) as Record<string, Histogram>;
  const closed = Object.fromEntries(Object.entries(durations).map(([key, { count }]) => [key, count]));
  const typed = ['network.io.direction', 'websocket.message.type'];
  return {
    connections: Object.values(closed).reduce((sum, count) => sum + count, 0),
    messages: valuesOf(metrics, 'websocket.server.messages', ...typed) as Record<string, number>,
    bytes: valuesOf(metrics, 'websocket.server.io', ...typed) as Record<string, number>,
    sizes: { receive: size('receive'), transmit: size('transmit') },
    closed,
  };
}

/** Values of a metric by the values of these attributes, which are all it has. */
function valuesOf(metrics: readonly OwnMetric[], name: string, ...keys: string[]): Record<string, unknown> {
  const metric = metrics.find(({ descriptor }) => descriptor.name === name);
  return Object.fromEntries(
    (metric?.dataPoints ?? []).map(({ attributes, value }) => {
      expect(Object.keys(attributes).sort()).toEqual([...keys].sort());
      return [keys.map((key) => attributes[key]).join(' '), value];
    }),
  );
}

async function ownMetrics(url: string): Promise<OwnMetric[]> {
  const response = await fetch(url.replace('ws:', 'http:'), { headers: { connection: 'close' } });
  return (await response.json()) as OwnMetric[];
}

/** A port on which somebody else listens until the test ends. */
function occupyPort(): Promise<number> {
  const server = createServer();
  closeLater(() => new Promise((resolve) => server.close(resolve)));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function expectOneLineAbout({ stderr }: Child, port: number): void {
  expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(new RegExp(`:${port}\\b.*prometheus\\.port`))]);
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Child } from '../support/child-process.ts';
import { Scrape } from '../support/scrape.ts';

jest.setTimeout(60_000);

const DIST = resolve(__dirname, '..', '..', 'dist');

/** What a program has seen, what it has counted by itself, and the text of a scrape where it was instrumented. */
interface Report {
  readonly transcript: readonly unknown[];
  readonly counts: Readonly<Record<string, number>>;
  readonly metrics?: string;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'telemetry-dashboard-'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ prometheus: { enabled: false } }));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(name: string, instrumented: boolean): Promise<Report> {
  const preload = instrumented ? ['--import', join(DIST, 'register.js')] : [];
  const child = new Child(process.execPath, [...preload, join(__dirname, 'programs', `${name}.cjs`)], {
    env: { DIST_INDEX: join(DIST, 'index.js'), TELEMETRY_DASHBOARD_CONFIG: join(folder, 'config.json') },
  });
  try {
    const ending = await child.waitForEnd(30_000);
    expect({ ...ending, stderr: child.stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    return JSON.parse(child.stdout) as Report;
  } finally {
    await child.stop();
  }
}

/** The figures of one end, of which only what is not zero is compared. */
interface Figures {
  /** By type. */
  readonly receive: Readonly<Record<string, number>>;
  readonly transmit: Readonly<Record<string, number>>;
  /** By HTTP status. */
  readonly handshakes: Readonly<Record<string, number>>;
  /** By close code. */
  readonly closes: Readonly<Record<string, number>>;
}

type Role = 'server' | 'client';

function figuresOf(scrape: Scrape, role: Role): Figures {
  const by = (metric: string, label: string, more: Readonly<Record<string, string>> = {}): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const { name, labels, value } of scrape.samples) {
      if (name !== `websocket_${role}_${metric}` || value === 0) continue;
      if (Object.entries(more).some(([key, wanted]) => labels[key] !== wanted)) continue;
      const key = labels[label] ?? 'none';
      sums[key] = (sums[key] ?? 0) + value;
    }
    return sums;
  };
  return {
    receive: by('messages_total', 'websocket_message_type', { network_io_direction: 'receive' }),
    transmit: by('messages_total', 'websocket_message_type', { network_io_direction: 'transmit' }),
    handshakes: by('handshake_duration_seconds_count', 'http_response_status_code'),
    closes: by('connection_duration_seconds_count', 'websocket_close_code'),
  };
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** A program, and the figures that follow from its protocol. */
interface Application {
  readonly name: string;
  readonly title: string;
  readonly expect: (server: Figures, client: Figures, counts: Report['counts'], scrape: Scrape) => void;
}

/** What the one end sends the other receives. */
function expectBothEndsToAgree(server: Figures, client: Figures): void {
  expect(server.receive).toEqual(client.transmit);
  expect(server.transmit).toEqual(client.receive);
}

const APPLICATIONS: readonly Application[] = [
  {
    name: 'socket-io',
    title: 'socket.io: rooms, acknowledgements, binary data, broadcasts, refused and closed clients',
    expect: (server, client, counts) => {
      expectBothEndsToAgree(server, client);
      expect(sum(server.transmit)).toBe(counts['sent by the server']);
      expect(sum(client.transmit)).toBe(counts['sent by clients']);
      // one attachment for each of four clients, and one in an acknowledgement
      expect(server.transmit['binary']).toBe(4 + 1);
      expect(server.handshakes).toEqual({ 101: 5 });
      expect([sum(server.closes), sum(client.closes)]).toEqual([5, 5]);
    },
  },
  {
    name: 'graphql-ws',
    title: 'graphql-ws: query, errors, subscriptions, one that is stopped, a refused client',
    expect: (server, client, counts) => {
      expectBothEndsToAgree(server, client);
      expect(client.receive).toEqual({ text: counts['received by the client'] });
      // two times connection_init, five times subscribe, one complete
      expect(client.transmit).toEqual({ text: 8 });
      expect(server.handshakes).toEqual({ 101: 2 });
      expect(server.closes).toEqual({ 1000: 1, '4xxx': 1 });
    },
  },
  {
    name: 'fastify',
    title: '@fastify/websocket: handlers, hooks, refusals, failures, injectWS',
    expect: (server, client) => {
      expect(server.receive).toEqual({ text: 3, binary: 1 });
      expect(server.transmit).toEqual({ text: 4, binary: 1 });
      expect(client.receive).toEqual(server.transmit);
      // and the one that is too large
      expect(client.transmit).toEqual({ text: 4, binary: 1 });
      expect(server.handshakes).toEqual({ 101: 6, 401: 2, 404: 1 });
      // the injected one has no request
      expect(client.handshakes).toEqual({ 101: 5, 401: 1, 404: 1 });
      expect(server.closes).toEqual({ '4xxx': 1, 1005: 1, 1006: 4 });
      expect(client.closes).toEqual({ '4xxx': 1, 1005: 1, 1006: 3, 1009: 1 });
    },
  },
  {
    name: 'express-ws',
    title: 'express-ws: middleware, routers, broadcast, no route',
    expect: (server, client) => {
      expectBothEndsToAgree(server, client);
      expect(server.receive).toEqual({ text: 2 });
      expect(server.transmit).toEqual({ text: 1 + 1 + 5 });
      expect(server.handshakes).toEqual({ 101: 6 });
      expect(server.closes).toEqual({ 1000: 5, 1005: 1 });
    },
  },
  {
    name: 'mqtt',
    title: 'MQTT: aedes and mqtt over streams, with all qualities of service',
    expect: (server, client, counts, scrape) => {
      expectBothEndsToAgree(server, client);
      expect(server.receive).toEqual({ binary: counts['messages to the broker'] });
      const received = { network_io_direction: 'receive', websocket_message_type: 'binary' };
      expect(scrape.value('websocket_server_io_bytes_total', received)).toBe(counts['bytes to the broker']);
      expect(server.handshakes).toEqual({ 101: 3 });
      expect([sum(server.closes), sum(client.closes)]).toEqual([3, 3]);
    },
  },
];

describe.each(APPLICATIONS)('$title', ({ name, expect: expectFigures }) => {
  let plain: Report;
  let instrumented: Report;
  beforeAll(async () => {
    [plain, instrumented] = await Promise.all([run(name, false), run(name, true)]);
  });

  it('goes as it does without the instrumentation', () => {
    expect(plain.metrics).toBeUndefined();
    expect(plain.transcript.length).toBeGreaterThan(4);
    expect(instrumented.transcript).toEqual(plain.transcript);
  });

  it('gives the figures that follow from its protocol', () => {
    const scrape = new Scrape(instrumented.metrics ?? '');
    expectFigures(figuresOf(scrape, 'server'), figuresOf(scrape, 'client'), instrumented.counts, scrape);
  });

  it.each<Role>(['server', 'client'])('leaves no open connection and nothing in a send buffer: %s', (role) => {
    const scrape = new Scrape(instrumented.metrics ?? '');
    expect(scrape.series(`websocket_${role}_open_connections`)).toEqual({
      '{websocket_connection_state="active"}': 0,
      '{websocket_connection_state="idle"}': 0,
    });
    expect(scrape.value(`websocket_${role}_send_buffer_usage_bytes`)).toBe(0);
  });

  it('counts a message for each duration of a handler and each size', () => {
    const scrape = new Scrape(instrumented.metrics ?? '');
    for (const role of ['server', 'client'] as const) {
      const { receive, transmit } = figuresOf(scrape, role);
      expect(scrape.sum(`websocket_${role}_message_process_duration_seconds_count`)).toBe(sum(receive));
      expect(scrape.sum(`websocket_${role}_message_size_bytes_count`)).toBe(sum(receive) + sum(transmit));
    }
  });
});

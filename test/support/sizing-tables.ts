import {
  INTERVALS_SECONDS,
  PROCESSES,
  PROCESSES_PER_AGENT,
  collectorMemoryBytes,
  measuredRows,
  queuePoints,
  sizingOf,
  unitCosts,
} from './sizing.ts';

/** Of {@link PROCESSES}: which part is the first to be too small, and what is added then. */
const NEXT = [
  'nothing: no collector is needed, the process may push to the store',
  'nothing',
  'nothing: agents write to the store',
  'gateways, for the number of writers: two, so that one may fail',
  'memory of the store: it needs a machine of its own',
  'one store: a cluster of them, or several fleets with a store each',
];

/** Minutes are shown of the queue of one gateway that has this many processes before it. */
const BEFORE_ONE_GATEWAY = [100, 1000, 10_000];

/** All generated parts of `otel-collector/README.md`, by the name in their marks. */
export function sizingTables(): Readonly<Record<string, string>> {
  return {
    processes: processTable(),
    costs: costTable(),
    ...Object.fromEntries(INTERVALS_SECONDS.map((seconds) => [`every-${seconds}-s`, sizingTable(seconds)])),
    limits: limitTable(),
    outages: outageTable(),
  };
}

function processTable(): string {
  const rows = measuredRows().filter(({ id }) => id?.startsWith('process.cpuMs.'));
  return table(
    ['series of the application', 'CPU a push', 'CPU at 10 s', 'bytes', 'bytes gzipped'],
    rows.map(({ id = '', median, rawBytes = 0, sentBytes = 0 }) => [
      count(Number(id.slice(id.lastIndexOf('.') + 1))),
      `${median.toFixed(1)} ms`,
      `${((median / 10_000) * 100).toFixed(2)} % of a core`,
      bytes(rawBytes),
      bytes(sentBytes),
    ]),
  );
}

function costTable(): string {
  const cost = unitCosts();
  return table(
    ['name', 'what', 'measured'],
    [
      ['`p`', 'data points of a push', count(cost('push.points'))],
      ['`s`', 'series that a store makes of them', count(cost('push.series'))],
      ['`b`', 'bytes of a push, gzipped', bytes(cost('push.bytes'))],
      ['`f`', 'bytes of it among those of eight that an agent hands on', bytes(cost('push.bytesFromAgent'))],
      ['`a`', 'CPU of the agent for a push', `${cost('agent.cpuMs').toFixed(2)} ms`],
      ['`r`', 'CPU of an agent at rest', cores(cost('agent.idleCpu'))],
      [
        '',
        `memory of an agent with ${PROCESSES_PER_AGENT} processes, nothing waiting`,
        mebibytes(cost('agent.memoryMiB')),
      ],
      ['`g`', 'CPU of the gateway for a push that came through an agent', `${cost('gateway.cpuMs').toFixed(2)} ms`],
      ['', 'CPU of the gateway for a push straight from a process', `${cost('gateway.directCpuMs').toFixed(2)} ms`],
      ['`w`', 'memory of a gateway at full work, nothing waiting', mebibytes(cost('gateway.memoryMiB'))],
      ['`q`', 'memory of a collector for a data point that waits', bytes(cost('queue.bytesPerPoint'))],
      ['`c`', 'CPU of VictoriaMetrics for a sample', `${cost('store.cpuUs').toFixed(1)} µs`],
      ['', 'the same, of a series that is new', `${cost('store.newSeriesCpuUs').toFixed(0)} µs`],
      ['`m`', 'memory of VictoriaMetrics for an active series', bytes(cost('store.bytesPerSeries'))],
      ['`d`', 'disk for a sample', `${cost('store.diskBytesPerSample').toFixed(2)} B`],
      ['`x`', 'disk of the index for a series', bytes(cost('store.indexBytesPerSeries'))],
      ['', 'memory that pushing adds to a process', mebibytes(cost('process.memoryMiB'))],
    ],
  );
}

function sizingTable(intervalSeconds: number): string {
  const cost = unitCosts();
  const heading = [
    'processes',
    'points/s',
    'samples/s',
    'to agents',
    'from agents',
    'agents × CPU of each',
    'gateways (CPU of all)',
    'memory of each, empty – full',
    'store: CPU',
    'its memory',
    'disk a day',
    'what to add',
  ];
  const rows = PROCESSES.map((processes, index) => {
    const sizing = sizingOf(processes, intervalSeconds, cost);
    return [
      count(processes),
      count(sizing.pointsPerSecond),
      count(sizing.samplesPerSecond),
      `${bytes(sizing.pushedBytesPerSecond)}/s`,
      `${bytes(sizing.forwardedBytesPerSecond)}/s`,
      `${sizing.agents.toLocaleString('en-US')} × ${cores(sizing.agentCpu)}`,
      sizing.gateways === 0 ? 'none' : `${count(sizing.gateways)} (${cores(sizing.gatewayCpu)})`,
      sizing.gateways === 0 ? 'none' : filled(sizing.gatewayMemoryBytes),
      cores(sizing.storeCpu),
      bytes(sizing.storeMemoryBytes),
      bytes(sizing.storeDiskBytesPerDay),
      NEXT[index] ?? '',
    ];
  });
  return table(heading, rows);
}

function limitTable(): string {
  const cost = unitCosts();
  const row = (what: string, most: (intervalSeconds: number) => number, next: string): string[] => [
    what,
    ...INTERVALS_SECONDS.map((seconds) => count(most(seconds))),
    next,
  ];
  const storeGiB = 32;
  return table(
    ['part', ...INTERVALS_SECONDS.map((seconds) => `processes at ${seconds} s`), 'what to add then'],
    [
      row(
        'one core of an agent',
        (s) => (1 - cost('agent.idleCpu')) / (cost('agent.cpuMs') / 1000 / s),
        'never the first',
      ),
      row(
        'one core of a gateway',
        (s) => s / (cost('gateway.cpuMs') / 1000),
        'a gateway beside it, and agents spread over them',
      ),
      row(
        'one core of VictoriaMetrics',
        (s) => s / ((cost('push.series') * cost('store.cpuUs')) / 1e6),
        'cores; a longer interval',
      ),
      row(
        `${storeGiB} GiB for VictoriaMetrics, two thirds of it used`,
        () => (storeGiB * 2 ** 30 * 2) / 3 / (cost('push.series') * cost('store.bytesPerSeries')),
        'memory; fewer series in each process; a cluster',
      ),
    ],
  );
}

function outageTable(): string {
  const cost = unitCosts();
  const row = (file: string, processes: number): string[] => {
    const points = queuePoints(file);
    const minutes = INTERVALS_SECONDS.map((s) => points / sizingOf(processes, s, cost).pointsPerSecond / 60);
    return [
      `\`${file}\``,
      count(processes),
      count(points),
      filled(collectorMemoryBytes(file, cost)),
      ...minutes.map((value) => `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} min`),
    ];
  };
  return table(
    [
      'one collector with',
      'processes before it',
      'points in its queue',
      'its memory, empty – full',
      ...INTERVALS_SECONDS.map((seconds) => `full after, at ${seconds} s`),
    ],
    [row('collector.yaml', PROCESSES_PER_AGENT), ...BEFORE_ONE_GATEWAY.map((n) => row('gateway.yaml', n))],
  );
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n\n<!-- prettier-ignore -->\n${lines.join('\n')}\n\n`;
}

/** Two digits are all that such figures have. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

function count(value: number): string {
  return (Number.isInteger(value) && value < 1000 ? value : rounded(value)).toLocaleString('en-US');
}

function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.max(0, Math.min(units.length - 1, Math.floor(Math.log10(value) / 3)));
  return `${rounded(value / 1000 ** power)} ${units[power] ?? ''}`;
}

function mebibytes(value: number): string {
  return bytes(value * 2 ** 20);
}

/** With nothing that waits, and with a full queue. */
function filled({ empty, full }: Readonly<Record<'empty' | 'full', number>>): string {
  return `${bytes(empty)} – ${bytes(full)}`;
}

/** Of a core. */
function cores(value: number): string {
  return value < 1 ? `${rounded(value * 100)} %` : `${rounded(value)} cores`;
}

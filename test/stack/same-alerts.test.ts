import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertFigures, TelemetryConfig } from '../../src/index.ts';
import { AlertingService } from '../support/alerting-service.ts';
import type { Behaviour } from '../support/alerting-service.ts';
import { freePort } from '../support/free-port.ts';
import { closeLater, closeLeftovers } from '../support/leftovers.ts';
import { Provisioned } from '../support/provisioned.ts';
import { StackServer } from '../support/stack-server.ts';
import { waitFor } from '../support/wait-for.ts';

// One set of thresholds: the service evaluates it itself, and a real Prometheus that scrapes it does, by the generated rules.

afterAll(closeLeftovers);

const START_MS = 60_000;
const STEP_MS = 60_000;
const POLL_MS = 200;

/** What a run does to the service, and which alerts then fire; each step from what the one before has left. */
const STEPS: readonly (readonly [title: string, behaviour: Behaviour, firing: readonly string[]])[] = [
  ['all is well', {}, []],
  ['the handlers become slow', { delayMs: 200 }, ['high_latency handler']],
  ['and slower', { delayMs: 1000 }, ['critical_latency handler', 'high_latency handler']],
  [
    'the application is slow too',
    { latencyMs: 200 },
    ['critical_latency handler', 'high_latency app', 'high_latency handler'],
  ],
  ['the handlers recover', { delayMs: 0 }, ['high_latency app']],
  ['the application recovers', { latencyMs: 1 }, []],
  ['some messages end in errors', { errorRatio: 0.2 }, ['high_error_rate']],
  ['a burst of errors', { errorRatio: 0.9 }, ['critical_error_rate', 'high_error_rate']],
  ['the errors end', { errorRatio: 0 }, []],
  ['memory ramps up', { ballastMb: 250 }, ['high_memory']],
  ['and further', { ballastMb: 600 }, ['critical_memory', 'high_memory']],
  ['memory is free again', { ballastMb: 0 }, []],
];

/** What fires: `high_latency app`. */
type Firing = readonly string[];

const textOf = (name: string, labels: Readonly<Record<string, string>>): string =>
  [name, labels['source']].filter(Boolean).join(' ');

const firingIn = (alerts: readonly AlertFigures[]): Firing =>
  alerts
    .filter(({ state }) => state === 'firing')
    .map(({ name, labels }) => textOf(name, labels))
    .sort();

/** Watches what fires by itself, and keeps the order in which it began and ended. */
class Watch {
  readonly changes: string[] = [];
  firing: Firing = [];
  readonly #read: () => Promise<Firing>;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(read: () => Promise<Firing>) {
    this.#read = read;
    this.#done = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      const firing = await this.#read();
      for (const alert of firing) if (!this.firing.includes(alert)) this.changes.push(`+ ${alert}`);
      for (const alert of this.firing) if (!firing.includes(alert)) this.changes.push(`- ${alert}`);
      this.firing = firing;
      await sleep(POLL_MS);
    }
  }
}

function configOf(port: number, memoryPercent: (megabytes: number) => number): TelemetryConfig {
  return {
    service_name: 'chat',
    sampling_interval_ms: 100,
    retention: { window_ms: 5000 },
    prometheus: { port, scrape_interval_ms: 1000 },
    alerts: {
      thresholds: {
        high_latency_ms: 100,
        critical_latency_ms: 400,
        // of messages in and out: an echo is two
        error_rate_warning: 0.05,
        error_rate_critical: 0.25,
        memory_warning_percent: memoryPercent(200),
        memory_critical_percent: memoryPercent(500),
        // a busy machine blocks event loops
        event_loop_delay_warning_ms: null,
      },
      for_ms: 2000,
      keep_firing_for_ms: 2000,
      channels: { log: { enabled: false } },
    },
  };
}

/** How much of the memory a service takes that holds so much more than one at rest. */
async function memoryScale(): Promise<(megabytes: number) => number> {
  const probe = await AlertingService.start({ prometheus: { port: 0 }, sampling_interval_ms: 50 });
  const { metrics } = await probe.report();
  await probe.stop();
  const { memoryBytes, memoryPercent } = metrics.resources;
  const percentOf = (bytes: number): number => (bytes / (memoryBytes ?? NaN)) * (memoryPercent ?? NaN);
  return (megabytes) => percentOf((memoryBytes ?? NaN) + megabytes * 2 ** 20);
}

test(
  'Prometheus and the service fire the same alerts for the same traffic, in the same order',
  async () => {
    const config = configOf(await freePort(), await memoryScale());
    const service = await AlertingService.start(config);
    closeLater(() => service.stop());
    const provisioned = new Provisioned(config);
    closeLater(() => provisioned.remove());
    const prometheus = await StackServer.start(
      'prometheus',
      (port, folder) => [
        `--config.file=${join(provisioned.folder, 'prometheus/prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      '/-/ready',
    );
    closeLater(() => prometheus.stop());
    const inProcess = new Watch(async () => firingIn((await service.report()).metrics.alerts));
    const outside = new Watch(async () => {
      const { data } = JSON.parse(await prometheus.getText('/api/v1/alerts')) as {
        data: { alerts: { state: string; labels: Record<string, string> }[] };
      };
      return data.alerts
        .filter(({ state, labels }) => state === 'firing' && !labels['alertname']?.startsWith('fleet_'))
        .map(({ labels }) => textOf(labels['alertname'] ?? '', labels))
        .sort();
    });
    closeLater(() => Promise.all([inProcess.stop(), outside.stop()]));
    await waitFor(
      'the first scrape',
      async () => (await prometheus.getText('/api/v1/query?query=process_uptime_seconds')).includes('"chat"'),
      START_MS,
    );

    for (const [title, behaviour, firing] of STEPS) {
      await service.set(behaviour);
      for (const [who, watch] of [['the service', inProcess] as const, ['Prometheus', outside] as const]) {
        await waitFor(
          `${who} to fire ${firing.join(', ') || 'nothing'} when ${title}`,
          () => watch.firing.join() === firing.join(),
          STEP_MS,
        ).catch((error: unknown) => {
          throw new Error(
            `${String(error)}; it fires ${watch.firing.join(', ') || 'nothing'}: ${watch.changes.join(' ')}`,
          );
        });
      }
    }
    // alerts of one step may begin or end within one poll of each other: their order says nothing
    const inSteps = (changes: readonly string[]): string[] => [...changes].sort();
    expect(inSteps(outside.changes)).toEqual(inSteps(inProcess.changes));
    expect(inProcess.changes.filter((change) => change === '+ high_latency handler')).toHaveLength(1);
  },
  START_MS + STEPS.length * STEP_MS,
);

import { resolve } from 'node:path';
import { CATALOG } from '../../src/catalog/index.ts';
import { prometheusName } from '../../src/catalog/prometheus-name.ts';
import type { TelemetryConfig } from '../../src/index.ts';
import { Child } from './child-process.ts';
import type { ScrapedSample } from './scrape.ts';

/** A metric that a {@link FullDashboard} has besides the catalogue's. */
export interface CustomMetric {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly value: number;
}

const PROGRAM = resolve(__dirname, '..', 'fixtures', 'stack', 'full-dashboard.cjs');

/** Custom metrics as they should be: dotted names, base units. */
export const TIDY_METRICS: readonly CustomMetric[] = [
  { kind: 'counter', name: 'shop.orders', unit: '{order}', attributes: { 'shop.name': 'north' }, value: 3 },
  { kind: 'counter', name: 'shop.traffic', unit: 'By', attributes: {}, value: 1000 },
  { kind: 'gauge', name: 'shop.load', unit: '1', attributes: { 'shop.name': 'north' }, value: 0.5 },
  { kind: 'gauge', name: 'shop.stock', unit: '', attributes: {}, value: 12 },
  { kind: 'histogram', name: 'shop.wait', unit: 's', attributes: { 'shop.name': 'north' }, value: 2 },
];

/** Names and units that are not as they should be. Names are as the SDK takes them: a letter, then letters, digits, `_.-/`. */
export const ODD_METRICS: readonly CustomMetric[] = [
  ['odd.plain', ''],
  ['odd.dots...and__underscores', '{x}'],
  ['odd-dashes/and.slashes', '1'],
  ['odd.trailing.', 'ms'],
  ['odd.trailing_', '%'],
  ['odd.unit.seconds', 's'],
  ['odd.seconds.inside', 's'],
  ['odd.unit.bytes', 'By'],
  ['odd.total', 'By'],
  ['odd.total.inside', ''],
  ['odd.ratio', '1'],
  ['odd.rate', 'By/s'],
  ['odd.requests', '{request}/s'],
  ['odd.speed', 'm/s'],
  ['odd.kibi', 'KiBy'],
  ['odd.kilo', 'kBy'],
  ['odd.Camel.CASE', 'Cel'],
  ['odd.unknown.unit', 'parsec'],
  ['odd.1.digit', 'us'],
  ['x', 'd'],
].flatMap(([name = '', unit = ''], index) =>
  (['counter', 'gauge', 'histogram'] as const).map((kind) => ({
    kind,
    name: `${name.slice(0, 1)}${kind.slice(0, 1)}.${name.slice(1)}`,
    unit,
    attributes: { 'a.b': 'dotted', '9x': 'digit', _x: 'underscore', 'a-c': 'dash "quoted"\\\n', Ünï: 'letters' },
    value: index + 0.5,
  })),
);

/** A program with a dashboard in which every metric of the catalogue has a series and most no longer change. */
export class FullDashboard {
  readonly metricsUrl: string;
  readonly #child: Child;

  private constructor(metricsUrl: string, child: Child) {
    this.metricsUrl = metricsUrl;
    this.#child = child;
  }

  /** @param otlp how it also pushes its metrics: it has when it is ready */
  static async start(custom: readonly CustomMetric[] = [], otlp?: TelemetryConfig['otlp']): Promise<FullDashboard> {
    const child = new Child(process.execPath, [PROGRAM], {
      env: { CUSTOM_METRICS: JSON.stringify(custom), ...(otlp !== undefined && { OTLP: JSON.stringify(otlp) }) },
    });
    try {
      return new FullDashboard(await child.waitForOutput(/ready on (\S+)/, 30_000), child);
    } catch (error) {
      await child.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}

/** Metrics that go on changing in a program that does nothing. */
const MOVING = /^(telemetry_worker_age|process_|nodejs_|v8js_|system_|telemetry_collect_duration_)/;

/** Samples of metrics that nothing changes any more; without `target_info`, which only a scrape has. */
export function resting(samples: readonly ScrapedSample[]): ScrapedSample[] {
  return samples.filter(({ name }) => !MOVING.test(name) && name !== 'target_info');
}

/** Names of the catalogue's metrics, as they are scraped: of a histogram, its count. */
export function catalogNames(): string[] {
  return CATALOG.map(({ name, unit, kind }) => {
    const translated = prometheusName(name, unit, kind)?.name ?? '';
    return kind === 'histogram' ? `${translated}_count` : translated;
  });
}

import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';
import type {
  Histogram,
  HistogramMetricData,
  MetricData,
  MetricDescriptor,
  ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { OnceLogger } from '../base/logger.ts';
import type { MetricKind } from '../catalog/metric.ts';
import { bucketLabelText, labelText } from './label-text.ts';
import { prometheusName } from '../catalog/prometheus-name.ts';
import type { PrometheusName } from '../catalog/prometheus-name.ts';

/** The two text formats that Prometheus reads. */
export type ExpositionFormat = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

export interface ExpositionOptions {
  readonly format: ExpositionFormat;
  /** Added to every sample that has no label of that name. */
  readonly constantLabels?: Readonly<Record<string, string>>;
  readonly logger: OnceLogger;
}

/** Series after which a chunk is handed out, so that whoever writes it can let others run. */
const SERIES_PER_CHUNK = 100;

interface FamilyText {
  readonly name: PrometheusName;
  readonly type: 'counter' | 'gauge' | 'histogram';
  help: string;
  readonly metrics: MetricData[];
}

/**
 * Writes collected metrics as text that Prometheus reads, chunk by chunk.
 *
 * Metrics of one name, from whatever scope, become one family; one of another type is left out. Two data points that
 * would be the same series are written once. Samples carry no `otel_scope_*` labels.
 */
export function* expose(collected: ResourceMetrics, options: ExpositionOptions): Generator<string> {
  const writer = new Writer(options);
  const { attributes } = collected.resource;
  writer.targetInfo(attributes);
  for (const family of families(collected, options.logger)) yield* writer.family(family);
  yield writer.end();
}

class Writer {
  readonly #open: boolean;
  readonly #logger: OnceLogger;
  readonly #constants: readonly (readonly [name: string, text: string])[];
  #text = '';
  #series = 0;

  constructor({ format, constantLabels = {}, logger }: ExpositionOptions) {
    this.#logger = logger;
    this.#open = format === 'openmetrics';
    this.#constants = Object.entries(constantLabels).map(([key, value]) => [`${key}="`, labelText({ [key]: value })]);
  }

  targetInfo(attributes: Readonly<Record<string, unknown>>): void {
    const [family, type] = this.#open ? ['target', 'info'] : ['target_info', 'gauge'];
    this.#text += `# HELP ${family} Target metadata\n# TYPE ${family} ${type}\ntarget_info{${labelText(attributes)}} 1\n`;
  }

  *family({ name, type, help, metrics }: FamilyText): Generator<string> {
    const title = this.#open ? name.family : name.name;
    this.#text += `# HELP ${title} ${this.#escapeHelp(help)}\n# TYPE ${title} ${type}\n`;
    if (this.#open && name.unit !== '') this.#text += `# UNIT ${title} ${name.unit}\n`;
    const written = new Set<string>();
    let repeated = false;
    for (const metric of metrics) {
      const ends = metric.dataPointType === DataPointType.HISTOGRAM ? this.#bucketEnds(metric) : [];
      for (const point of metric.dataPoints) {
        const histogram = metric.dataPointType === DataPointType.HISTOGRAM;
        const labels = this.#withConstants(histogram ? bucketLabelText(point.attributes) : labelText(point.attributes));
        if (written.has(labels)) {
          repeated = true;
          continue;
        }
        written.add(labels);
        if (histogram) this.#histogram(name.name, labels, point.value as Histogram, ends);
        else this.#text += `${name.name}${labels === '' ? '' : `{${labels}}`} ${number(point.value as number)}\n`;
        if (++this.#series % SERIES_PER_CHUNK === 0) yield this.#take();
      }
    }
    if (repeated) {
      this.#logger.warnOnce(
        `exposition ${name.name} repeated`,
        `${name.name} has series whose labels are the same in Prometheus; only the first of them is in /metrics`,
      );
    }
  }

  end(): string {
    if (this.#open) this.#text += '# EOF\n';
    return this.#take();
  }

  #histogram(name: string, labels: string, { buckets, count, sum }: Histogram, ends: readonly string[]): void {
    const start = `${name}_bucket{${labels === '' ? '' : `${labels},`}le="`;
    let text = '';
    let cumulative = 0;
    for (let index = 0; index < ends.length; index++) {
      cumulative += buckets.counts[index] ?? 0;
      text += `${start}${ends[index] as string}${cumulative}\n`;
    }
    const braces = labels === '' ? ' ' : `{${labels}} `;
    text += `${start}+Inf"} ${count}\n`;
    if (sum !== undefined) text += `${name}_sum${braces}${number(sum)}\n`;
    this.#text += `${text}${name}_count${braces}${count}\n`;
  }

  /** What stands behind `le="` for each finite bound. All data points of a metric have the same bounds. */
  #bucketEnds({ dataPoints }: HistogramMetricData): string[] {
    const bounds = dataPoints[0]?.value.buckets.boundaries ?? [];
    return bounds
      .filter((bound) => bound !== Infinity)
      .map((bound) => `${this.#open && /^-?\d+$/.test(String(bound)) ? `${bound}.0` : bound}"} `);
  }

  #withConstants(labels: string): string {
    let text = labels;
    for (const [start, constant] of this.#constants) {
      if (text.startsWith(start) || text.includes(`,${start}`)) continue;
      text = text === '' ? constant : `${text},${constant}`;
    }
    return text;
  }

  #escapeHelp(help: string): string {
    const escaped = help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
    return this.#open ? escaped.replace(/"/g, '\\"') : escaped;
  }

  #take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}

function families(collected: ResourceMetrics, logger: OnceLogger): Iterable<FamilyText> {
  const byName = new Map<string, FamilyText>();
  for (const { metrics } of collected.scopeMetrics) {
    for (const metric of metrics) {
      const { name: otelName, description } = metric.descriptor;
      const kind = kindOf(metric);
      if (kind === null) {
        logger.warnOnce(
          `exposition ${otelName}`,
          `${otelName} is not in /metrics: only cumulative sums, gauges and explicit-bucket histograms can be written as Prometheus text`,
        );
        continue;
      }
      const name = nameOf(metric.descriptor, kind);
      if (name === null) {
        logger.warnOnce(
          `exposition ${otelName}`,
          `${JSON.stringify(otelName)} is not in /metrics: no valid Prometheus name is left of it`,
        );
        continue;
      }
      const type = kind === 'up_down_counter' ? 'gauge' : kind;
      const known = byName.get(name.name);
      if (!known) {
        byName.set(name.name, { name, type, help: description, metrics: [metric] });
      } else if (known.type === type) {
        known.metrics.push(metric);
        known.help ||= description;
      } else {
        logger.warnOnce(
          `exposition ${otelName} ${type}`,
          `${otelName} (${type}) is not in /metrics: ${name.name} already is a ${known.type}`,
        );
      }
    }
  }
  return byName.values();
}

// The SDK and our cells keep a metric's descriptor from one collection to the next.
const names = new WeakMap<MetricDescriptor, PrometheusName | null>();

function nameOf(descriptor: MetricDescriptor, kind: MetricKind): PrometheusName | null {
  let name = names.get(descriptor);
  if (name === undefined) names.set(descriptor, (name = prometheusName(descriptor.name, descriptor.unit, kind)));
  return name;
}

function kindOf(metric: MetricData): MetricKind | null {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
      if (metric.aggregationTemporality !== AggregationTemporality.CUMULATIVE) return null;
      return metric.isMonotonic ? 'counter' : 'up_down_counter';
    case DataPointType.GAUGE:
      return 'gauge';
    case DataPointType.HISTOGRAM:
      return 'histogram';
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return null;
  }
}

function number(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

// The synchronous instruments of the OpenTelemetry SDK, with one reader.
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BOUNDS, MASK, SECONDS, TYPES } from '../values.mjs';

const readers = [new PrometheusExporter({ preventServerStart: true })];
const meter = new MeterProvider({ readers }).getMeter('bench');
const histogram = meter.createHistogram('bench.duration', { unit: 's', advice: { explicitBucketBoundaries: BOUNDS } });

export const cases = {
  histogram: (calls) => {
    for (let i = 0; i < calls; i++) histogram.record(SECONDS[i & MASK], { region: 'eu', kind: TYPES[i & 3] });
  },
};

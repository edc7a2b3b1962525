import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const readers = [new PrometheusExporter({ preventServerStart: true })];
const meter = new MeterProvider({ readers }).getMeter('bench');
const messages = meter.createCounter('ws.messages');
const bytes = meter.createCounter('ws.bytes');
const explicitBucketBoundaries = Array.from({ length: 10 }, (_, n) => 64 * 4 ** n);
const sizes = meter.createHistogram('ws.size', { advice: { explicitBucketBoundaries } });

export function record(direction, type, length) {
  const attributes = { 'network.io.direction': direction, 'websocket.message.type': type };
  messages.add(1, attributes);
  bytes.add(length, attributes);
  sizes.record(length, { 'network.io.direction': direction });
}

import { join } from 'node:path';
import { ROOT } from './composition.ts';
import { freePort } from './free-port.ts';
import { StackServer } from './stack-server.ts';

/** A collector that runs a file of `otel-collector/` as it is. */
export interface ShippedCollector {
  /** Takes OTLP over HTTP at `/v1/metrics`. */
  readonly server: StackServer;
  /** The sum of a metric of its own over all series, 0 without one. */
  readonly metric: (name: string) => Promise<number>;
}

/**
 * @param file under `otel-collector/`
 * @param endpoint what it hands on to, without `/v1/metrics`
 * @param env variables of the file, besides
 */
export async function startShipped(
  file: string,
  endpoint: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ShippedCollector> {
  const [grpcPort, metricsPort] = [await freePort(), await freePort()];
  const server = await StackServer.start(
    'otelcol',
    () => ['--config', join(ROOT, 'otel-collector', file)],
    '',
    (port) => ({
      OTLP_HTTP_PORT: String(port),
      OTLP_GRPC_PORT: String(grpcPort),
      COLLECTOR_METRICS_PORT: String(metricsPort),
      OTLP_ENDPOINT: endpoint,
      ...env,
    }),
  );
  const metric = async (name: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${metricsPort}/metrics`, { headers: { connection: 'close' } });
    const lines = (await response.text()).split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  };
  return { server, metric };
}

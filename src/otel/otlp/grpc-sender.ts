import { checkServerIdentity } from 'node:tls';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ChannelCredentials, Metadata } from '@grpc/grpc-js';
import type * as Grpc from '@grpc/grpc-js';
import type { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { loadExporterPackage, loadGrpc } from './exporter-package.ts';
import type { Loaded } from './exporter-package.ts';
import { exportOnce, withoutSecrets } from './sender.ts';
import type { PushFailure, Sender, SenderOptions } from './sender.ts';

type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPMetricExporter>[0]>;

/** Codes after which OTLP says to try again: cancelled, deadline, exhausted, aborted, range, unavailable, data loss. */
const PASSING = new Set([1, 4, 8, 10, 11, 14, 15]);

/**
 * OTLP over gRPC, by the stock exporter. A call that nobody answers holds the process until its deadline: grpc-js offers no
 * other way.
 */
export class GrpcSender implements Sender {
  readonly #options: SenderOptions;
  readonly #loaded: Loaded<'grpc'>;
  readonly #grpc: typeof Grpc;
  #exporter: PushMetricExporter;

  /** @throws TelemetryConfigError where the exporter package is missing */
  constructor(source: string, options: SenderOptions) {
    this.#options = options;
    this.#loaded = loadExporterPackage(source, 'grpc');
    this.#grpc = loadGrpc(this.#loaded);
    this.#exporter = this.#exporterWithin(options.timeoutMs);
  }

  async send(metrics: ResourceMetrics): Promise<PushFailure | undefined> {
    const error = (await exportOnce(this.#exporter, metrics)) as Partial<Grpc.ServiceError> | undefined;
    if (!error) return undefined;
    const { code = 2, details, message = '' } = error;
    return {
      kind: `gRPC ${code}`,
      reason: withoutSecrets(`gRPC status ${code}: ${details || message}`, this.#options),
      advice: adviceAbout(code),
      isPassing: PASSING.has(code),
    };
  }

  limit(timeoutMs: number): void {
    this.close();
    this.#exporter = this.#exporterWithin(timeoutMs);
  }

  close(): void {
    // waits for calls under way, which end with their deadline
    this.#exporter.shutdown().catch(() => undefined);
  }

  #exporterWithin(timeoutMs: number): PushMetricExporter {
    const { url, compression } = this.#options;
    // all that the exporter would otherwise take from OTEL_EXPORTER_OTLP_*: those are in the configuration already
    return new this.#loaded.exports.OTLPMetricExporter({
      url: url.origin,
      metadata: metadataOf(this.#grpc, this.#options),
      credentials: credentialsOf(this.#grpc, this.#options),
      compression: compression as unknown as NonNullable<ExporterOptions['compression']>,
      timeoutMillis: timeoutMs,
    });
  }
}

function adviceAbout(code: number): string {
  if (code === 7 || code === 16) return 'check otlp.headers';
  return code === 12 ? 'check otlp.endpoint and otlp.protocol' : '';
}

function metadataOf({ Metadata }: typeof Grpc, { url, headers }: SenderOptions): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) {
    metadata.set(name, name.toLowerCase().endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  const { username, password } = url;
  if (username !== '' && metadata.get('authorization').length === 0) {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    metadata.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  }
  return metadata;
}

function credentialsOf({ credentials }: typeof Grpc, { url, tls }: SenderOptions): ChannelCredentials {
  if (url.protocol === 'http:') return credentials.createInsecure();
  const { ca, key, cert, servername, rejectUnauthorized } = tls;
  const bytes = (pem: string | undefined): Buffer | null => (pem === undefined ? null : Buffer.from(pem));
  return credentials.createSsl(bytes(ca), bytes(key), bytes(cert), {
    rejectUnauthorized,
    ...(servername !== undefined && {
      checkServerIdentity: (_: string, certificate) => checkServerIdentity(servername, certificate),
    }),
  });
}

import { checkServerIdentity } from 'node:tls';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ChannelCredentials, Metadata } from '@grpc/grpc-js';
import type * as Grpc from '@grpc/grpc-js';
import type { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { decodedText } from '../../base/decoded-text.ts';
import { loadExporterPackage, loadGrpc } from './exporter-package.ts';
import type { Loaded } from './exporter-package.ts';
import { withoutSecrets } from './secrets.ts';
import { exportOnce, withoutVariables } from './sender.ts';
import type { PushFailure, Sender, SenderOptions } from './sender.ts';

type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPMetricExporter>[0]>;

/** Codes after which OTLP says to try again: cancelled, deadline, exhausted, aborted, range, unavailable, data loss. */
const PASSING = new Set([1, 4, 8, 10, 11, 14, 15]);

/** A `ServiceError` of grpc-js. */
type Refusal = Error & { readonly code?: number; readonly details?: string };

const DEADLINE = 4;

/** What grpc-js says where a connection broke while a call was under way, and it did not call again by itself. */
const LOST = /^(?:Connection dropped|Received RST_STREAM|Stream closed|(?:read|write) E[A-Z]+)/;

/** … and where it was taken, and then no HTTP/2. */
const STRANGE = /Last error: (?:Protocol error|Failed to connect)/;

/** What OpenSSL and Node.js say of a connection that came to nothing. */
const TLS = /^No connection established.*(?:SSL|TLS|certificate|issuer|altnames)/is;

/**
 * OTLP over gRPC, by the stock exporter. A call that nobody answers holds the process until its deadline: grpc-js offers no
 * other way.
 */
export class GrpcSender implements Sender {
  readonly #options: SenderOptions;
  readonly #loaded: Loaded<'grpc'>;
  readonly #grpc: typeof Grpc;
  #timeoutMs: number;
  #exporter: PushMetricExporter;

  /** @throws TelemetryConfigError where the exporter package is missing */
  constructor(source: string, options: SenderOptions) {
    this.#options = options;
    this.#loaded = loadExporterPackage(source, 'grpc');
    this.#grpc = loadGrpc(this.#loaded);
    this.#timeoutMs = options.timeoutMs;
    this.#exporter = this.#exporterWithin(options.timeoutMs);
  }

  async send(metrics: ResourceMetrics): Promise<PushFailure | undefined> {
    const error = (await exportOnce(this.#exporter, metrics)) as Refusal | undefined;
    if (!error) return undefined;
    const { code = 2, details = '', message } = error;
    // grpc-js ends some with a heading that nothing follows
    const said = (details || message).replace(/[.\s]*Resolution note:\s*$/, '');
    const isTls = code === 14 && TLS.test(said);
    return {
      kind: `gRPC ${code}`,
      reason: withoutSecrets(`gRPC status ${code}: ${said}`, this.#options),
      advice: isTls ? 'check otlp.tls and the scheme of otlp.endpoint' : adviceAbout(code, said),
      isPassing: PASSING.has(code) && !isTls,
      mayHaveArrived: code === DEADLINE || LOST.test(said),
    };
  }

  limit(timeoutMs: number): void {
    if (timeoutMs === this.#timeoutMs) return;
    this.#timeoutMs = timeoutMs;
    this.close();
    this.#exporter = this.#exporterWithin(timeoutMs);
  }

  close(): void {
    // waits for calls under way, which end with their deadline
    this.#exporter.shutdown().catch(() => undefined);
  }

  #exporterWithin(timeoutMs: number): PushMetricExporter {
    const { url, compression } = this.#options;
    const given: ExporterOptions = {
      url: targetOf(url),
      metadata: metadataOf(this.#grpc, this.#options),
      credentials: credentialsOf(this.#grpc, this.#options),
      compression: compression as unknown as NonNullable<ExporterOptions['compression']>,
      timeoutMillis: timeoutMs,
    };
    return withoutVariables(() => new this.#loaded.exports.OTLPMetricExporter(given));
  }
}

/** For the exporter, which leaves out the default port of a scheme, and for grpc-js, which then takes 443 for both. */
function targetOf({ protocol, hostname, port }: URL): string {
  const written = port || (protocol === 'http:' ? '80' : '443');
  return `${written === '80' ? 'https' : 'http'}://${hostname}:${written}`;
}

function adviceAbout(code: number, said: string): string {
  if (code === 14 && STRANGE.test(said)) {
    return 'check otlp.protocol and the scheme of otlp.endpoint: it may be a port for HTTP or TLS';
  }
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
    const pair = `${decodedText(username)}:${decodedText(password)}`;
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

import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { TlsMaterial } from '../../base/tls-material.ts';

/** Why a push came to nothing. */
export interface PushFailure {
  /** Failures of one kind are told once in an outage: `ECONNREFUSED`, `HTTP 503`, `gRPC 14`. */
  readonly kind: string;
  /** For people, on one line, without secrets. */
  readonly reason: string;
  /** Which key to look at; empty where the receiver is just away. */
  readonly advice: string;
  /** Whether the same may go through a moment later. */
  readonly isPassing: boolean;
  /** How long the receiver wants to be left alone, where it says so, in ms. */
  readonly retryAfterMs?: number;
}

/** What a sender needs to know. */
export interface SenderOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  readonly tls: TlsMaterial;
  /** For each request, in ms. */
  readonly timeoutMs: number;
  /** Hears of pushes that were taken in part or with a remark. */
  readonly onRemark: (remark: string) => void;
}

/** Sends metrics once, by the exporter of one protocol. */
export interface Sender {
  /** Never rejects. */
  send(metrics: ResourceMetrics): Promise<PushFailure | undefined>;
  /** No request that begins from now on takes longer, in ms. */
  limit(timeoutMs: number): void;
  /** Closes connections that are at rest. */
  close(): void;
}

/** Exports once and gives the error there was. */
export function exportOnce(exporter: PushMetricExporter, metrics: ResourceMetrics): Promise<Error | undefined> {
  return new Promise((resolve) => {
    exporter.export(metrics, ({ code, error }) => {
      resolve((code as number) === 0 ? undefined : (error ?? new Error('the exporter gives no reason')));
    });
  });
}

/** A receiver may send back what it was sent. */
export function withoutSecrets(text: string, { headers, url }: Pick<SenderOptions, 'headers' | 'url'>): string {
  const secrets = [
    ...Object.values(headers),
    ...Object.values(headers).flatMap((value) => value.split(' ')),
    url.password,
  ];
  return secrets
    .filter((secret) => secret.length > 3)
    .sort((one, other) => other.length - one.length)
    .reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}

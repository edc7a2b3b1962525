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
  /** Whether the receiver may have taken it all the same: it then must not be sent again where it would be added twice. */
  readonly mayHaveArrived: boolean;
  /** How long the receiver wants to be left alone, where it says so, in ms. */
  readonly retryAfterMs?: number;
}

/** What a sender needs to know. */
export interface SenderOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  readonly tls: TlsMaterial;
  /** For each request, in ms, until another limit is set. */
  readonly timeoutMs: number;
  /** Hears of pushes that were taken in part or with a remark. */
  readonly onRemark: (remark: string) => void;
}

/** Sends metrics once, by the exporter of one protocol. */
export interface Sender {
  /** Never rejects. */
  send(metrics: ResourceMetrics): Promise<PushFailure | undefined>;
  /** Each request that begins from now on may take so long, in ms. */
  limit(timeoutMs: number): void;
  /** Closes connections that are at rest. */
  close(): void;
}

/**
 * Makes an exporter of what it is given alone. What the exporter would add from `OTEL_EXPORTER_OTLP_*` by itself is in the
 * configuration already, where it belongs there.
 */
export function withoutVariables<Made>(make: () => Made): Made {
  const hidden = Object.entries(process.env).filter(([name]) => name.startsWith('OTEL_EXPORTER_OTLP_'));
  for (const [name] of hidden) Reflect.deleteProperty(process.env, name);
  try {
    return make();
  } finally {
    Object.assign(process.env, Object.fromEntries(hidden));
  }
}

/** Exports once and gives the error there was. */
export function exportOnce(exporter: PushMetricExporter, metrics: ResourceMetrics): Promise<Error | undefined> {
  return new Promise((resolve) => {
    exporter.export(metrics, ({ code, error }) => {
      resolve((code as number) === 0 ? undefined : (error ?? new Error('the exporter gives no reason')));
    });
  });
}

import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { Clock } from '../../base/clock.ts';
import { TelemetryConfigError } from '../../base/errors.ts';
import type { OnceLogger } from '../../base/logger.ts';
import { oneLine } from '../../base/one-line.ts';
import { Outage } from '../../base/outage.ts';
import type { ResolvedConfig } from '../../config/schema.ts';
import { readTls } from '../../config/tls-files.ts';
import { addressText } from '../../http/request.ts';
import { GrpcSender } from './grpc-sender.ts';
import { HttpSender } from './http-sender.ts';
import { PushExporter } from './push-exporter.ts';
import type { Sender, SenderOptions } from './sender.ts';

type OtlpSection = ResolvedConfig['otlp'];

interface FlushOptions {
  readonly timeoutMillis?: number;
}

/** What a push works with. */
export interface PushContext {
  /** Of the configuration, for errors. */
  readonly source: string;
  /** Gets one line when the collector goes, and one when it is back. */
  readonly logger: OnceLogger;
  readonly clock: Clock;
  /** Asked at each push: false where somebody else pushes these figures. */
  readonly mayPush: () => boolean;
}

/**
 * Makes the reader that pushes to an OpenTelemetry collector, by the section `otlp`.
 *
 * @throws TelemetryConfigError where the exporter package is missing, a file of `otlp.tls` cannot be read, or the exporter
 *   refuses what the section says
 */
export function otlpReaderOf(otlp: OtlpSection, { source, logger, clock, mayPush }: PushContext): IMetricReader {
  const { endpoint, protocol, interval_ms, timeout_ms, headers, compression, temporality } = otlp;
  const url = new URL(endpoint);
  const address = protocol === 'grpc' ? url.origin : addressText(url);
  const what = `push to ${address}`;
  // the next push must not meet the one before, and a process that a call holds must find a moment to end
  const timeoutMs = Math.min(timeout_ms, 0.9 * interval_ms);
  const options: SenderOptions = {
    url,
    headers,
    compression,
    tls: readTls(source, 'otlp.tls', otlp.tls),
    timeoutMs,
    onRemark: (remark) => {
      logger.warnOnce('otlp.partial', `${what}: ${oneLine(remark)}`);
    },
  };
  const sender = senderOf(source, protocol, options);
  const exporter = new PushExporter({
    sender,
    temporality,
    timeoutMs,
    outage: new Outage(logger, what),
    prospect:
      temporality === 'cumulative'
        ? `pushed again every ${interval_ms / 1000} s, the next push tells all`
        : `pushed again every ${interval_ms / 1000} s, what happened since the last push is lost`,
    clock,
    mayPush,
  });
  return new OtlpReader(exporter, interval_ms, timeout_ms);
}

/** What exporters and TLS refuse names the value, which may be a secret: of that only the code is told. */
function senderOf(source: string, protocol: OtlpSection['protocol'], options: SenderOptions): Sender {
  try {
    return protocol === 'grpc' ? new GrpcSender(source, options) : new HttpSender(source, protocol, options);
  } catch (error) {
    if (error instanceof TelemetryConfigError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const value = `refused by the exporter${code === undefined ? '' : ` (${code})`}`;
    throw new TelemetryConfigError(source, [
      { path: 'otlp', value, expected: 'headers and certificates that it takes' },
    ]);
  }
}

/** The SDK's reader, which holds the process while it flushes, and only then. */
class OtlpReader extends PeriodicExportingMetricReader {
  readonly #pushes: PushExporter;
  readonly #timeoutMs: number;

  constructor(exporter: PushExporter, intervalMs: number, timeoutMs: number) {
    super({ exporter, exportIntervalMillis: intervalMs, exportTimeoutMillis: Math.min(timeoutMs, intervalMs) });
    this.#pushes = exporter;
    this.#timeoutMs = timeoutMs;
  }

  override async shutdown(options?: FlushOptions): Promise<void> {
    this.#pushes.limit(this.#flushMs(options));
    await holding(super.shutdown(options));
  }

  override async forceFlush(options?: FlushOptions): Promise<void> {
    const restore = this.#pushes.allow(this.#flushMs(options));
    await holding(super.forceFlush(options)).finally(restore);
  }

  /** A push that is not there in time is told in the log, before whoever waits gives up. */
  #flushMs({ timeoutMillis = Infinity }: FlushOptions = {}): number {
    return Math.min(this.#timeoutMs, 0.95 * timeoutMillis);
  }
}

/** Nothing else does: the sockets and timers of a push do not. */
async function holding(work: Promise<void>): Promise<void> {
  const hold = setInterval(() => undefined, 0x7fffffff);
  try {
    await work;
  } finally {
    clearInterval(hold);
  }
}

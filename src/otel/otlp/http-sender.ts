import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { createGuestAgent } from '../../http/guest-agent.ts';
import type { Exchange } from '../../http/guest-agent.ts';
import { partialSuccessOf, refusalOf } from './answer.ts';
import { loadExporterPackage } from './exporter-package.ts';
import { exportOnce, withoutSecrets } from './sender.ts';
import type { PushFailure, Sender, SenderOptions } from './sender.ts';

type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPMetricExporter>[0]>;

/** Answers of a receiver that may take the same push a moment later, as OTLP lists them. */
const PASSING = new Set([429, 502, 503, 504]);

/** OTLP over HTTP, by the stock exporter on an agent of ours. */
export class HttpSender implements Sender {
  readonly #options: SenderOptions;
  readonly #exporter: PushMetricExporter;
  readonly #agent: ReturnType<typeof createGuestAgent>;
  /** Of the latest request that has ended. */
  #exchange: Exchange | undefined;

  /** @throws TelemetryConfigError where the exporter package is missing */
  constructor(source: string, protocol: 'http/protobuf' | 'http/json', options: SenderOptions) {
    const { url, headers, compression, tls, timeoutMs } = options;
    const { OTLPMetricExporter } = loadExporterPackage(source, protocol).exports;
    const onExchange = (exchange: Exchange): void => void (this.#exchange = exchange);
    this.#options = options;
    this.#agent = createGuestAgent(url.protocol, { tls, timeoutMs, onExchange });
    // all that the exporter would otherwise take from OTEL_EXPORTER_OTLP_*: those are in the configuration already
    this.#exporter = new OTLPMetricExporter({
      url: url.href,
      headers: { ...headers },
      compression: compression as unknown as NonNullable<ExporterOptions['compression']>,
      timeoutMillis: timeoutMs,
      httpAgentOptions: () => this.#agent,
    });
  }

  async send(metrics: ResourceMetrics): Promise<PushFailure | undefined> {
    this.#exchange = undefined;
    const error = await exportOnce(this.#exporter, metrics);
    const exchange = this.#exchange as Exchange | undefined;
    if (!error) {
      this.#remarkOn(exchange);
      return undefined;
    }
    return exchange?.status ? this.#refused(exchange, error) : noAnswer(exchange?.code ?? 'EFAILED', error);
  }

  limit(): void {
    // requests hold nothing, so one that is given up may end when it likes
  }

  close(): void {
    this.#agent.destroy();
  }

  #remarkOn(exchange: Exchange | undefined): void {
    const said = exchange && partialSuccessOf(exchange);
    if (!said) return;
    const { rejectedPoints, message } = said;
    const rejected = rejectedPoints > 0 ? `refused ${rejectedPoints} data points of a push` : 'has a remark';
    this.#options.onRemark(`the receiver ${rejected}: ${withoutSecrets(message, this.#options) || 'no reason given'}`);
  }

  #refused(exchange: Exchange, error: Error): PushFailure {
    const { status } = exchange;
    const said = withoutSecrets(refusalOf(exchange) || error.message, this.#options);
    const afterMs = Number(exchange.headers['retry-after']) * 1000;
    return {
      kind: `HTTP ${status}`,
      reason: `HTTP ${status}${said === '' ? '' : `: ${said}`}`,
      advice: adviceAbout(status),
      isPassing: PASSING.has(status),
      ...(afterMs > 0 && { retryAfterMs: afterMs }),
    };
  }
}

function adviceAbout(status: number): string {
  if (status === 401 || status === 403) return 'check otlp.headers';
  if (status === 404 || status === 405) return 'check the path of otlp.endpoint';
  if (status === 400 || status === 415) return 'check otlp.protocol';
  return status >= 300 && status < 400 ? 'check otlp.endpoint: redirects are not followed' : '';
}

function noAnswer(code: string, { message }: Error): PushFailure {
  const isPassing = /^E[A-Z_]+$/.test(code) && !/^(?:ERR_|EPROTO$)/.test(code);
  const reason = message || code;
  const isTls = /CERT|TLS|SSL|EPROTO|SIGNATURE|ISSUER/.test(code);
  if (isTls) return { kind: code, reason, advice: 'check otlp.tls and the scheme of otlp.endpoint', isPassing: false };
  const advice = code.startsWith('HPE_') ? 'check otlp.protocol: it may be a port for gRPC' : '';
  return { kind: code, reason, advice, isPassing };
}

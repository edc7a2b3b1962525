import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { createGuestAgent } from '../../http/guest-agent.ts';
import type { Exchange } from '../../http/guest-agent.ts';
import { partialSuccessOf, refusalOf } from './answer.ts';
import { loadExporterPackage } from './exporter-package.ts';
import { retryAfterMsOf } from './retry-after.ts';
import { withoutSecrets } from './secrets.ts';
import { exportOnce, withoutVariables } from './sender.ts';
import type { PushFailure, Sender, SenderOptions } from './sender.ts';

type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPMetricExporter>[0]>;

/** Answers of a receiver that may take the same push a moment later, as OTLP lists them. */
const PASSING = new Set([429, 502, 503, 504]);

/** Longer than any request; shorter than what the agent has every answer ask for before the next try. */
const LONGEST_MS = 3_600_000;

/** OTLP over HTTP, by the stock exporter on an agent of ours. */
export class HttpSender implements Sender {
  readonly #options: SenderOptions;
  readonly #exporter: PushMetricExporter;
  readonly #agent: ReturnType<typeof createGuestAgent>;
  /** For each request, in ms. */
  #timeoutMs: number;
  /** Of the latest request that has ended. */
  #exchange: Exchange | undefined;

  /** @throws TelemetryConfigError where the exporter package is missing */
  constructor(source: string, protocol: 'http/protobuf' | 'http/json', options: SenderOptions) {
    const { url, headers, compression, tls } = options;
    const { OTLPMetricExporter } = loadExporterPackage(source, protocol).exports;
    const onExchange = (exchange: Exchange): void => void (this.#exchange = exchange);
    this.#options = options;
    this.#timeoutMs = options.timeoutMs;
    this.#agent = createGuestAgent(url.protocol, { tls, timeoutMs: () => this.#timeoutMs, onExchange });
    const given: ExporterOptions = {
      url: url.href,
      headers: { ...headers },
      compression: compression as unknown as NonNullable<ExporterOptions['compression']>,
      timeoutMillis: LONGEST_MS,
      httpAgentOptions: () => this.#agent,
    };
    this.#exporter = withoutVariables(() => new OTLPMetricExporter(given));
  }

  async send(metrics: ResourceMetrics): Promise<PushFailure | undefined> {
    this.#exchange = undefined;
    const error = await exportOnce(this.#exporter, metrics);
    const exchange = this.#exchange as Exchange | undefined;
    if (!error) {
      this.#remarkOn(exchange);
      return undefined;
    }
    if (exchange?.status) return this.#refused(exchange, error);
    const { code = 'EFAILED', isSent = true } = exchange ?? {};
    return noAnswer(code, isSent, withoutSecrets(error.message, this.#options));
  }

  limit(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
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
    const isPassing = PASSING.has(status);
    const afterMs = isPassing ? retryAfterMsOf(exchange.headers['retry-after'], Date.now()) : undefined;
    return {
      kind: `HTTP ${status}`,
      reason: `HTTP ${status}${said === '' ? '' : `: ${said}`}`,
      advice: adviceAbout(status),
      isPassing,
      mayHaveArrived: false,
      ...(afterMs !== undefined && { retryAfterMs: afterMs }),
    };
  }
}

function adviceAbout(status: number): string {
  if (status === 401 || status === 403) return 'check otlp.headers';
  if (status === 404 || status === 405) return 'check the path of otlp.endpoint';
  if (status === 400 || status === 415) return 'check otlp.protocol';
  return status >= 300 && status < 400 ? 'check otlp.endpoint: redirects are not followed' : '';
}

function noAnswer(code: string, mayHaveArrived: boolean, message: string): PushFailure {
  const isTls = /CERT|TLS|SSL|EPROTO|SIGNATURE|ISSUER/.test(code);
  const isPassing = !isTls && /^E[A-Z_]+$/.test(code) && !code.startsWith('ERR_');
  const seemsGrpc = code.startsWith('HPE_') ? 'check otlp.protocol: it may be a port for gRPC' : '';
  const advice = isTls ? 'check otlp.tls and the scheme of otlp.endpoint' : seemsGrpc;
  return { kind: code, reason: message || code, advice, isPassing, mayHaveArrived };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import type { Resource } from '@opentelemetry/resources';
import type { IMetricReader, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { selfMetrics } from '../catalog/self.ts';
import { qualityOf } from '../http/accept.ts';
import { writeBody } from '../http/body.ts';
import { end } from '../http/server.ts';
import type { RequestHandler } from '../http/server.ts';
import type { Recorder } from '../recording/recorder.ts';
import { CONTENT_TYPES, expose } from './exposition.ts';
import type { ExpositionFormat } from './exposition.ts';
import { WorkerMetrics } from './worker-metrics.ts';
import type { WorkerRecorder } from './worker-metrics.ts';

/** A user's observable callback may take this long before the scrape fails. */
const COLLECT_TIMEOUT_MS = 5000;

/** Answers scrapes: the stock Prometheus exporter collects, {@link expose} writes. */
export class Scraper {
  /** The reader to hand to the provider. Its own server is never started. */
  readonly reader: IMetricReader;
  readonly #recorder: Recorder;
  readonly #constantLabels: Readonly<Record<string, string>>;

  constructor(recorder: Recorder, constantLabels: Readonly<Record<string, string>> = {}) {
    this.#recorder = recorder;
    this.#constantLabels = constantLabels;
    this.reader = new PrometheusExporter({ preventServerStart: true });
  }

  /**
   * All metrics of one instant. Rejects when anything could not be collected: half a scrape looks like a service at rest.
   *
   * @throws Error naming what went wrong
   */
  async collect(): Promise<ResourceMetrics> {
    const { resourceMetrics, errors } = await this.reader.collect({ timeoutMillis: COLLECT_TIMEOUT_MS });
    if (errors.length > 0) throw new Error(errors.map((error) => messageOf(error)).join('; '), { cause: errors[0] });
    return resourceMetrics;
  }

  /** Never rejects: on a server of the user's nobody might be there to catch it. */
  readonly handler: RequestHandler = (request, response) => this.#answer(request, response, () => this.collect());

  /**
   * Answers with the series of each worker alone, told apart by `worker`.
   *
   * @param workers gives them, up to date
   */
  workersHandler(resource: Resource, workers: () => Promise<readonly WorkerRecorder[]>): RequestHandler {
    const metrics = new WorkerMetrics();
    return (request, response) =>
      this.#answer(request, response, async () => ({ resource, scopeMetrics: metrics.collect(await workers()) }));
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    collect: () => Promise<ResourceMetrics>,
  ): Promise<void> {
    const { clock, logger } = this.#recorder;
    const startMs = clock.monotonicMs();
    try {
      const collected = await collect();
      const format = formatFor(request.headers.accept);
      response.setHeader('content-type', CONTENT_TYPES[format]);
      response.setHeader('vary', 'accept, accept-encoding');
      const text = expose(collected, { format, constantLabels: this.#constantLabels, logger });
      const zipped = qualityOf(request.headers['accept-encoding'], 'gzip') > 0;
      if (!(await writeBody(response, text, zipped))) return;
      const duration = this.#recorder.histogram(selfMetrics.collectDuration).at([]);
      duration.record((clock.monotonicMs() - startMs) / 1000);
    } catch (error) {
      logger.warnOnce('scrape', `a scrape failed: ${messageOf(error)}`);
      if (response.headersSent) response.destroy();
      else end(response, 500, `The metrics could not be collected: ${messageOf(error)}\n`);
    }
  }
}

/** OpenMetrics when the scraper asks for it at least as much as for plain text. */
function formatFor(accept: string | undefined): ExpositionFormat {
  const open = qualityOf(accept, 'application/openmetrics-text');
  return open > 0 && open >= qualityOf(accept, 'text/plain') ? 'openmetrics' : 'text';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import type { Alerting } from './alerts/alerting.ts';
import type { ResolvedConfig } from './config/schema.ts';
import type { GrafanaIntegrator } from './grafana/integrator.ts';
import type { TelemetryServer } from './http/server.ts';
import type { Sampling } from './resources/sampling.ts';

export interface DutiesOptions {
  readonly config: ResolvedConfig;
  readonly alerting: Alerting;
  readonly grafana: GrafanaIntegrator;
  readonly sampling: Sampling;
  readonly http: TelemetryServer | undefined;
  /** Whether a worker that was alone may have the port still. */
  readonly hasWorkers: () => boolean;
}

/** How often, and how many times, the port is tried while a worker that was alone may have it, or might have said so. */
const PORT_RETRY_MS = 50;
const PORT_RETRIES = 20;
const PORT_RETRIES_UNTOLD = 4;

/**
 * What is done once for a service, not by each of its workers: the endpoint, alerts, Grafana, the push, figures of the host. A process
 * without workers does it, and their primary; a worker only where it has no primary that does.
 */
export class Duties {
  readonly #options: DutiesOptions;
  #config: ResolvedConfig;
  #state: 'waiting' | 'taken' | 'left' = 'waiting';
  #hasEnded = false;

  constructor(options: DutiesOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  /** Whether this process has them. */
  get areTaken(): boolean {
    return this.#state === 'taken';
  }

  /**
   * Takes them up; not once they were left.
   *
   * @throws TelemetryError (as a rejection) `TD_PORT_UNAVAILABLE`
   */
  async take(): Promise<void> {
    if (this.#state !== 'waiting') return;
    this.#state = 'taken';
    this.#options.grafana.begin();
    await this.#listen();
  }

  /** Leaves them to the primary, for good. What fires here is over; it may fire in the primary. */
  leave(): void {
    const { grafana, http, sampling, alerting } = this.#options;
    const wereTaken = this.areTaken;
    this.#state = 'left';
    grafana.rest();
    sampling.leaveHost();
    this.#configureAlerts();
    if (!wereTaken) return;
    alerting.evaluate();
    void http?.close();
  }

  /** The dashboard is shut down: they are not taken up any more. */
  end(): void {
    this.#hasEnded = true;
    if (!this.areTaken) this.#state = 'left';
  }

  /** After each sample. */
  evaluateAlerts(): void {
    if (this.areTaken) this.#options.alerting.evaluate();
  }

  /**
   * Brings what can change in a running dashboard up to `config`.
   *
   * @throws TelemetryConfigError where it cannot; nothing has changed then
   */
  configure(config: ResolvedConfig): void {
    const setUpGrafana = this.#options.grafana.prepare(config);
    this.#configureAlerts(config);
    setUpGrafana();
    this.#options.sampling.configure(config.sampling_interval_ms);
    this.#config = config;
  }

  async #listen(): Promise<void> {
    const { http, hasWorkers } = this.#options;
    const { host, port } = this.#config.prometheus;
    for (let tries = 1; ; tries++) {
      try {
        await http?.listen(host, port);
        return;
      } catch (error) {
        if (tries > (hasWorkers() ? PORT_RETRIES : PORT_RETRIES_UNTOLD)) throw error;
        // it holds a process that has nothing else to do, for 200 ms: else that would not hear that the port is in use
        await new Promise((resolve) => setTimeout(resolve, PORT_RETRY_MS));
      }
      if (this.#hasEnded || !this.areTaken) return;
    }
  }

  #configureAlerts({ alerts }: ResolvedConfig = this.#config): void {
    this.#options.alerting.configure({ ...alerts, enabled: alerts.enabled && this.#state !== 'left' });
  }
}

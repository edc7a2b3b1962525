import type { Recorder } from '../recording/recorder.ts';
import { HostSampler } from './host-sampler.ts';
import { ProcessSampler } from './process-sampler.ts';

/** The host's figures change slowly and cost more to read. */
const HOST_INTERVAL_MS = 1000;

/** Samples process and host in a rhythm, and moves the windows on, without keeping the process alive. */
export class Sampling {
  readonly #process: ProcessSampler;
  readonly #host: HostSampler;
  readonly #onSample: () => void;
  readonly #advancing: NodeJS.Timeout;
  #hasHost = true;
  #timers: NodeJS.Timeout[] = [];
  #intervalMs: number | undefined;

  /** @param onSample called after each sample of the process; must not throw */
  constructor(recorder: Recorder, onSample: () => void) {
    this.#process = new ProcessSampler(recorder);
    this.#host = new HostSampler(recorder);
    this.#onSample = onSample;
    // nobody may read for long: what was recorded meanwhile must not all be in the youngest slot
    this.#advancing = setInterval(() => recorder.advance(), recorder.slotMs).unref();
  }

  /** Starts, or goes on in another rhythm. */
  configure(intervalMs: number): void {
    if (intervalMs === this.#intervalMs) return;
    this.#intervalMs = intervalMs;
    this.#stop();
    this.#timers = [
      setInterval(() => {
        this.#process.sample();
        this.#onSample();
      }, intervalMs),
      setInterval(
        () => {
          if (this.#hasHost) this.#host.sample();
        },
        Math.max(intervalMs, HOST_INTERVAL_MS),
      ),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** Leaves the host to somebody else. */
  leaveHost(): void {
    this.#hasHost = false;
  }

  close(): void {
    this.#stop();
    clearInterval(this.#advancing);
    this.#process.close();
  }

  #stop(): void {
    this.#timers.forEach(clearInterval);
  }
}

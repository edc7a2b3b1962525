import type { Recorder } from '../recording/recorder.ts';
import { ReportTarget } from './report-target.ts';
import type { Report } from './report.ts';

/** What one worker has told: within the whole, and alone. */
export class WorkerFigures {
  /** Its figures alone. */
  readonly recorder: Recorder;
  readonly #whole: ReportTarget;
  readonly #alone: ReportTarget;
  #toldMs: number;

  /** @param whole to which its figures are added */
  constructor(whole: Recorder, alone: Recorder) {
    this.recorder = alone;
    this.#whole = new ReportTarget(whole);
    this.#alone = new ReportTarget(alone);
    this.#toldMs = alone.clock.monotonicMs();
  }

  /** Time since it last told. */
  get ageSeconds(): number {
    return (this.recorder.clock.monotonicMs() - this.#toldMs) / 1000;
  }

  /** @param report null: nothing is new, but it lives */
  add(report: Report | null): void {
    this.#toldMs = this.recorder.clock.monotonicMs();
    if (!report) return;
    this.#whole.add(report);
    this.#alone.add(report);
  }

  /** It has ended: what it has counted stays in the whole. */
  end(): void {
    this.#whole.forgetGauges();
    this.recorder.close();
  }
}

import { createOnceLogger } from '../../src/base/logger.ts';
import type { SeriesLimits } from '../../src/recording/family.ts';
import { createRecording as createPlainRecording } from '../../src/recording/recording.ts';
import type { Recording } from '../../src/recording/recording.ts';
import { SnapshotReader } from '../../src/recording/snapshot.ts';
import { FakeClock } from './fake-clock.ts';
import { LogLines } from './log-lines.ts';

/** A recorder on a clock that is moved by hand, and what is built on it. */
export interface TestRecording extends Recording {
  readonly clock: FakeClock;
  readonly log: LogLines;
  readonly snapshot: SnapshotReader;
}

export function createRecording(limits: SeriesLimits = { attributeValues: 100, series: 1900 }): TestRecording {
  const clock = new FakeClock();
  const log = new LogLines();
  const recording = createPlainRecording({ clock, logger: createOnceLogger(log), limits, windowMs: 60_000 });
  return { clock, log, ...recording, snapshot: new SnapshotReader(recording, () => []) };
}

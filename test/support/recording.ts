import { createOnceLogger } from '../../src/base/logger.ts';
import type { SeriesLimits } from '../../src/recording/family.ts';
import { RealtimeRecorder } from '../../src/recording/realtime-recorder.ts';
import { Recorder } from '../../src/recording/recorder.ts';
import { SnapshotReader } from '../../src/recording/snapshot.ts';
import { WebSocketRecorder } from '../../src/recording/websocket-recorder.ts';
import { FakeClock } from './fake-clock.ts';
import { LogLines } from './log-lines.ts';

/** A recorder on a clock that is moved by hand, and what is built on it. */
export interface TestRecording {
  readonly clock: FakeClock;
  readonly log: LogLines;
  readonly recorder: Recorder;
  readonly server: WebSocketRecorder;
  readonly client: WebSocketRecorder;
  readonly realtime: RealtimeRecorder;
  readonly snapshot: SnapshotReader;
}

export function createRecording(limits: SeriesLimits = { attributeValues: 100, series: 1900 }): TestRecording {
  const clock = new FakeClock();
  const log = new LogLines();
  const recorder = new Recorder({ clock, logger: createOnceLogger(log), limits, windowMs: 60_000 });
  const server = new WebSocketRecorder(recorder, 'server');
  const client = new WebSocketRecorder(recorder, 'client');
  const realtime = new RealtimeRecorder(recorder, server);
  return { clock, log, recorder, server, client, realtime, snapshot: new SnapshotReader(recorder, realtime, server) };
}

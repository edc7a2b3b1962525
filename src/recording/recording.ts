import type { BucketSpec } from '../catalog/metric.ts';
import { RealtimeRecorder } from './realtime-recorder.ts';
import { Recorder } from './recorder.ts';
import type { RecorderOptions } from './recorder.ts';
import { WebSocketRecorder } from './websocket-recorder.ts';

/** A recorder and the three that write into it. */
export interface Recording {
  readonly recorder: Recorder;
  readonly server: WebSocketRecorder;
  readonly client: WebSocketRecorder;
  readonly realtime: RealtimeRecorder;
}

/** @param durations buckets of the latency histograms */
export function createRecording(options: RecorderOptions, durations?: BucketSpec): Recording {
  const recorder = new Recorder(options);
  const server = new WebSocketRecorder(recorder, 'server', durations);
  const client = new WebSocketRecorder(recorder, 'client', durations);
  const realtime = new RealtimeRecorder(recorder, server, durations);
  return { recorder, server, client, realtime };
}

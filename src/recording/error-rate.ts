import { realtimeMetrics } from '../catalog/realtime.ts';
import { webSocketMetrics } from '../catalog/websocket.ts';
import type { Recorder } from './recorder.ts';

const server = webSocketMetrics('server');

/** What counts as an error: recorded by the application, or observed on a server socket. */
const ERRORS = [realtimeMetrics().errors, server.errors];

/** How many of the messages within the window went wrong. */
export interface WindowErrorRate {
  /** Errors ÷ messages: null with neither, 1 with errors and no message. */
  readonly ratio: number | null;
  /** Messages, or errors where these are more. */
  readonly observations: number;
}

/** The error rate of the window that ends now. */
export function windowErrorRate(recorder: Recorder): WindowErrorRate {
  const errors = ERRORS.reduce((sum, spec) => sum + recorder.counterWindow(recorder.counter(spec)).increase, 0);
  const messages = recorder.counterWindow(recorder.counter(server.messages)).increase;
  const ratio = messages > 0 ? errors / messages : errors > 0 ? 1 : null;
  return { ratio, observations: Math.max(messages, errors) };
}

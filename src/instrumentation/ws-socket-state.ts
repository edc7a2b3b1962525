import type { WebSocketRecorder } from '../recording/websocket-recorder.ts';

/** Pings that may wait for their pong at once; older ones are given up. */
const MAX_PINGS = 16;

/** What is known of one open socket. Holds no reference to the socket. */
export class SocketState {
  readonly recorder: WebSocketRecorder;
  readonly openedMs: number;
  /** When the last data message went in or out; at first, when the socket was opened. */
  activeMs: number;
  /** When the handlers of the last message that came in began. */
  handlingMs = 0;
  /** Which end asked to close first, once one has. */
  closedBy: 'local' | 'remote' | undefined = undefined;
  /** `error.type` of the last error. */
  errorType: string | undefined = undefined;
  /** Bytes of a message that is being sent in fragments, and whether its first one was binary. */
  fragmentBytes = 0;
  fragmentType: 'text' | 'binary' | undefined = undefined;
  readonly #pings: { readonly payload: string; readonly sentMs: number }[] = [];

  constructor(recorder: WebSocketRecorder, nowMs: number) {
    this.recorder = recorder;
    this.openedMs = this.activeMs = nowMs;
  }

  pingSent(payload: string, nowMs: number): void {
    if (this.#pings.length === MAX_PINGS) this.#pings.shift();
    this.#pings.push({ payload, sentMs: nowMs });
  }

  /** @returns the round trip in ms, or undefined for a pong that answers none of our pings */
  pongReceived(payload: string, nowMs: number): number | undefined {
    const index = this.#pings.findIndex((ping) => ping.payload === payload);
    const ping = this.#pings[index];
    if (!ping) return undefined;
    // a pong may answer only the latest ping (RFC 6455 §5.5.3): earlier ones will get none
    this.#pings.splice(0, index + 1);
    return nowMs - ping.sentMs;
  }
}

import type { WebSocketRole } from '../../catalog/websocket.ts';
import type { Traffic } from '../../recording/traffic.ts';
import type { WebSocketRecorder } from '../../recording/websocket-recorder.ts';
import { Pings } from './pings.ts';
import { roleOf } from './types.ts';
import type { RawSocket, WsSocket } from './types.ts';

/** What is known of one socket, as long as it is open. */
export class SocketState {
  readonly socket: WsSocket;
  readonly role: WebSocketRole;
  readonly recorder: WebSocketRecorder;
  readonly route: string | undefined;
  readonly traffic: Traffic;
  readonly openedMs: number;
  readonly pings = new Pings();
  /** When the last data message went in or out; at first, when the socket was opened. */
  activeMs: number;
  /** Which end asked to close first, once one has. */
  closedBy: 'local' | 'remote' | undefined = undefined;
  /** `error.type` of the last error. */
  errorType: string | undefined = undefined;
  /** Bytes of a message that is being sent in fragments, and whether its first one was binary. */
  fragmentBytes = 0;
  fragmentType: 'text' | 'binary' | undefined = undefined;
  /** Frames of `send()` that are being compressed, or wait for one that is. */
  framesDue = 0;
  readonly #raw: RawSocket;
  #readBytes: number;
  #writtenBytes: number;

  /**
   * @param raw the network socket
   * @param headBytes bytes of the first frames that were read with the handshake
   */
  constructor(
    socket: WsSocket,
    recorder: WebSocketRecorder,
    route: string | undefined,
    nowMs: number,
    raw: RawSocket,
    headBytes: number,
  ) {
    this.socket = socket;
    this.role = roleOf(socket);
    this.recorder = recorder;
    this.route = route;
    this.traffic = recorder.trafficOf(route);
    this.openedMs = this.activeMs = nowMs;
    this.#raw = raw;
    this.#readBytes = (raw.bytesRead ?? 0) - headBytes;
    this.#writtenBytes = raw.bytesWritten ?? 0;
  }

  /** What the network socket was destroyed with. */
  get networkError(): Error | null {
    return this.#raw.errored;
  }

  /** Records the bytes that went over the network since the last call. */
  recordNetworkIo(): void {
    const { bytesRead = 0, bytesWritten = 0, writableLength } = this.#raw;
    // what still waits in this process is not on the network yet
    const written = bytesWritten - writableLength;
    if (bytesRead > this.#readBytes) {
      this.recorder.networkIo('receive', bytesRead - this.#readBytes);
      this.#readBytes = bytesRead;
    }
    if (written > this.#writtenBytes) {
      this.recorder.networkIo('transmit', written - this.#writtenBytes);
      this.#writtenBytes = written;
    }
  }
}

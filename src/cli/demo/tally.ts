/** Data messages, and the bytes of their payload. */
export interface Amount {
  readonly messages: number;
  readonly bytes: number;
}

/** What the clients have counted, as seen from them. */
export interface ClientCounts {
  readonly sent: Amount;
  readonly received: Amount;
}

/** Counts data messages. */
export class Tally {
  messages = 0;
  bytes = 0;

  add(bytes: number): void {
    this.messages++;
    this.bytes += bytes;
  }
}

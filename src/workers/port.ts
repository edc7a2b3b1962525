import type { Message } from './report.ts';

/** One end of the way between a worker and its primary. No method throws. */
export interface Port {
  /**
   * @param sent called once it has left, or cannot any more; never where the application keeps that to itself
   * @returns false where much waits to leave already
   */
  send(message: Message, sent?: () => void): boolean;
}

/** The worker's end. */
export interface WorkerPort extends Port {
  /** Says all of this to a primary that may not have opened its end yet, but will hear what came before. `sent` as in `send`. */
  sendUnheard(messages: readonly Message[], sent?: () => void): void;
  close(): void;
}

/** Who listens at the worker's end. */
export interface WorkerListener {
  message(message: Message): void;
  /** This end will be closed at once; what is sent now is still delivered. */
  ending(): void;
}

/** Who listens at the primary's end. */
export interface PrimaryListener {
  message(message: Message): void;
  /** The worker is gone: all that it has sent was delivered before. */
  ended(): void;
}

/** Takes up the way to a worker, as soon as there is one. */
export type Accept = (port: Port, kind: 'process' | 'thread') => PrimaryListener;

/** Whether it is one of ours: other things may come the same way. */
export function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}

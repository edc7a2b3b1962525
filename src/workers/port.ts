import type { Message } from './report.ts';

/** One end of the way between a worker and its primary. No method throws. */
export interface Port {
  /** @param sent called once it has left, or cannot any more */
  send(message: Message, sent?: () => void): void;
  close(): void;
}

/** Who listens at one end. */
export interface PortListener {
  message(message: Message): void;
  /** The way will be closed at once, by either end; what is sent now is still delivered. Not told of where it cannot be known. */
  ending(): void;
  /** The other end is gone: all that it has sent was delivered before. */
  ended(): void;
}

/** Takes up the way to a worker, as soon as there is one. */
export type Accept = (port: Port, kind: 'process' | 'thread') => PortListener;

/** Whether it is one of ours: other things may come the same way. */
export function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}

import { wrapMethod } from '../wrap.ts';
import type { Original, Wrapper } from '../wrap.ts';
import { errorTypeOf } from '../labels.ts';
import type { RawSocket } from './types.ts';

/** @param status HTTP status that was written; undefined where the socket was closed without one, then `errorType` says why */
type OnAnswer = (status: string | undefined, errorType: string | undefined) => void;

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})/;
const STATUS_LINE_LENGTH = 'HTTP/1.1 101'.length;

/**
 * Sees how a request for an upgrade is answered: whoever does it, ws or the application, writes a status line to the network
 * socket or lets go of it. Methods of this one socket are shadowed until then, since there is nothing else that would tell.
 */
export class ResponseTap {
  readonly #undo: (() => void)[];
  readonly #onAnswer: OnAnswer;
  /** The first characters that were written. */
  #start = '';
  #errorType: string | undefined = undefined;
  /** Which end let go first. */
  #endedBy: 'client' | 'server' | undefined = undefined;
  #removed = false;

  /** @param onAnswer called once; the socket's methods are its own again by then */
  constructor(socket: RawSocket, onAnswer: OnAnswer) {
    this.#onAnswer = onAnswer;
    const written = (chunk: unknown): void => {
      if (!this.#removed) this.#written(chunk);
    };
    const ended = (chunk: unknown): void => {
      written(chunk);
      this.#endedBy ??= 'server';
    };
    const emitted = (event: unknown, error: unknown): void => {
      if (!this.#removed) this.#emitted(event, error);
    };
    // `arguments`, since their number is part of what a stream does
    /* eslint-disable prefer-rest-params */
    const writing =
      (observe: (chunk: unknown) => void) =>
      (original: Original): Wrapper => ({
        method: function (this: unknown, chunk: unknown) {
          observe(chunk);
          return original.method.apply(this, arguments as never);
        },
      });
    const emitting = (original: Original): Wrapper => ({
      method: function (this: unknown, event: unknown, error: unknown) {
        emitted(event, error);
        return original.method.apply(this, arguments as never);
      },
    });
    /* eslint-enable prefer-rest-params */
    this.#undo = [wrapMethod(socket, 'write', writing(written)), wrapMethod(socket, 'end', writing(ended))];
    this.#undo.push(wrapMethod(socket, 'emit', emitting));
  }

  /** Puts the socket's methods back. */
  remove(): void {
    this.#removed = true;
    // the last first: V8 keeps an object fast only where what was added last is deleted
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  #written(chunk: unknown): void {
    if (this.#start.length >= STATUS_LINE_LENGTH) return;
    this.#start += startOf(chunk);
    const status = STATUS_LINE.exec(this.#start)?.[1];
    if (status === undefined) return;
    this.remove();
    this.#onAnswer(status, undefined);
  }

  #emitted(event: unknown, error: unknown): void {
    if (event === 'error') this.#errorType = errorTypeOf(error);
    else if (event === 'end') this.#endedBy ??= 'client';
    else if (event === 'close') {
      this.remove();
      this.#onAnswer(undefined, this.#errorType ?? (this.#endedBy === 'client' ? 'client_closed' : 'destroyed'));
    }
  }
}

function startOf(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk.slice(0, STATUS_LINE_LENGTH);
  return Buffer.isBuffer(chunk) ? chunk.toString('latin1', 0, STATUS_LINE_LENGTH) : '';
}

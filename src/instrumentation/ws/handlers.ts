import { EventEmitter } from 'node:events';
import { types } from 'node:util';

/** What `emit` of Node.js was when this module was loaded. */
const NODE_EMIT: unknown = Object.getOwnPropertyDescriptor(EventEmitter.prototype, 'emit')?.value;
const rawListeners = Object.getOwnPropertyDescriptor(EventEmitter.prototype, 'rawListeners')?.value as (
  this: unknown,
  event: string,
) => Listener[];

/** Set on emitters that are made with `captureRejections`. */
const CAPTURE = Object.getOwnPropertySymbols(EventEmitter.prototype).find(
  ({ description }) => description === 'kCapture',
);

type Listener = (this: unknown, ...args: unknown[]) => unknown;

/** A promise that a listener has returned. */
export interface Returned {
  readonly promise: Promise<unknown>;
  /** It was made by a call of an async function: nobody else has it, and so nobody else will handle its rejection. */
  readonly isUnshared: boolean;
}

/**
 * Whether {@link callListeners} does what `emit` would: it is the one of Node.js, and neither a domain nor `captureRejections`
 * has a part in it.
 */
export function isPlainEmit(emit: unknown, emitter: object): boolean {
  const { domain } = emitter as { domain?: unknown };
  if (emit !== NODE_EMIT || (domain !== undefined && domain !== null)) return false;
  return CAPTURE !== undefined && !(emitter as Record<symbol, unknown>)[CAPTURE];
}

const NO_PROMISES: readonly Returned[] = [];

/**
 * Calls the listeners of an event as `emit` of Node.js does, for what it does not hand on: the promises that they return.
 *
 * @param args of `emit`, the event first
 * @returns the promises; undefined where there was no listener
 */
export function callListeners(emitter: object, args: IArguments): readonly Returned[] | undefined {
  const listeners = rawListeners.call(emitter, args[0] as string);
  if (listeners.length === 0) return undefined;
  const handed = args.length === 3 ? [args[1], args[2]] : Array.prototype.slice.call(args, 1);
  let promises: Returned[] | undefined;
  for (const listener of listeners) {
    const returned = Reflect.apply(listener, emitter, handed);
    if (returned !== undefined && types.isPromise(returned)) {
      (promises ??= []).push({ promise: returned, isUnshared: types.isAsyncFunction(listener) });
    }
  }
  return promises ?? NO_PROMISES;
}

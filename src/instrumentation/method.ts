import { types } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { describe } from '../recording/amount.ts';
import { wrapMethod } from './wrap.ts';
import type { Original, Wrapper } from './wrap.ts';

/** How a method that sends or handles messages is measured. */
export interface InstrumentOptions {
  readonly direction: 'incoming' | 'outgoing';
  /** Bytes of the message: a number, or a function of the call's arguments. Without it messages count with 0 bytes. */
  readonly sizeBytes?: number | ((...args: never[]) => number);
  /** Type of the message: a fixed one, or a function of the call's arguments. Default `unknown`. */
  readonly type?: string | ((...args: never[]) => string);
  /** Component under which errors are counted. Default: the method's name. */
  readonly component?: string;
}

/** Where the figures go. None of the methods throws. */
export interface MethodRecorder {
  recordLatency(milliseconds: unknown): void;
  recordMessage(direction: unknown, sizeBytes: unknown, type: unknown): void;
  recordError(component: unknown, severity: unknown): void;
}

/**
 * Wraps a method so that each call records a message, its latency and, where it throws or its promise is rejected, an error.
 * `this`, result and throw stay as they were; of a promise, the object is another, without properties added to it, and its outcome
 * the same.
 *
 * @returns how to put the method back; where it was wrapped again since, it only stops to record
 * @throws TypeError where `object[method]` is no function, or the direction is none
 */
export function instrumentMethod(
  object: object,
  method: PropertyKey,
  options: InstrumentOptions,
  recorder: MethodRecorder,
  clock: Clock,
): () => void {
  if (typeof (object as Record<PropertyKey, unknown>)[method] !== 'function')
    throw new TypeError(`instrument: ${String(method)} is not a method of the object`);
  if (!['incoming', 'outgoing'].includes(options.direction)) {
    throw new TypeError(`instrument: direction is incoming or outgoing, not ${describe(options.direction)}`);
  }
  const component = options.component ?? String(method);
  let recording = true;

  const wrap = (original: Original): Wrapper => ({
    method: function (this: unknown, ...args: unknown[]): unknown {
      if (!recording) return Reflect.apply(original.method, this, args);
      const startedMs = clock.monotonicMs();
      const done = (failed: boolean): void => {
        recorder.recordLatency(clock.monotonicMs() - startedMs);
        if (failed) recorder.recordError(component, 'error');
      };
      const sizeBytes = evaluate(options.sizeBytes ?? 0, args, NaN);
      recorder.recordMessage(options.direction, sizeBytes, evaluate(options.type, args, undefined));
      let result: unknown;
      let returned = false;
      try {
        result = Reflect.apply(original.method, this, args);
        returned = true;
      } finally {
        if (!returned) done(true);
      }
      if (!types.isPromise(result)) {
        done(false);
        return result;
      }
      // handing on a derived promise leaves an unhandled rejection unhandled
      return result.then(
        (value) => {
          done(false);
          return value;
        },
        (reason: unknown) => {
          done(true);
          throw reason;
        },
      );
    },
  });
  const undo = wrapMethod(object, method, wrap);
  return () => {
    recording = false;
    undo();
  };
}

/** A fixed value, or what a function of the user's makes of the arguments; `otherwise` where it throws. */
function evaluate<Value>(option: Value | ((...args: never[]) => Value), args: unknown[], otherwise: Value): Value {
  if (typeof option !== 'function') return option;
  try {
    return (option as (...args: unknown[]) => Value)(...args);
  } catch {
    return otherwise;
  }
}

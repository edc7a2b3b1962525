import { inspect } from 'node:util';
import type { InspectOptions } from 'node:util';
import { promiseHooks } from 'node:v8';
import { OTHER_ERROR } from '../labels.ts';

/** @param errorType of a rejected promise */
type OnEnd = (errorType: string | undefined) => void;

// every option, for the application may have changed the defaults
const STATE_ONLY: Required<InspectOptions> = {
  depth: 0,
  showHidden: false,
  colors: false,
  customInspect: false,
  showProxy: false,
  maxArrayLength: 0,
  maxStringLength: 0,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
  numericSeparator: false,
};
const WITH_REASON: InspectOptions = { ...STATE_ONLY, depth: 1, maxStringLength: 100, breakLength: 0 };

const STATE = /^[^{]*\{\s+<(pending|rejected)>/;
const CODE = /^\s*\[?code\]?: '([A-Z][A-Z0-9_]{1,63})'/m;
/** As `QuotaError: …`, or `Quota [Error]: …` for a class that has not named its errors. */
const NAME = /<rejected>\s+\[?([A-Z]\w{1,63})(?=:|\]| \[|\s+at )/;
/** All up to the last line of the stack: before it there may be anything, as text of the error's message. */
const STACK = /^[^]*\n {6}at [^\n]*/;

/**
 * Sees promises end without handling them: `then` would make a rejection a handled one, whether somebody else handles it or
 * nobody. V8 tells when a promise may have ended, and what came of it is read as `console.log` would show it.
 */
export class PromiseEnds {
  /** Weak, since some promises never end. */
  readonly #waiting = new WeakMap<Promise<unknown>, OnEnd[]>();
  readonly #forgotten = new FinalizationRegistry<undefined>(() => {
    this.#left();
  });
  #count = 0;
  #unhook: (() => void) | undefined;

  /** Calls `ended` at the end of the promise; at once where it has ended. */
  watch(promise: Promise<unknown>, ended: OnEnd): void {
    const state = stateOf(promise);
    if (state !== 'pending') {
      ended(state && errorTypeOf(promise));
      return;
    }
    const others = this.#waiting.get(promise);
    if (others) {
      others.push(ended);
      return;
    }
    this.#waiting.set(promise, [ended]);
    this.#forgotten.register(promise, undefined, promise);
    this.#count++;
    this.#unhook ??= promiseHooks.onSettled((settled) => {
      // it is told just before; and a promise that was resolved with another one has not ended then
      if (this.#waiting.has(settled))
        queueMicrotask(() => {
          this.#look(settled);
        });
    }) as () => void;
  }

  close(): void {
    this.#unhook?.();
    this.#unhook = undefined;
  }

  #look(promise: Promise<unknown>): void {
    const ended = this.#waiting.get(promise);
    const state = ended && stateOf(promise);
    if (!ended || state === 'pending') return;
    this.#waiting.delete(promise);
    this.#forgotten.unregister(promise);
    const errorType = state && errorTypeOf(promise);
    for (const tell of ended) tell(errorType);
    this.#left();
  }

  /** Without a promise to wait for, none is looked at. */
  #left(): void {
    if (--this.#count === 0) this.close();
  }
}

/** Undefined for a promise that was fulfilled. */
function stateOf(promise: Promise<unknown>): string | undefined {
  return STATE.exec(shown(promise, STATE_ONLY))?.[1];
}

/** The code of the reason, else the name of its class where it is an error. */
function errorTypeOf(promise: Promise<unknown>): string {
  const text = shown(promise, WITH_REASON);
  return CODE.exec(text.replace(STACK, ''))?.[1] ?? NAME.exec(text)?.[1] ?? OTHER_ERROR;
}

function shown(promise: Promise<unknown>, options: InspectOptions): string {
  try {
    return inspect(promise, options);
  } catch {
    // of a reason whose properties throw nothing can be said
    return '{ <rejected>';
  }
}

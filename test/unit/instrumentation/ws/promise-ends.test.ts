import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { PromiseEnds } from '../../../../src/instrumentation/ws/promise-ends.ts';

class QuotaError extends Error {
  override name = 'QuotaError';
}

class UnnamedError extends Error {}
class Quota extends Error {}

describe('PromiseEnds', () => {
  const ends = new PromiseEnds();
  afterAll(() => ends.close());

  /** What it tells of a promise, in the end. */
  const endOf = (promise: Promise<unknown>): Promise<string | undefined> =>
    new Promise((resolve) => ends.watch(promise, resolve));

  it.each<[title: string, value: unknown]>([
    ['nothing', undefined],
    ['a value', 7],
    ['a text that looks like a state', '<rejected>'],
    ['a text with braces', '{ <pending> }'],
    ['an object', { code: 'NOT_AN_ERROR', deep: { deeper: {} } }],
    ['a large array', new Array(10_000).fill('x')],
  ])('sees a promise of %s fulfilled, at once or later', async (_title, value) => {
    await expect(endOf(Promise.resolve(value))).resolves.toBeUndefined();
    await expect(endOf(turn(value))).resolves.toBeUndefined();
  });

  it.each<[errorType: string, reason: unknown]>([
    ['APP_CODE', Object.assign(new Error('with a code'), { code: 'APP_CODE' })],
    ['APP_CODE', { code: 'APP_CODE' }],
    ['TypeError', new TypeError('a message: with a colon')],
    ['RangeError', new RangeError()],
    ['QuotaError', new QuotaError('own class')],
    ['Error', Object.assign(new Error('another code'), { code: 'not a code' })],
    ['Error', new Error('of another', { cause: Object.assign(new Error('inner'), { code: 'INNER' }) })],
    ['APP_CODE', Object.assign(new Error('of another', { cause: new Error('inner') }), { code: 'APP_CODE' })],
    ['UnnamedError', new UnnamedError('whose class has not named it')],
    ['Quota', new Quota('whose class has not named it')],
    ['TypeError', new TypeError("a message\n  code: 'NOT_A_CODE'\n    at nowhere\n  code: 'NOT_A_CODE'")],
    ['_OTHER', 'a text'],
    ['_OTHER', undefined],
    ['_OTHER', { some: 'object' }],
  ])('tells %s of a rejected promise, at once or later', async (errorType, reason) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- some reject with anything
    const rejected = Promise.reject(reason);
    rejected.catch(() => undefined);
    await expect(endOf(rejected)).resolves.toBe(errorType);
    const later = turn().then(() => Promise.reject(reason as Error));
    later.catch(() => undefined);
    await expect(endOf(later)).resolves.toBe(errorType);
  });

  it('waits for a promise that is resolved with another one', async () => {
    const seen: string[] = [];
    let resolveInner: () => void = () => undefined;
    const inner = new Promise<void>((resolve) => (resolveInner = resolve));
    let resolveOuter: (value: Promise<void>) => void = () => undefined;
    ends.watch(new Promise<void>((resolve) => (resolveOuter = resolve)), () => seen.push('ended'));
    resolveOuter(inner);
    await turn();
    seen.push('not yet');
    resolveInner();
    await turn();
    expect(seen).toEqual(['not yet', 'ended']);
  });

  it('tells all who wait for one promise, and calls no method of it', async () => {
    class Untouched<Value> extends Promise<Value> {
      override then(): never {
        throw new Error('then was called');
      }
    }
    let resolve: () => void = () => undefined;
    const promise = new Untouched<void>((done) => (resolve = done));
    const seen: unknown[] = [];
    for (let index = 0; index < 3; index++) ends.watch(promise, (errorType) => seen.push(errorType));
    resolve();
    await turn();
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  it('tells nothing once it is closed', async () => {
    const closed = new PromiseEnds();
    const seen: unknown[] = [];
    closed.watch(turn(), (errorType) => seen.push(errorType));
    closed.close();
    await turn();
    await turn();
    expect(seen).toEqual([]);
  });

  it('does not depend on how the application has its values shown', async () => {
    const before = { ...inspect.defaultOptions };
    Object.assign(inspect.defaultOptions, { colors: true, compact: true, getters: true, sorted: true });
    try {
      const getter = jest.fn();
      const reason = Object.defineProperty(Object.assign(new Error('x'), { code: 'APP_CODE' }), 'read', {
        enumerable: true,
        get: getter,
      });
      const later = turn().then(() => Promise.reject(reason));
      later.catch(() => undefined);
      await expect(endOf(later)).resolves.toBe('APP_CODE');
      await expect(endOf(turn())).resolves.toBeUndefined();
      expect(getter).not.toHaveBeenCalled();
    } finally {
      Object.assign(inspect.defaultOptions, before);
    }
  });
});

import { inspect } from 'node:util';
import { createStamps } from '../../../../src/instrumentation/ws/stamps.ts';

describe('createStamps', () => {
  it('keeps a value for each object, apart from other stamps', () => {
    const [one, other] = [createStamps<number>(), createStamps<number>()];
    const objects = [{}, {}] as const;
    one.set(objects[0], 1);
    one.set(objects[1], 2);
    other.set(objects[0], 3);
    expect([one.get(objects[0]), one.get(objects[1]), other.get(objects[0]), other.get(objects[1])]).toEqual([
      1,
      2,
      3,
      undefined,
    ]);
    one.set(objects[0], undefined);
    expect(one.get(objects[0])).toBeUndefined();
    one.set(objects[0], 4);
    expect(one.get(objects[0])).toBe(4);
  });

  it('has none for what is no object', () => {
    for (const value of ['text', 5, Symbol('x')]) expect(createStamps().get(value as never)).toBeUndefined();
  });

  it('shows nothing of it', () => {
    const stamps = createStamps<string>();
    const object = { a: 1 };
    stamps.set(object, 'seen by nobody');
    expect(Reflect.ownKeys(object)).toEqual(['a']);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(inspect(object, { showHidden: true })).toBe('{ a: 1 }');
    expect(structuredClone(object)).toEqual({ a: 1 });
    expect(stamps.get({ ...object })).toBeUndefined();
  });
});

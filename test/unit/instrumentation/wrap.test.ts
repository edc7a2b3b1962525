import { wrapMethod } from '../../../src/instrumentation/wrap.ts';
import type { Original } from '../../../src/instrumentation/wrap.ts';

class Base {
  greet(name: string): string {
    return `hello ${name}`;
  }
}
class Derived extends Base {}

const loud = (original: Original) =>
  function (this: unknown, ...args: unknown[]) {
    return `${original.method.apply(this, args) as string}!`;
  };

describe('wrapMethod', () => {
  it('wraps an own method and puts the very same property back', () => {
    const before = Object.getOwnPropertyDescriptor(Base.prototype, 'greet');
    const undo = wrapMethod(Base.prototype, 'greet', loud);
    expect(new Base().greet('a')).toBe('hello a!');
    const { value, ...attributes } = Object.getOwnPropertyDescriptor(Base.prototype, 'greet')!;
    expect(attributes).toEqual({ configurable: true, enumerable: false, writable: true });
    expect([value.name, value.length]).toEqual(['greet', 1]);
    undo();
    expect(Object.getOwnPropertyDescriptor(Base.prototype, 'greet')).toEqual(before);
    expect(new Base().greet('a')).toBe('hello a');
  });

  it('shadows an inherited method, follows its replacement, and leaves no own property', () => {
    const undo = wrapMethod(Derived.prototype, 'greet', loud);
    const undoBase = wrapMethod(Base.prototype, 'greet', () => () => 'replaced');
    expect(new Derived().greet('a')).toBe('replaced!');
    undoBase();
    expect(new Derived().greet('a')).toBe('hello a!');
    expect(new Base().greet('a')).toBe('hello a');
    undo();
    expect(Object.hasOwn(Derived.prototype, 'greet')).toBe(false);
  });

  it('leaves a method alone that somebody else has wrapped since', () => {
    const object = { greet: () => 'hello' };
    const undo = wrapMethod(object, 'greet', loud);
    const undoOuter = wrapMethod(object, 'greet', loud);
    undo();
    expect(object.greet()).toBe('hello!!');
    undoOuter();
    expect(object.greet()).toBe('hello!');
  });

  it('does nothing where there is no such method', () => {
    const object: object = {};
    wrapMethod(object, 'greet', loud)();
    expect(Object.getOwnPropertyNames(object)).toEqual([]);
  });
});

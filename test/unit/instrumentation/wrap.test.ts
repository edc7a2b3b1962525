import { wrapMethod } from '../../../src/instrumentation/wrap.ts';
import type { Original, Wrapper } from '../../../src/instrumentation/wrap.ts';

class Base {
  greet(name: string): string {
    return `hello ${name}`;
  }
}
class Derived extends Base {}

const loud = (original: Original): Wrapper => ({
  method(this: unknown, ...args: never[]) {
    return `${original.method.apply(this, args) as string}!`;
  },
});

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
    const undoBase = wrapMethod(Base.prototype, 'greet', () => ({ method: () => 'replaced' }));
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
    const wrapped = object.greet;
    const foreign = (): string => `${wrapped()}?`;
    object.greet = foreign;
    undo();
    expect(object.greet).toBe(foreign);
  });

  it('takes a wrapper out from under a later one of its own', () => {
    const greet = (): string => 'hello';
    const object = { greet };
    const undo = [wrapMethod(object, 'greet', loud), wrapMethod(object, 'greet', loud)];
    undo.push(wrapMethod(object, 'greet', () => ({ method: () => 'replaced' })));
    undo[1]!();
    undo[2]!();
    expect(object.greet()).toBe('hello!');
    undo[0]!();
    expect(object.greet).toBe(greet);
  });

  it('is a constructor just where the wrapper is one', () => {
    const undo = wrapMethod(Base.prototype, 'greet', loud);
    const { value } = Object.getOwnPropertyDescriptor(Base.prototype, 'greet')!;
    expect(Object.hasOwn(value as object, 'prototype')).toBe(false);
    undo();
  });

  it('keeps an inherited method visible to `for in` on a prototype, and hides it on a single object', () => {
    function Parent(): void {
      // only its prototype is needed
    }
    (Parent.prototype as Record<string, unknown>)['greet'] = () => 'hello';
    class Child extends (Parent as unknown as new () => { greet(): string }) {}
    const child = new Child();
    const undo = [wrapMethod(Child.prototype, 'greet', loud), wrapMethod(child, 'greet', loud)];
    expect([Object.keys(Child.prototype), Object.keys(child), child.greet()]).toEqual([['greet'], [], 'hello!!']);
    for (const putBack of undo.reverse()) putBack();
    expect([Object.hasOwn(child, 'greet'), child.greet()]).toEqual([false, 'hello']);
  });

  it('does nothing where there is no such method', () => {
    const object: object = {};
    wrapMethod(object, 'greet', loud)();
    expect(Object.getOwnPropertyNames(object)).toEqual([]);
  });

  it('puts back what it can where the object was frozen meanwhile', () => {
    const object = { greet: () => 'hello' };
    const undo = wrapMethod(object, 'greet', loud);
    Object.freeze(object);
    expect(undo).not.toThrow();
    expect(object.greet()).toBe('hello!');
  });
});

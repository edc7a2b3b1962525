import { textOf } from '../../../src/base/errors.ts';

it.each([
  [new TypeError('wrong'), 'TypeError: wrong'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
  [Object.create(null), 'a object'],
  [Symbol('thrown'), 'Symbol(thrown)'],
])('%p, thrown, is %p', (thrown, text) => {
  expect(textOf(thrown)).toBe(text);
});

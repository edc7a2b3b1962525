import { findJsonBreak } from '../../../src/config/json-text.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { fullConfig } from '../../support/full-config.ts';

const parses = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('findJsonBreak', () => {
  it.each([
    ['', 1, 1, 'the end of the file'],
    ['{', 1, 2, 'the end of the file'],
    ['{"a": 1,}', 1, 9, '} after a comma'],
    ['{\n  "a": [1,\n  ]\n}', 3, 3, '] after a comma'],
    ['{\n  // mine\n}', 2, 3, 'a comment, which JSON does not have'],
    ['{"a" 1}', 1, 6, 'something else'],
    ['{"a": geheim}', 1, 7, 'something else'],
    ["{'a': 1}", 1, 2, "'"],
    ['{"a": "b\n"}', 1, 7, 'a text that does not end or holds a line break, or a missing comma before it'],
    ['{"a": 1 "b": 2}', 1, 9, 'a text that does not end or holds a line break, or a missing comma before it'],
    ['{} {}', 1, 4, '{'],
    ['[01]', 1, 2, 'something else'],
    [']', 1, 1, ']'],
  ])('finds where %j breaks', (text, line, column, found) => {
    expect(parses(text)).toBe(false);
    expect(findJsonBreak(text)).toEqual({ line, column, found });
  });

  it('agrees with JSON.parse on texts with a letter changed', () => {
    const random = new SeededRandom(5);
    const text = JSON.stringify(fullConfig());
    const letters = Array.from('{}[]",:\\ 0-.eEtu\n/');
    let broken = 0;
    for (let number = 0; number < 3000; number++) {
      const at = random.below(text.length);
      const other = text.slice(0, at) + random.pick(letters) + text.slice(at + random.below(2));
      const found = findJsonBreak(other);
      if ((found === undefined) !== parses(other)) throw new Error(other);
      broken += found ? 1 : 0;
    }
    expect(broken).toBeGreaterThan(1000);
    expect(broken).toBeLessThan(3000);
  });
});

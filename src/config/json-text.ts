/** Where a text stops to be JSON. */
export interface JsonBreak {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** What stands there, in words that quote nothing of the text. */
  readonly found: string;
}

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.+-])/y;

/**
 * Finds where `JSON.parse` gives up: Node.js says it of some errors only, and quotes the text around, which may hold secrets.
 *
 * @returns undefined where the text is JSON
 */
export function findJsonBreak(text: string): JsonBreak | undefined {
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) at += found[0].length;
    return found !== null;
  };
  /** What may come next; `value` at the start, after `[`, `:` and `,` of an array. */
  let expects: 'value' | 'first value' | 'key' | 'first key' | 'comma' = 'value';
  const open: ('[' | '{')[] = [];
  for (;;) {
    skip(SPACE);
    const next = text[at];
    const ends = open.at(-1) === '{' ? '}' : ']';
    if (expects === 'comma' && open.length === 0) return next === undefined ? undefined : breakAt(text, at);
    if (next === ends && open.length > 0 && expects !== 'value' && expects !== 'key') {
      at += 1;
      open.pop();
      expects = 'comma';
    } else if (expects === 'comma') {
      if (next !== ',') return breakAt(text, at);
      at += 1;
      expects = open.at(-1) === '{' ? 'key' : 'value';
    } else if (expects.endsWith('key')) {
      if (!skip(STRING)) return breakAt(text, at);
      skip(SPACE);
      if (text[at] !== ':') return breakAt(text, at);
      at += 1;
      expects = 'value';
    } else if (next === '[' || next === '{') {
      at += 1;
      open.push(next);
      expects = next === '{' ? 'first key' : 'first value';
    } else {
      if (!skip(STRING) && !skip(WORD)) return breakAt(text, at);
      expects = 'comma';
    }
  }
}

function breakAt(text: string, at: number): JsonBreak {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1, found: whatStands(text, at) };
}

function whatStands(text: string, at: number): string {
  const next = text[at];
  if (next === undefined) return 'the end of the file';
  if (next === '/') return 'a comment, which JSON does not have';
  if (next === '"') return 'a text that does not end or holds a line break, or a missing comma before it';
  if (/[}\]]/.test(next) && /,\s*$/.test(text.slice(Math.max(0, at - 1000), at))) return `${next} after a comma`;
  return /[}\]{[:,']/.test(next) ? next : 'something else';
}

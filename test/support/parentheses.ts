/** What stands in the first parentheses from `from` on. @throws Error where they are not closed */
export function parenthesesAfter(text: string, from: number): string {
  const start = text.indexOf('(', from);
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return text.slice(start + 1, at);
  }
  throw new Error(`no end of what begins at ${from}: ${text}`);
}

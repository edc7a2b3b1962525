/** Text from elsewhere as a part of one line: control characters and line separators become a space, and it is cut. */
export function oneLine(text: string, maxCharacters = 300): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters - 1)}…` : line;
}

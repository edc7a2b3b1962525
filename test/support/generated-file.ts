import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** Holds a committed file, or the part of it between two marks, equal to what is generated; `npm run generate` writes it. */
export function expectGenerated(file: string, generated: string, marks?: readonly [begin: string, end: string]): void {
  const path = join(ROOT, file);
  const updates = process.env['UPDATE_GENERATED'] === '1';
  const text = updates && !marks ? '' : readFileSync(path, 'utf8');
  const [begin, end] = marks ? [text.indexOf(marks[0]) + marks[0].length, text.indexOf(marks[1])] : [0, text.length];
  if (updates) writeFileSync(path, text.slice(0, begin) + generated + text.slice(end));
  else expect(text.slice(begin, end)).toBe(generated);
}
